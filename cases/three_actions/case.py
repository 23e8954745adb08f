"""Equivalent kernel, one loop, effective ridge and decimation: where each action of GP regression holds, and fails."""

from __future__ import annotations

from functools import partial

from fieldbench.claims import Case, Check, Control, Figure, Theory, per, with_margins
from fieldbench.theory import curves

from . import broken
from .actions import (
    decimation,
    effective_ridge,
    equivalent_kernel,
    equivalent_kernel_at_cutoff,
    equivalent_kernel_bound,
    one_loop,
    one_loop_bound,
)
from .bands import alone, around, left, own, widest_at_small_ridge, with_next_orders, within
from .experiment import (
    RIDGES,
    Digits,
    GaussianFeatures,
    ManySets,
    Regression,
    Sphere,
    Synthetic,
    TailDoubled,
    TailLeftOut,
)
from .orders import learned_told, many_sets, next_orders, orders_told
from .statements import inside, outside, rung, truncated
from .theory import QUADRATIC, dense_curve, error_at_largest_p, learned, one_ridge, where
from .tiers import TIERS, cheapest
from .truncation import tail_in_part

FAILING: dict[str, Theory] = {
    "equivalent-kernel": alone(equivalent_kernel),
    "one-loop": alone(one_loop),
    "cutoff-equivalent-kernel": alone(equivalent_kernel_at_cutoff),
}
# Where the ridge is so large on the sphere nothing is learned, with or without a factor P.
VALIDITY = inside("equivalent-kernel-in-its-validity", equivalent_kernel, own(equivalent_kernel_bound),
                  tiers=("standard", "paper"))  # fmt: skip
EFFECTIVE_RIDGE = inside("map-effective-ridge-inside", effective_ridge, around(effective_ridge), FAILING)
LOOP, RIDGE = with_next_orders(one_loop), with_next_orders(effective_ridge)
ONE_LOOP = rung("one-loop-where-the-equivalent-kernel-fails", one_loop, equivalent_kernel)
DRESSED = rung("effective-ridge-where-one-loop-fails", effective_ridge, one_loop)
NEXT_ORDER = Check("next-order-in-one-over-p", Regression.error, theory=orders_told, scale="log", statement=True,
                   on=lambda at: isinstance(at, ManySets),
                   rivals={"effective-ridge-alone": alone(effective_ridge)})  # fmt: skip
LEARNED = Check("learnability-of-the-target", where(learned_told, Synthetic.learned), rivals={
    "one-loop": learned, "equivalent-kernel": partial(learned, curve=curves.equivalent_kernel),
})  # fmt: skip
TRUNCATED = truncated("sphere-is-truncated-kernel-plus-noise", Sphere.truncation)
TRUNCATED_FEATURES = truncated("power-law-is-truncated-kernel-plus-noise", GaussianFeatures.truncation)
CHECKS = (
    outside("equivalent-kernel-fails-at-small-ridge", equivalent_kernel, widest_at_small_ridge),
    VALIDITY,
    inside("one-loop-in-its-validity", one_loop, own(one_loop_bound)),
    inside("map-equivalent-kernel-inside", equivalent_kernel, around(equivalent_kernel)),
    inside("map-one-loop-inside", one_loop, around(one_loop)),
    EFFECTIVE_RIDGE,
    inside("map-decimation-inside", decimation, around(decimation), FAILING),
    outside("map-equivalent-kernel-beyond", equivalent_kernel, left(equivalent_kernel)),
    outside("map-one-loop-beyond", one_loop, left(one_loop)),
    ONE_LOOP,
    DRESSED,
    NEXT_ORDER,
    LEARNED,
    TRUNCATED,
    TRUNCATED_FEATURES,
    Check(
        "quadratic-kernel-plus-noise-is-the-kernel",
        Sphere.truncation.at(kept=QUADRATIC),
        on=lambda at: QUADRATIC in at.kept,
    ),
)

CASE = Case(
    theories={Sphere: next_orders, GaussianFeatures: next_orders, ManySets: many_sets, Digits: one_ridge},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control("tail-left-out", contradicts=TRUNCATED, experiment=TailLeftOut, on=cheapest),
        Control("tail-doubled", contradicts=TRUNCATED, experiment=TailDoubled, on=cheapest),
        Control(
            "half-of-the-tail", contradicts=TRUNCATED_FEATURES, theory=with_margins(tail_in_part(0.5), next_orders)
        ),
        Control("twice-the-tail", contradicts=TRUNCATED_FEATURES, theory=with_margins(tail_in_part(2.0), next_orders)),
        Control("half-the-loop", contradicts=ONE_LOOP, theory=with_margins(broken.half_the_loop, LOOP)),
        Control("loop-reversed", contradicts=ONE_LOOP, theory=with_margins(broken.loop_reversed, LOOP)),
        Control("without-e0", contradicts=DRESSED, theory=with_margins(broken.without_e0, RIDGE)),
        Control("whole-trace-as-ridge", contradicts=DRESSED, theory=with_margins(broken.whole_trace_as_ridge, RIDGE)),
        Control("half-the-orders", contradicts=NEXT_ORDER, theory=with_margins(broken.half_the_orders, orders_told)),
        Control("orders-reversed", contradicts=NEXT_ORDER, theory=with_margins(broken.opposite_order, orders_told)),
        Control(
            "factor-p-forgotten",
            contradicts=VALIDITY,
            theory=within(equivalent_kernel, own(equivalent_kernel_bound), broken.without_factor_p),
        ),
        Control(
            "quadratic-degeneracy-d",
            contradicts=EFFECTIVE_RIDGE,
            theory=within(effective_ridge, around(effective_ridge), broken.with_linear_degeneracy),
            on=lambda at: isinstance(at, Sphere),
        ),
    ),
    figure=Figure(
        y=error_at_largest_p,
        x=per(lambda at: at.ridges),
        label="T",
        symbol="MSE",
        group=lambda at: f"{type(at).__name__}, P = {at.samples[-1]}",
        rivals=FAILING,
        curve=dense_curve,
        log="xy",
        on=lambda at: at.ridges == RIDGES,
    ),
)
