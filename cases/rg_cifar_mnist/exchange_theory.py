"""Modes exchanged for ridge, predicted: a self-consistent ridge at each image, before and after.

To v_i, the variance of an image's label as the others predict it, the modes beyond Λ contribute their own
t_i = Σ_{k>Λ} λ_kφ_k(x_i)² as long as they are not learned. Were K_> diagonal, a ridge t_i in its place would be an
identity, on every draw: all changes are due to the off-diagonal part O of K_>. With the ridge of local_ridge.py at each
image before and after, both solved exactly, what is left is the fluctuation of v_i between draws: of relative order
Var c/c², which self-consistency amplifies by E0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.curves import LearningCurve, effective_ridge, unevenness
from fieldbench.theory.decimation import Decimation, LocalRidge, local_ridge

from .cuts import full_curve
from .population import ImagePopulation, Population

Vector = NDArray[np.float64]

_TOLERANCE = 1e-4  # of ln κ_eff, against 0.02 of tails of some hundredths of κ_eff


@dataclass(frozen=True)
class Exchange:
    """Truncated minus full theory at one P and Λ, as in exchange.Change: level, slope, error and low_modes."""

    level: float
    slope: float
    error: float
    low_modes: float

    def minus(self, other: Exchange) -> Exchange:
        """What changes from the other to this one."""
        return Exchange(*(getattr(self, name) - getattr(other, name) for name in self.__dataclass_fields__))


@cache
def at_each_image(of: ImagePopulation, samples: int, ridge: float) -> LocalRidge:
    """The full theory with a ridge at each image."""
    start = float(full_curve(of, samples, ridge).effective_ridge[0])
    return local_ridge(of.gram, of.targets, samples, ridge, start, _TOLERANCE)


def exchange(of: Population, full: LocalRidge, samples: int, ridge: float, keep: int, uniform: bool) -> Exchange:
    """The modes beyond `keep` made ridge, at each image its own tail or at all of them the mean.

    Args:
        of: the population.
        full: its theory with all modes.
        samples: P.
        ridge: κ.
        keep: Λ.
        uniform: T(Λ) at all images.
    """
    functions, levels = of.modes.functions[:, :keep], of.modes.eigenvalues[:keep]
    tail = of.modes.local_tail(np.arange(len(of.targets)), keep)
    ridges = np.full_like(tail, tail.mean()) if uniform else tail
    # What it is to first order: the ridge gains its own part of the tail and loses that of the kernel.
    start = np.maximum(full.ridge + ridges - (1.0 - samples / len(tail)) * tail, ridges)
    few = 2 * keep < len(tail)  # a factor of the kernel costs less up to there
    kernel = functions * np.sqrt(levels) if few else of.modes.kernel(np.arange(len(tail)), keep)
    cut = local_ridge(kernel, of.targets, samples, ridge + ridges, start, _TOLERANCE)
    moved = ridges + cut.variance - full.variance
    teacher = of.coefficients[:keep]
    return Exchange(
        level=float(moved.mean() / tail.mean()),
        slope=float(((tail - tail.mean()) * moved).mean() / tail.var()),
        error=float(np.log(cut.test_error / full.test_error)),
        low_modes=float((levels * teacher) @ (functions.T @ (cut.weights - full.weights)) / (teacher @ teacher)),
    )


@cache
def fluctuation(of: ImagePopulation, samples: int, ridge: float) -> float:
    """E0 Var c/c² between draws."""
    curve = full_curve(of, samples, ridge)
    learned = curve.learnability[0]
    amplified = samples / (samples - float(learned @ learned))
    return amplified * unevenness.between_draws(of.modes, samples, float(curve.effective_ridge[0]))


def off_diagonal(of: Population, samples: int, ridge: float, cut: Decimation) -> float:
    """Sum of the sizes of what the off-diagonal part O of the tail does to the level, to first and second order.

    Removing O from K takes κ_eff up by E0 Σ_k(1 − L_k)²δλ_k to first order, δλ_k = ⟨t⟩/M for k ≤ Λ and ⟨t⟩/M − λ_k
    beyond, which is E0[2Σ_{k>Λ}λ_kL_k − (P/M)(1 + 1/E0)⟨t⟩]; to second order down by E0 Σ_{k>Λ}λ_kL_k.
    """
    learned, levels = full_curve(of, samples, ridge).learnability[0], of.modes.eigenvalues
    gain = samples / (samples - float(learned @ learned))
    lost = 3.0 * float(levels[cut.keep :] @ learned[cut.keep :]) / (cut.ridge - ridge)
    return gain * (lost + samples / len(levels) * (1.0 + 1.0 / gain))


def one_ridge(
    of: Population, samples: int, ridge: float, cut: Decimation, factor: float = 1.0, finite: bool = True
) -> Exchange:
    """The exchange by one effective ridge for all images, with `factor` times the tail as ridge.

    The slope is that of leading order, factor − 1: a point feels its own ridge alone.
    """
    population, target = len(of.targets), of.coefficients**2
    before = _curve(of.modes.eigenvalues, samples, ridge, target, population if finite else None)
    tail = cut.ridge - ridge
    after = _curve(cut.eigenvalues, samples, ridge + factor * tail, target, population if finite else None)
    variances = [
        float(curve.effective_ridge[0]) / (1.0 - finite * float(curve.learnability[0].sum()) / population)
        for curve in (after, before)
    ]
    low = target[: cut.keep]
    moved = (after.learnability[0] - before.learnability[0])[: cut.keep]
    return Exchange(
        level=(variances[0] - variances[1]) / tail,
        slope=factor - 1.0,
        error=float(np.log(after.test_error[0] / before.test_error[0])),
        low_modes=float(moved @ low / low.sum()),
    )


def _curve(levels: Vector, samples: int, ridge: float, target: Vector, population: int | None) -> LearningCurve:
    return effective_ridge(levels, samples, ridge, target=target, population=population)
