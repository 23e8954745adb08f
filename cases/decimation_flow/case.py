"""Decimation: modes beyond Λ act as independent noise of variance Σ_{k>Λ} λ_k, and the ridge is all that flows."""

from __future__ import annotations

from functools import partial

import numpy as np

from fieldbench.claims import AtLeast, AtMost, Case, Check, Control, Figure, Quantity, Tier, per

from .experiment import REPLICATES, Gaussian, Gaussianised, Images, Modulated
from .theory import (
    PREDICTIONS,
    constant_ridge,
    decimated,
    dense_curve,
    first_order,
    modulated_medium,
    near_gaussian,
    running_ridge,
    same_for_all_modes,
    sum_of_squares,
    to_large_size,
    weak_tail,
    without_amplitude,
)


def of_erf(at: Images) -> bool:
    return at.kernel == "erf"


QUICK = (
    Gaussian(0.003, draws=48),
    Gaussian(0.3, draws=80),
    Modulated(0.03, keep=(16, 64), draws=96),
    Images("digits", "erf", reference=256, images=112),
)
LARGER = (
    Gaussian(0.03),
    *(Gaussian(ridge, decay=2.0, draws=128) for ridge in (0.003, 0.03)),
    Gaussian(0.1, keep=(8, 32, 64, 128), samples=64, modes=256, draws=128),
    Modulated(0.1, keep=(16, 64), draws=256),
)
IMAGES = [Images(d, k, reference=1024, images=600) for d in ("mnist", "cifar10-first-batch") for k in ("erf", "relu")]
TIERS = {
    "quick": Tier(QUICK, REPLICATES),
    "standard": Tier(
        [*QUICK, *LARGER, *IMAGES],
        REPLICATES,
        note="needs MNIST and the first batch of CIFAR-10; the sources give no sizes, so there is no larger tier",
    ),
}

RELU = (
    "The trend depends on the kernel. The first mode of a ReLU kernel is nearly constant; what varies of it has excess "
    "0 … .5 on MNIST and CIFAR-10, so that the curve falls before it rises, and at high k it ends at .1 … .25. With "
    "the constant removed from the kernel the rank correlation over octaves is .4 … .6. On MNIST the trend is weak, on "
    "digits, where it was tried, clear."
)
LIGHT = (
    "The excess of the modes that M images resolve ends at .1 … .5, above a Gaussian's and far below a Laplace law's, "
    "and at fixed k does not grow from M = 300 to 1,200. On the reference itself the very last modes have excess 10 "
    "and more, as they live on few of its images; on others it is .2 … 3."
)
WEAK = 64  # the Λ beyond which little could be learned; elsewhere the claim says nothing of the bare flow
LAPLACE_LAW, CLEAR_TREND = 3.0, 0.5
UNCHANGED = {"unchanged": 0.0}


def of_both_ridges(what: str, local: Quantity, uniform: Quantity) -> tuple[Check, ...]:
    return (
        Check(f"local-ridge-{what}", to_large_size(local), rivals={"as-constant-ridge": constant_ridge}),
        Check(f"uniform-ridge-{what}", to_large_size(uniform), rivals={"as-gaussian-features": without_amplitude}),
        AtMost(f"input-dependent-ridge-beats-constant-{what}", abs(local / uniform), 1.0),
    )


SHIFT = Check("effective-ridge-shift", Gaussian.shift, rivals={"unchanged": 0.0, "first-order-everywhere": first_order})
# One coupling moves all three parts of the kept modes.
LEARNED = Check(
    "low-mode-learnability", Gaussian.learned, rivals={"unchanged": 0.0, "same-for-all-modes": same_for_all_modes}
)
TREND = AtLeast("kurtosis-rises-with-k", Images.trend, CLEAR_TREND, on=of_erf)
CHECKS = (
    Check(
        "running-ridge",
        Gaussian.flow.at(keep=WEAK),
        theory=running_ridge,
        rivals={"ridge-does-not-flow": 0.0, "flow-doubled": 2.0},
        statement=True,
    ),
    Check("ridge-is-what-is-not-learned", Gaussian.flow, rivals={"all-of-the-tail": 1.0}),
    SHIFT,
    Check("effective-ridge-shift-first-order", Gaussian.shift.at(keep=WEAK), theory=weak_tail, rivals=UNCHANGED),
    LEARNED,
    Check("error", Gaussian.error, rivals=UNCHANGED),
    Check("noise-for-modes", Gaussian.noise_error, rivals=UNCHANGED),
    Check("predictions", PREDICTIONS, rivals=UNCHANGED),
    Check("two-steps-are-one", Gaussian.two_steps, exact=True),
    *of_both_ridges("error", Modulated.local_error, Modulated.uniform_error),
    *of_both_ridges("learned", Modulated.local_learned, Modulated.uniform_learned),
    *of_both_ridges("distance", Modulated.local_distance, Modulated.uniform_distance),
    TREND,
    AtLeast(
        "kurtosis-rises-with-k-relu",
        Images.trend,
        CLEAR_TREND,
        on=lambda at: at.kernel == "relu" and at.dataset == "cifar10-first-batch",
        expect="contradicted",
        because=RELU,
    ),
    Check("low-modes-near-gaussian", Images.lowest),
    AtLeast("high-modes-heavier-than-gaussian", Images.highest, 0.0),
    AtLeast("high-modes-heavy-as-laplace", Images.highest, LAPLACE_LAW, expect="contradicted", because=LIGHT),
)

CASE = Case(
    theories={Gaussian: decimated, Modulated: modulated_medium, Images: near_gaussian},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control("tail-left-out", contradicts=SHIFT, theory=partial(decimated, tail=lambda cut: 0.0)),
        Control("squares-in-place-of-tail", contradicts=LEARNED, theory=partial(decimated, tail=sum_of_squares)),
        Control(
            "gaussianised-modes",
            contradicts=TREND,
            experiment=Gaussianised,
            on=of_erf,
            why="independent Gaussian modes have no trend",
        ),
    ),
    figure=Figure(
        y=Gaussian.flow.at(copies=2),
        x=per(lambda at: np.divide(at.keep, at.samples)),
        label="Λ/P",
        group=lambda at: f"T = {at.ridge}, λ_k ∝ k^-{at.decay}",
        rivals={"running-ridge": running_ridge},
        curve=dense_curve,
        log="x",
    ),
)
