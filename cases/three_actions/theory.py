"""The best that is known of the error at each point of an experiment, and how well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Quantity, Remainder, Said, observable
from fieldbench.theory import curves
from fieldbench.theory.curves import (
    LearningCurve,
    gaussian_error_correction,
    gaussian_error_second_correction,
    gaussian_learnability_correction,
    gaussian_learnability_second_correction,
    learnability_correction,
    one_loop,
    sphere_error_correction,
)
from fieldbench.theory.kernels import EmpiricalSpectrum, Spectrum, principal_components

from .actions import Problem, effective_ridge, uneven_ridge
from .experiment import Digits, ManySets, Regression, Sphere, Synthetic

Vector = NDArray[np.float64]
Grid = NDArray[np.float64]
Correction = Callable[[Spectrum, Vector, float, Vector], Vector]
"""First correction in 1/P to the error, from spectrum, P, κ and y_k², (p,)."""

# A point nearer than this to the edge of a band is not asked on which side it lies: three or more standard errors.
# On digits, with one target to average over, as a share of what is learned: what is not learned does not scatter.
RESOLUTION, RESOLUTION_ON_DIGITS = 0.01, 0.03
LEARNED = 0.05  # of ln κ_eff, which moves a learnability by L(1 − L) times as much


@cache
def problem(at: Regression) -> Problem:
    """What the actions need to know of an experiment."""
    if isinstance(at, Digits):
        found = _modes(at)
        power = found.coefficients(at.targets) ** 2
        return Problem(Spectrum(found.eigenvalues), power, at.samples, at.ridges, population=at.images)
    assert isinstance(at, Synthetic | ManySets)
    return Problem(at.data.spectrum, at.data.power, at.samples, at.ridges)


@dataclass(frozen=True)
class Best:
    """The best that is known of the error, on the grid of an experiment, (samples, ridges).

    Attributes:
        error: by the effective ridge, with its corrections in 1/P where they are known.
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
    assert isinstance(at, Synthetic | ManySets)
    orders = [[o(of.spectrum, np.array(of.samples), r, of.power) for r in of.ridges] for o in next_orders(at)]
    shifts = np.stack(orders).swapaxes(1, 2)
    error = leading + shifts.sum(axis=0)
    return Best(
        error, beyond(shifts / leading, np.array(of.samples, np.float64)[:, None]), np.full_like(error, RESOLUTION)
    )


def beyond(orders: NDArray[np.float64], samples: Vector) -> NDArray[np.float64]:
    """What the orders after those computed bring, (orders, …) → (…).

    After two of them no more than the second, or the square of the first where the second happens to vanish; after one
    no more than the first times itself or 1/P, whichever is larger, which holds where the second is known.
    """
    first = np.abs(orders[0])
    if len(orders) > 1:
        return np.asarray(np.maximum(np.abs(orders[1]), first**2))
    return np.asarray(first * np.maximum(first, 1.0 / samples))


def next_orders(at: Synthetic | ManySets) -> tuple[Correction, ...]:
    """Of the data's own law, as far as they are known."""
    if isinstance(at, Sphere):
        return (partial(sphere_error_correction, dimension=at.dimension),)
    return gaussian_error_correction, gaussian_error_second_correction


def learned(at: Synthetic, curve: Callable[..., LearningCurve] = one_loop) -> Said:
    """ΣL_ky_k²/Σy_k² of an action by its learnabilities."""
    of = problem(at)
    grid = [curve(of.spectrum, of.samples, ridge).learnability @ of.power for ridge in of.ridges]
    return {Synthetic.learned: np.stack(grid, axis=1) / of.power.sum()}


@cache
def best_learned(at: Synthetic) -> Known:
    """The same of the effective ridge with its corrections in 1/P."""
    of = problem(at)
    found = [curves.effective_ridge(of.spectrum, of.samples, ridge) for ridge in of.ridges]
    if isinstance(at, Sphere):
        orders = [[learnability_correction(curve, at.dimension) for curve in found]]
    else:
        orders = [
            [o(c) for c in found] for o in (gaussian_learnability_correction, gaussian_learnability_second_correction)
        ]
    shares = of.power / of.power.sum()
    leading = np.stack([curve.learnability @ shares for curve in found], axis=1)
    shifts = np.stack([np.stack([each @ shares for each in order], axis=1) for order in orders])
    turned = np.stack([(curve.learnability * (1.0 - curve.learnability)) @ shares for curve in found], axis=1)
    after = beyond(shifts / turned, np.array(of.samples, np.float64)[:, None]) * turned
    return Known(
        leading + shifts.sum(axis=0),
        Remainder("orders beyond the computed ones", after, order="1/P³", got="computed"),
        Remainder("resolution", LEARNED * turned, got="chosen"),
    )


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
