"""Effective ridge and decimation predict Gaussian-process learning curves on digits, MNIST and CIFAR-10."""

from __future__ import annotations

from typing import Any

from fieldbench.claims import Case, Check, Control, Figure, Theory, Tier

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

CIFAR = "cifar10-first-batch"
PAIRS = (("digits", "erf"), ("digits", "relu"), ("mnist", "erf"), ("mnist", "relu"), (CIFAR, "erf"), (CIFAR, "relu"))
TASKS = {"digits": "odd/even", "mnist": "odd/even", CIFAR: "animals/vehicles"}


def thousand(dataset: str, kernel: str, samples: tuple[int, ...] = (50,)) -> list[Any]:
    facts = (dataset, TASKS[dataset], 1000, kernel)
    return [Curve(*facts, (50, 100), draws=4), Decimated(*facts, samples, draws=2)]


def thousands(dataset: str, task: str, kernel: str, draws: int = 1) -> list[Any]:
    facts = (dataset, task, 3000, kernel)
    return [Curve(*facts, (150, 300)), Decimated(*facts, (150,), draws=draws)]


def full_size(dataset: str, task: str, kernel: str, balanced: bool = True) -> Curve:
    return Curve(dataset, task, 10_000, kernel, (100, 250, 500, 1000), balanced)


def cifar(kernel: str) -> list[Curve]:
    return [full_size(CIFAR, "animals/vehicles", kernel, balanced=False), full_size("cifar10", "cat/dog", kernel)]


def largest(at: Curve) -> int:
    return max(at.samples)


def at_a_twentieth(at: Decimated) -> bool:
    """P = M/20, where a hundredth of what is learned is told from nothing; `tail-is-ridge` asks at M/40, too."""
    return at.samples == (at.images // 20,)


def affordable(at: Curve) -> bool:
    """Where M³ costs seconds."""
    return at.images <= 3000


def even(at: Curve) -> bool:
    """Without near copies, of which a draw has one or not: on digits the ridge fluctuates by more than P/M."""
    return affordable(at) and at.dataset != "digits"


QUICK = [
    *thousand("digits", "erf"), *thousand("digits", "relu"), *thousand("mnist", "erf"),
    *thousand(CIFAR, "relu"),
]  # fmt: skip
LARGER = [
    *thousands("mnist", "odd/even", "erf"), *thousands("mnist", "3/5", "relu", draws=8),  # small effect, small margin
    *thousands(CIFAR, "animals/vehicles", "erf"), *thousands(CIFAR, "animals/vehicles", "relu"),
]  # fmt: skip
MNIST = [full_size("mnist", task, kernel) for task in ("odd/even", "3/5") for kernel in ("erf", "relu")]
TIERS = {
    "quick": Tier(QUICK, replicates=128, note="1,000 images of each data set; MNIST and CIFAR-10 where they are here"),
    "standard": Tier(
        [
            *QUICK, thousand("digits", "erf", (25,))[1], *LARGER,
            MNIST[0], *cifar("relu")[:1], *cifar("erf")[1:],
        ],
        replicates=128,
        note="needs MNIST and CIFAR-10; a population of 10,000 images takes 4 minutes; 6 GiB in all",
    ),
    "paper": Tier(
        [*LARGER, *MNIST, *cifar("erf"), *cifar("relu")],
        replicates=128,
        note="needs MNIST and all of CIFAR-10; 4 minutes a population, 10 GiB in all",
    ),
}  # fmt: skip

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
