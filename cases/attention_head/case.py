"""A softmax attention head learns a cubic from √(Ld³) samples, L/√(L − 1) in place of √L at finite L."""

from __future__ import annotations

from functools import partial

from fieldbench.claims import Case, Check, Control, Figure, Limit, Remainder, Theory, per, with_margins

from . import theory
from .experiment import Head, ShuffledLabels, WithoutRootTwo
from .guards import GUARDS
from .observables import context_exponent, dimension_exponent, onset
from .tiers import (
    BEYOND,
    OFF,
    STANDARD,
    TIERS,
    before_onset,
    beyond_onset,
    crossed,
    crossed_over_contexts,
    crossed_over_dimensions,
    drawn,
    known,
    over_contexts,
    over_dimensions,
    smallest,
)

FAR: dict[str, Theory] = {"infinite-dimension": theory.infinite_dimension, "gp": theory.gaussian_process}
SMALL: dict[str, Theory] = {"small-logits": theory.small_logits}
ROOT: dict[str, Theory | float] = {"root-of-the-context": theory.root_of_context, "no-context": 0.0}
POWERS: dict[str, Theory | float] = {"kappa-d-squared": 2.0, "d-cubed": 3.0}
ENERGY: dict[str, Theory | float] = {"energy-alone": theory.OF_ENERGY, "limit-of-the-energy": 0.5}


def left(orders: float, resolution: float) -> tuple[Remainder, ...]:
    """The sum of what each order left by the theory moves an exponent by (tests/cases/attention_head), and what is
    asked of a score of data sets, from the scatter of pilots."""
    return (
        Remainder("orders left by the theory", orders, got="computed"),
        Remainder("resolution", resolution, got="chosen"),
    )


# fmt: off
ALIGNMENT = Check("alignment", Head.alignment, rivals=FAR, on=beyond_onset, statement=True)
CONTEXT = Check("onset-in-the-context", context_exponent, rivals=ROOT, on=over_contexts, tiers=STANDARD,
                margin=left(0.025, 0.012), statement=True)
DIMENSION = Check("onset-in-the-dimension", dimension_exponent, rivals=POWERS, on=over_dimensions, tiers=STANDARD,
                  margin=left(0.03, 0.03), statement=True)
CROSSED_CONTEXT = Check("crossed-over-in-the-context", context_exponent, rivals=ENERGY, on=crossed_over_contexts,
                        tiers=BEYOND, margin=left(0.03, 0.025), statement=True)
CROSSED_DIMENSION = Check("crossed-over-in-the-dimension", dimension_exponent, on=crossed_over_dimensions,
                          rivals={"energy-alone": 1.5, "d-cubed": 3.0}, tiers=BEYOND, margin=left(0.025, 0.06),
                          statement=True)
CHECKS: tuple[Check | Limit, ...] = (
    ALIGNMENT,
    CONTEXT,
    DIMENSION,
    CROSSED_CONTEXT,
    CROSSED_DIMENSION,
    Check("bending-of-the-softmax", Head.alignment, rivals=SMALL, on=beyond_onset),
    Check("alignment-before-the-onset", Head.alignment, rivals=FAR, on=before_onset, tiers=STANDARD),
    Check("alignment-crossed-over", Head.alignment, rivals={"infinite-dimension": theory.infinite_dimension},
          on=crossed, tiers=BEYOND),
    Check("samples-at-onset", onset, rivals={"infinite-dimension": theory.infinite_dimension}, on=known,
          tiers=STANDARD, scale="log"),
    Check("alignment-at-drawn-points", Head.alignment, rivals=FAR, on=drawn, tiers=OFF),
    Limit("onset-with-the-dimension-in-the-window", theory.window_in_dimension, 1.5, rivals=POWERS,
          margin=(Remainder("entropy, σ_Aσ_v√(d/L)/4", 0.03, got="bounded"),)),
    Limit("onset-with-the-context-in-the-window", theory.window_in_context, 0.5, rivals={"no-context": 0.0},
          margin=(Remainder("1/2L and entropy", 0.03, got="bounded"),)),
    Limit("onset-with-the-dimension-beyond-it", theory.beyond_in_dimension, 2.0, rivals={"energy-alone": 1.5},
          margin=(Remainder("energy over entropy", 0.03, got="bounded"),)),
)
broken = partial(with_margins, right=theory.complete)
CONTROLS = (
    Control("noise-doubled", contradicts=ALIGNMENT, theory=broken(theory.changed(ridge=2.0)), on=beyond_onset),
    Control("attention-variance-halved", contradicts=ALIGNMENT, on=beyond_onset,
            theory=broken(theory.changed(attention_variance=0.5))),
    Control("noise-without-root-two", contradicts=ALIGNMENT, experiment=WithoutRootTwo, on=smallest),
    Control("shuffled-labels", contradicts=ALIGNMENT, experiment=ShuffledLabels, on=smallest),
    Control("keys-not-centred", contradicts=CONTEXT, theory=theory.root_of_context, on=over_contexts),
    Control("two-keys-for-all", contradicts=CONTEXT, theory=theory.without_context, on=over_contexts),
    Control("values-of-variance-one", contradicts=DIMENSION, theory=theory.values_not_over_d, on=over_dimensions),
    Control("attention-of-variance-over-d", contradicts=DIMENSION, theory=theory.attention_over_d, on=over_dimensions),
    Control("no-entropy-over-contexts", contradicts=CROSSED_CONTEXT, theory=theory.leading, on=crossed_over_contexts),
    Control("ridge-falls-with-the-context", contradicts=CROSSED_CONTEXT, theory=theory.ridge_over_context,
            on=crossed_over_contexts),
    Control("no-entropy-over-dimensions", contradicts=CROSSED_DIMENSION, theory=theory.leading,
            on=crossed_over_dimensions),
    Control("ridge-falls-with-the-dimension", contradicts=CROSSED_DIMENSION, theory=theory.ridge_over_dimension,
            on=crossed_over_dimensions),
)
# fmt: on

CASE = Case(
    theories={Head: theory.complete},
    tiers=TIERS,
    checks=CHECKS,
    controls=CONTROLS,
    guards=GUARDS,
    figure=Figure(y=Head.alignment, x=per(lambda at: at.context), label="L", on=over_contexts, rivals=FAR,
                  group=lambda at: f"P = {at.load:.1f} κE"),
)  # fmt: skip
