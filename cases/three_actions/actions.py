"""The actions of GP regression, each with its error over a grid of P and ridge, and what each leaves open.

Equivalent kernel, one loop and effective ridge are those of the learning curves. Decimation turns the spaces whose
learnability is below ε into ridge, T(Λ) = T + Σ_{k>Λ} λ_k, and ends with the effective ridge of what is left; at the
cut-off the equivalent kernel ends instead, as the slides state it literally.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, wraps

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory import curves
from fieldbench.theory.curves import unevenness
from fieldbench.theory.decimation import spaces_above, truncate
from fieldbench.theory.kernels import EmpiricalSpectrum, Spectrum

Vector = NDArray[np.float64]
Grid = NDArray[np.float64]

THRESHOLD = 0.01  # ε where RG stops


@dataclass(frozen=True, eq=False)
class Problem:
    """Regression on a grid, itself alone: an action answers once for each.

    Attributes:
        spectrum: λ_k.
        power: y_k² in each listed space, (k,).
        samples: P, (p,).
        ridges: κ > 0, (r,).
        population: M if P of M points are drawn without replacement; only effective ridge and decimation know of it.
    """

    spectrum: Spectrum
    power: Vector
    samples: tuple[int, ...]
    ridges: tuple[float, ...]
    population: int | None = None


Action = Callable[[Problem], Grid]
"""Mean squared error, or a bound of its logarithm's, at each P and ridge, (p, r)."""


def _at_each_ridge(column: Callable[[Problem, float], Vector]) -> Action:
    @cache
    @wraps(column)
    def grid(of: Problem) -> Grid:
        return np.stack([column(of, ridge) for ridge in of.ridges], axis=1)

    return grid


@_at_each_ridge
def equivalent_kernel(of: Problem, ridge: float) -> Vector:
    return curves.equivalent_kernel(of.spectrum, of.samples, ridge, target=of.power).test_error


@_at_each_ridge
def one_loop(of: Problem, ridge: float) -> Vector:
    return curves.one_loop(of.spectrum, of.samples, ridge, target=of.power).test_error


@_at_each_ridge
def effective_ridge(of: Problem, ridge: float) -> Vector:
    curve = curves.effective_ridge(of.spectrum, of.samples, ridge, target=of.power, population=of.population)
    return curve.test_error


@_at_each_ridge
def without_e0(of: Problem, ridge: float) -> Vector:
    """The bias alone, Σ(1 − L_k)²y_k²."""
    curve = curves.effective_ridge(of.spectrum, of.samples, ridge, population=of.population)
    return np.asarray((1.0 - curve.learnability) ** 2 @ of.power)


@_at_each_ridge
def decimation(of: Problem, ridge: float) -> Vector:
    """The effective ridge of the kept spaces."""
    ends = [
        curves.effective_ridge(low, size, total, target=of.power, population=of.population)
        for size, low, total in _decimated(of, ridge)
    ]
    return np.array([end.test_error[0] for end in ends])


@_at_each_ridge
def equivalent_kernel_at_cutoff(of: Problem, ridge: float) -> Vector:
    """Their equivalent kernel."""
    ends = [curves.equivalent_kernel(low, size, total, target=of.power) for size, low, total in _decimated(of, ridge)]
    return np.array([end.test_error[0] for end in ends])


def _decimated(of: Problem, ridge: float) -> Iterator[tuple[int, Spectrum, float]]:
    """P, the kept spaces and T(Λ)."""
    full = curves.effective_ridge(of.spectrum, of.samples, ridge, population=of.population)
    for size, learned in zip(of.samples, full.learnability, strict=True):
        low, noise = truncate(of.spectrum, spaces_above(learned, THRESHOLD))
        yield size, low, ridge + noise


@_at_each_ridge
def equivalent_kernel_bound(of: Problem, ridge: float) -> Vector:
    """What the equivalent kernel says itself of its error in ln MSE."""
    return curves.equivalent_kernel_bound(of.spectrum, of.samples, ridge)


@_at_each_ridge
def one_loop_bound(of: Problem, ridge: float) -> Vector:
    """What one loop says itself."""
    return curves.one_loop_bound(of.spectrum, of.samples, ridge)


def uneven_ridge(modes: EmpiricalSpectrum, of: Problem) -> Grid:
    """What one effective ridge for all points of a data set neglects in ln MSE, in size.

    The second order in the unevenness of the left-out variance, over points and between draws (unevenness.py), in so
    far as the effective ridge is made of it: the fraction 1 − κ/κ_eff.
    """

    @_at_each_ridge
    def neglected(of: Problem, ridge: float) -> Vector:
        curve = curves.effective_ridge(of.spectrum, of.samples, ridge, population=of.population)
        pairs = list(zip(of.samples, curve.effective_ridge.tolist(), strict=True))
        uneven = [unevenness.over_points(modes, *pair) + unevenness.between_draws(modes, *pair) for pair in pairs]
        return np.asarray((1.0 - ridge / curve.effective_ridge) * np.array(uneven))

    return neglected(of)
