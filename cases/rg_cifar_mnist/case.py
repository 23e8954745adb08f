"""Effective ridge and decimation predict Gaussian-process learning curves on digits, MNIST and CIFAR-10."""

from __future__ import annotations

from fieldbench.claims import Case, Check, Control, Figure, Theory

from .experiment import Curve, Decimated, TailDoubled, TailLeftOut
from .theory import (
    claimed_uniform,
    cutoff_equivalent_kernel,
    decimated,
    decimated_without_finite_population,
    dense_curve,
    effective_ridge,
    equivalent_kernel,
    one_loop,
    ridge_alone,
    ridge_at_each_image,
    tail_doubled,
    tail_omitted,
    truncated,
    uniform_ridge,
    without_e0,
    without_finite_population,
)
from .tiers import PAIRS, TIERS, affordable, at_a_twentieth, even, largest

TAILS: dict[str, Theory | float] = {"tail-doubled": tail_doubled, "tail-omitted": tail_omitted}
UNIFORM: dict[str, Theory | float] = {"uniform-ridge": uniform_ridge}
RIVALS: dict[str, Theory] = {"no-e0": without_e0, "one-loop": one_loop, "equivalent-kernel": equivalent_kernel}
FINITE: dict[str, Theory] = {"without-finite-population": without_finite_population}
NEXT: dict[str, Theory] = {"without-next-order": ridge_alone}
NO_END: dict[str, Theory | float] = {"without-finite-population": decimated_without_finite_population}
UNCHANGED: dict[str, Theory | float] = {"unchanged": 0.0}
LOCAL = UNIFORM | TAILS

# The claim, at each ε: what the tail leaves is ridge of the right amount, and at the right images.
AMOUNT = (
    Check("tail-is-ridge-at-a-tenth", Decimated.local_level.at(threshold=0.1), rivals=TAILS, statement=True),
    Check("tail-is-ridge-at-a-hundredth", Decimated.local_level.at(threshold=0.01), on=at_a_twentieth,
          rivals=UNCHANGED | NO_END | TAILS, statement=True),
)  # fmt: skip
PLACE = (
    Check("tail-is-local-at-a-tenth", Decimated.local_slope.at(threshold=0.1), rivals=LOCAL, statement=True),
    Check("tail-is-local-at-a-hundredth", Decimated.local_slope.at(threshold=0.01), rivals=LOCAL, statement=True),
)
CHECKS = (
    *AMOUNT,
    *PLACE,
    Check("tail-is-ridge", Decimated.local_level, rivals=UNCHANGED | NO_END),
    Check("local-ridge-error", Decimated.local_error, rivals=TAILS),
    Check("local-ridge-low-modes", Decimated.local_low_modes, rivals=TAILS),
    Check("uniform-ridge-level", Decimated.uniform_level, rivals=TAILS),
    Check("uniform-ridge-slope", Decimated.uniform_slope, rivals=UNIFORM),
    Check("uniform-ridge-error", Decimated.uniform_error, rivals=UNIFORM | TAILS),
    Check("uniform-ridge-low-modes", Decimated.uniform_low_modes, rivals=TAILS),
    Check("effective-ridge", Curve.error, rivals=RIVALS),
    Check("effective-ridge-variance", Curve.variance, rivals={"one-loop": one_loop}),
    Check("ridge-at-each-image", Curve.error, theory=ridge_at_each_image, on=affordable, rivals=NEXT | FINITE | RIVALS),
    Check("variance-at-each-image", Curve.variance, theory=ridge_at_each_image, on=affordable, rivals=NEXT | FINITE),
    Check("finite-population", Curve.variance.at(samples=largest), theory=ridge_at_each_image, on=even, rivals=FINITE),
    Check("decimated-effective-ridge", Curve.error, theory=decimated, rivals=RIVALS),
    Check(
        "slides-equivalent-kernel-at-cutoff",
        Curve.error,
        theory=cutoff_equivalent_kernel,
        scale="log",
        expect="contradicted",
        because=(
            "the equivalent kernel at T(Λ) lacks the ridge that the kept modes add to κ_eff and the factor E0, so it "
            "is biased low; finishing the decimated theory with its own effective ridge repairs it (check "
            "`decimated-effective-ridge`)"
        ),
    ),
)  # fmt: skip


def control(what: str, broken: type[Decimated], check: Check, dataset: str, kernel: str) -> Control:
    """One for each ε, data set and kernel: the error must be noticed wherever the claim is made."""
    return Control(
        f"{what}-at-{check.id.rpartition('-')[2]}-{dataset}-{kernel}", contradicts=check, experiment=broken,
        on=lambda at: (at.dataset, at.kernel) == (dataset, kernel),
    )  # fmt: skip


CASE = Case(
    theories={Curve: effective_ridge, Decimated: truncated},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        *(control("left-out", TailLeftOut, check, *pair) for check in AMOUNT for pair in PAIRS),
        *(control("doubled", TailDoubled, check, *pair) for check in AMOUNT for pair in PAIRS),
        *(Control(f"uniform-{check.id}", contradicts=check, theory=claimed_uniform) for check in PLACE),
    ),
    figure=Figure(
        y=Curve.error,
        x="samples",
        label="P",
        group=lambda at: f"{at.dataset} {at.task}, {at.kernel}",
        rivals=RIVALS,
        curve=dense_curve,
        log="xy",
    ),
)
