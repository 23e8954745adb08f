"""Decimation: modes beyond Λ act as independent noise of variance Σ_{k>Λ} λ_k, and the ridge is all that flows."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import (
    AtLeast,
    AtMost,
    Case,
    Check,
    Control,
    Expression,
    Figure,
    Known,
    Quantity,
    Remainder,
    Said,
    Tier,
    observable,
    per,
)

from .experiment import REPLICATES, Gaussian, Gaussianised, Images, Modulated
from .theory import Tail, beyond_leading, cut, ladder_of, leading, whole

beyond = partial(Remainder, "orders beyond 1/P", order="1/P²")


def to_large_size(quantity: Quantity) -> Expression:
    """2 X(2P) − X(P): where the correction of order 1/P is not computed, it cancels."""
    return 2.0 * quantity.at(copies=2) - quantity.at(copies=1)


PREDICTIONS = to_large_size(Gaussian.distance)
UNIFORM = (Modulated.uniform_error, Modulated.uniform_learned, Modulated.uniform_distance)
LOCAL = (Modulated.local_error, Modulated.local_learned, Modulated.local_distance)


def decimated(at: Gaussian, tail: Tail = whole) -> Said:
    """The truncated theory with T(Λ) against the full one with T, both to order 1/P."""
    of, settled = ladder_of(at, tail), slice(-len(at.settled), None)
    further, further_at_p = beyond(of.beyond, relative=True), of.beyond[0, settled]
    rounding = Remainder("two roots, each to the square of a last step of 1e-6", 1e-10, got="bounded")
    return {
        Gaussian.flow: Known(of.flow, beyond(of.beyond_flow)),
        Gaussian.shift: Known(of.shift, further),
        Gaussian.error: Known(of.error, further),
        Gaussian.noise_error: Known(of.error, further),
        Gaussian.learned: Known(of.learned[0, settled], beyond(further_at_p[:, None], relative=True)),
        PREDICTIONS: Known(of.distance[0, settled], beyond(further_at_p, relative=True)),
        Gaussian.two_steps: Known(np.zeros_like(of.flow), rounding),
    }


def running_ridge(at: Gaussian) -> Said:
    """T(Λ) = T + Σ_{k>Λ} λ_k, up to the learnability of what was cut."""
    of = ladder_of(at)
    learned = Remainder("learnability at the cut-off, above all that was cut", of.edge, order="L_Λ", got="bounded")
    return {Gaussian.flow: Known(np.ones_like(of.flow), learned, beyond(of.beyond_flow))}


def first_order(at: Gaussian) -> Said:
    """δ ln κ_eff = E0 Σ_{k>Λ} λ_kL_k/κ_eff, at every Λ."""
    return {Gaussian.shift: ladder_of(at).first}


def weak_tail(at: Gaussian) -> Said:
    """The same where the tail is weak, with the second order for its error."""
    of = ladder_of(at)
    second = Remainder("second order in the tail", np.abs(of.shift - of.first), order="tail²", got="computed")
    return {Gaussian.shift: Known(of.first, second, beyond(of.beyond * np.abs(of.shift)))}


def same_for_all_modes(at: Gaussian) -> Said:
    """δL_k without its dependence on k."""
    learned = ladder_of(at).learned[0, -len(at.settled) :]
    return {Gaussian.learned: np.broadcast_to(learned.mean(axis=1, keepdims=True), learned.shape)}


def modulated_medium(at: Modulated) -> Said:
    """Both ridges, where each point feels the modes through a variance that depends on its g(x)."""
    further = beyond(beyond_leading(at), relative=True)
    changes = zip((*UNIFORM, *LOCAL), (*leading(at), *leading(at, local=True)), strict=True)
    return {to_large_size(quantity): Known(value, further) for quantity, value in changes}


def constant_ridge(at: Modulated) -> Said:
    """What the constant ridge does, said of the input-dependent one."""
    return dict(zip(map(to_large_size, LOCAL), leading(at), strict=True))


def without_amplitude(at: Modulated) -> Said:
    """What the constant ridge does to features without amplitude."""
    return dict(zip(map(to_large_size, UNIFORM), leading(at, strength=0.0), strict=True))


def near_gaussian(at: Images) -> Said:
    """The low modes are normal, or no farther from it than a uniform law."""
    return {Images.lowest: Known(0.0, Remainder("a uniform law", 1.2))}


def sum_of_squares(cut_off: NDArray[np.float64]) -> float:
    return float(cut_off @ cut_off)


def dense_curve(at: Gaussian) -> tuple[Any, Any]:
    of = at.problem(2)
    kept = np.unique(np.geomspace(of.cuts[0], of.cuts[-1], 30).astype(int))
    return kept / of.samples, [cut(of, int(keep)).flow.value[0] for keep in kept]


def size_of(ratio: Expression) -> Expression:
    return observable(ratio)(lambda at, values: np.abs(values))


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
        AtMost(f"input-dependent-ridge-beats-constant-{what}", size_of(local / uniform), 1.0),
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
