"""Effective ridge and decimation predict Gaussian-process learning curves on digits, MNIST and CIFAR-10."""

from __future__ import annotations

from typing import Any

import numpy as np

from fieldbench.claims import Case, Check, Control, Figure, Known, Remainder, Said, Theory, Tier
from fieldbench.theory import curves, decimation

from .cuts import full_curve
from .differences import local_difference
from .experiment import Images, TailDoubled, TailLeftOut
from .theory import cut, decimated_minus_full, full, jitter, one_ridge

REVIEW, FIRST = 0.01, 0.1  # ε in the review; the ε that integrates out most
FIRST_CUT = Images.uniform_error.at(threshold=FIRST)


def effective_ridge(at: Images) -> Said:
    """The effective ridge, and its change when the modes k > Λ become ridge: T(Λ) = T + Σ_{k>Λ} λ_k.

    With the tail as a ridge of its own at each image decimation is exact to first order in the tail, and what is left
    is quadratic in its strength and unevenness; with its mean for all images the unevenness counts to first order.
    """
    change = decimated_minus_full(at)
    strength, uneven, response = change.shift, change.uneven_tail, change.low_response
    second_order = strength + uneven**2
    rounding = Remainder("rounding", change.rounding, order="P ε Tr K/(Mκ)", got="bounded")
    return {
        Images.error: Known(full(at).test_error, *one_ridge(at)),
        Images.local_error: Known(change.log_error, Remainder("second order", second_order, order="tail²")),
        Images.local_low_modes: Known(
            change.low_modes, Remainder("second order", response * second_order, order="tail²")
        ),
        Images.uniform_error: Known(
            change.log_error,
            Remainder("uneven tail", change.error_response * uneven, order="tail", got="bounded"),
            Remainder("second order", strength, order="tail²"),
            rounding,
        ),
        Images.uniform_low_modes: Known(
            change.low_modes,
            Remainder("uneven tail and second order", response * (uneven + strength), order="tail"),
            rounding,
        ),
    }


def decimated(at: Images) -> Said:
    """The error of the decimated theory, by its own effective ridge."""
    power = at.population.power
    errors = [decimation.decimated_curve(left, P, power, at.images).test_error[0] for P, left in cut(at, REVIEW)]
    below = Remainder("modes below the threshold: E0 times 0.01", REVIEW * full(at).e0, order="ε", relative=True)
    return {Images.error: Known(errors, *one_ridge(at), below)}


def cutoff_equivalent_kernel(at: Images) -> Said:
    """The equivalent kernel at T(Λ), the talk read literally."""
    power = at.population.power
    errors = [decimation.equivalent_kernel_at_cutoff(left, P, power) for P, left in cut(at, REVIEW)]
    return {Images.error: Known(errors, *one_ridge(at))}


def local_ridge(at: Images) -> Said:
    """A self-consistent ridge at each image: what T(Λ), the same for all, changes where the tail is uneven."""
    uniform = decimated_minus_full(at)
    local = np.array([local_difference(at.population, P, at.ridge, FIRST) for P in at.decimated])
    fluctuation = np.sqrt([jitter(at)[P] for P in at.decimated]) * np.abs(local - uniform.log_error[:, 0])
    return {
        FIRST_CUT: Known(
            local,
            Remainder("second order", uniform.shift[:, 0], order="tail²"),
            Remainder("fluctuation of the local ridge between draws", fluctuation, order="std c/c"),
        )
    }


def equivalent_kernel(at: Images) -> Said:
    """κ_eff = κ, E0 = 1."""
    of = at.population
    curve = curves.equivalent_kernel(of.modes.eigenvalues, at.samples, at.ridge, target=of.power)
    return {Images.error: curve.test_error}


def one_loop(at: Images) -> Said:
    """The effective ridge iterated once."""
    of = at.population
    curve = curves.one_loop(of.modes.eigenvalues, at.samples, at.ridge, target=of.power)
    return {Images.error: curve.test_error}


def without_e0(at: Images) -> Said:
    """The effective ridge without the factor E0."""
    return {Images.error: full(at).test_error / full(at).e0}


def dense_curve(at: Images) -> tuple[Any, Any]:
    samples = np.geomspace(at.samples[0], at.samples[-1], 40)
    return samples, full_curve(at.population, samples, at.ridge).test_error


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
