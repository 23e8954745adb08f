"""The best that is known of the error at each point of an experiment, and how well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Quantity, Remainder, Said, observable
from fieldbench.theory.curves import gaussian_error_correction, sphere_error_correction
from fieldbench.theory.kernels import EmpiricalSpectrum, Spectrum, principal_components

from .actions import Problem, effective_ridge, uneven_ridge
from .experiment import Digits, Regression, Sphere, Synthetic

Vector = NDArray[np.float64]
Grid = NDArray[np.float64]
Correction = Callable[[Spectrum, Vector, float, Vector], Vector]
"""First correction in 1/P to the error, from spectrum, P, κ and y_k², (p,)."""

# A point nearer than this to the edge of a band is not asked on which side it lies: three or more standard errors.
# On digits, with one target to average over, as a share of what is learned: what is not learned does not scatter.
RESOLUTION, RESOLUTION_ON_DIGITS = 0.01, 0.03


@cache
def problem(at: Regression) -> Problem:
    """What the actions need to know of an experiment."""
    if isinstance(at, Digits):
        found = _modes(at)
        power = found.coefficients(at.targets) ** 2
        return Problem(Spectrum(found.eigenvalues), power, at.samples, at.ridges, population=at.images)
    assert isinstance(at, Synthetic)
    return Problem(at.data.spectrum, at.data.power, at.samples, at.ridges)


@dataclass(frozen=True)
class Best:
    """The best that is known of the error, on the grid of an experiment, (samples, ridges).

    Attributes:
        error: by the effective ridge, with its first correction in 1/P where that is known.
        left_open: what that leaves, as a fraction.
        resolution: how near to the edge of a band it is not asked on which side of it the error lies, as a fraction.
    """

    error: Grid
    left_open: Grid
    resolution: Grid


@cache
def best(at: Regression) -> Best:
    of = problem(at)
    leading = effective_ridge(of)
    if isinstance(at, Digits):
        return Best(leading, uneven_ridge(_modes(at), of), RESOLUTION_ON_DIGITS * (1.0 - leading / of.power.sum()))
    assert isinstance(at, Synthetic)
    shifts = [next_order(at)(of.spectrum, np.array(of.samples), ridge, of.power) for ridge in of.ridges]
    error = leading + np.stack(shifts, axis=1)
    return Best(error, np.abs(error - leading) / error, np.full_like(error, RESOLUTION))


def next_order(at: Synthetic) -> Correction:
    """Of the data's own law."""
    if isinstance(at, Sphere):
        return partial(sphere_error_correction, dimension=at.dimension)
    return gaussian_error_correction


def where(asked: Callable[[Any], NDArray[np.bool_]], quantity: Quantity) -> Expression:
    """A quantity at the points that theory selects."""

    @observable(quantity)
    def where_theory_asks(at: Regression, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values[:, asked(at)]

    return where_theory_asks


@cache
def _modes(at: Digits) -> EmpiricalSpectrum:
    return principal_components(at.gram)


Array = NDArray[np.float64]

QUADRATIC = 2  # degree of the target on the sphere


def one_ridge(at: Digits) -> Said:
    """Effective ridge, the same for all images and draws."""
    known = best(at)
    uneven = Remainder("unevenness of the ridge", known.left_open, order="Var c/c²", got="computed", relative=True)
    return {Regression.error: Known(known.error, uneven)}


@observable(Regression.error)
def error_at_largest_p(at: Regression, error: Array) -> Array:
    return error[:, -1]


def dense_curve(at: Regression) -> tuple[Array, Array]:
    """The effective ridge at the largest P."""
    ridges = np.geomspace(at.ridges[0], at.ridges[-1], 40)
    return ridges, effective_ridge(replace(problem(at), samples=at.samples[-1:], ridges=tuple(ridges)))[0]
