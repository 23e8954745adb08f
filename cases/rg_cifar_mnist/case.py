"""Effective ridge and decimation predict Gaussian-process learning curves on digits, MNIST and CIFAR-10."""

from __future__ import annotations

from fieldbench.claims import Case, Check, Control, Figure, Theory, Tier

from .experiment import Images, TailDoubled, TailLeftOut
from .theory import (
    FIRST,
    FIRST_CUT,
    cutoff_equivalent_kernel,
    decimated,
    dense_curve,
    effective_ridge,
    equivalent_kernel,
    local_ridge,
    one_loop,
    without_e0,
)


def erf_on_digits(at: Images) -> bool:
    """Where M³ costs seconds."""
    return at.dataset == "digits" and at.kernel == "erf"


def full_size(dataset: str, task: str, kernel: str, balanced: bool = True) -> Images:
    return Images(dataset, task, 10_000, kernel, (100, 250, 500, 1000), (100, 250), balanced)


def cifar(kernel: str) -> list[Images]:
    return [
        full_size("cifar10-first-batch", "animals/vehicles", kernel, balanced=False),
        full_size("cifar10", "cat/dog", kernel),
    ]


DIGITS = [Images("digits", "odd/even", 1782, kernel, (45, 90, 135), (45, 90)) for kernel in ("erf", "relu")]
TIERS = {
    "quick": Tier(DIGITS, replicates=128),
    "standard": Tier(
        [
            *DIGITS,
            Images("mnist", "3/5", 3000, "relu", (100, 200, 300), (100, 300)),
            full_size("mnist", "odd/even", "erf"),
            full_size("cifar10-first-batch", "animals/vehicles", "relu", balanced=False),
            full_size("cifar10", "cat/dog", "erf"),
        ],
        replicates=128,
        note="needs MNIST and CIFAR-10; a population of 10,000 images takes 4 minutes; 6 GiB in all",
    ),
    "paper": Tier(
        [full_size("mnist", task, kernel) for task in ("odd/even", "3/5") for kernel in ("erf", "relu")]
        + [*cifar("erf"), *cifar("relu")],
        replicates=128,
        note="needs MNIST and all of CIFAR-10; 4 minutes a population, 10 GiB in all",
    ),
}

POSITION_DEPENDENT = Check("position-dependent-ridge", Images.local_error.at(threshold=FIRST))
RIVALS: dict[str, Theory] = {"equivalent-kernel": equivalent_kernel, "one-loop": one_loop, "no-e0": without_e0}
CHECKS = (
    Check(
        "statement",
        Images.error,
        theory=decimated,
        scale="log",
        rivals={"equivalent-kernel": equivalent_kernel},
        statement=True,
    ),
    Check("effective-ridge", Images.error, scale="log", rivals=RIVALS),
    POSITION_DEPENDENT,
    Check("position-dependent-low-modes", Images.local_low_modes.at(threshold=FIRST)),
    Check("running-ridge", Images.uniform_error),
    Check("running-ridge-low-modes", Images.uniform_low_modes),
    Check("running-ridge-local-theory", FIRST_CUT, theory=local_ridge, on=erf_on_digits),
    Check(
        "slides-equivalent-kernel-at-cutoff",
        Images.error,
        theory=cutoff_equivalent_kernel,
        scale="log",
        expect="contradicted",
        because=(
            "the equivalent kernel at T(Λ) lacks the ridge that the kept modes add to κ_eff and the factor E0, so it "
            "is biased low; finishing the decimated theory with its own effective ridge repairs it (check `statement`)"
        ),
    ),
)

CASE = Case(
    theories={Images: effective_ridge},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control("tail-left-out", contradicts=POSITION_DEPENDENT, experiment=TailLeftOut, on=erf_on_digits),
        Control("tail-doubled", contradicts=POSITION_DEPENDENT, experiment=TailDoubled, on=erf_on_digits),
    ),
    figure=Figure(
        y=Images.error,
        x="samples",
        label="P",
        group=lambda at: f"{at.dataset} {at.task}, {at.kernel}",
        rivals=RIVALS,
        curve=dense_curve,
        log="xy",
    ),
)
