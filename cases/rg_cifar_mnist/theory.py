"""What several theories of the case share, solved once for each population."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Remainder
from fieldbench.theory.curves import LearningCurve, unevenness
from fieldbench.theory.decimation import Decimation, cuts, dataset_curves, finite_population_curve

from .experiment import Images

SCATTER = 0.07  # of the error, relative, from draw to draw


@cache
def full(at: Images) -> LearningCurve:
    """The effective ridge of the full theory."""
    of = at.population
    return finite_population_curve(of.modes, of.coefficients, at.samples, at.ridge)


def cut(at: Images, threshold: float) -> list[tuple[int, Decimation]]:
    """The decimated theory at each P."""
    of = at.population
    return [(P, cuts(of.modes, of.coefficients, P, at.ridge, [threshold])[0]) for P in at.samples]


@cache
def decimated_minus_full(at: Images) -> dict[str, NDArray[np.float64]]:
    """What decimation changes and what it neglects, by the names of the library, (decimated, threshold)."""
    of = at.population
    return dataset_curves.decimation_differences(of.modes, of.coefficients, at.decimated, at.ridge, at.threshold)


@cache
def jitter(at: Images) -> dict[int, float]:
    """Relative variance of an image's ridge between draws at each P."""
    return {P: unevenness.between_draws(at.population.modes, P, kappa) for P, kappa in _dressed(at)}


@cache
def one_ridge(at: Images) -> tuple[Remainder, ...]:
    """What a single ridge for all images and draws leaves out of the error, as fractions of it."""
    uneven = [unevenness.over_points(at.population.modes, P, kappa) for P, kappa in _dressed(at)]
    fluctuating, order = list(jitter(at).values()), "Var c/c²"
    return (
        Remainder("unevenness of the ridge over images", uneven, order, got="computed", relative=True),
        Remainder("its fluctuation between draws", fluctuating, order, got="computed", relative=True),
        Remainder(f"mean of a logarithm: half the squared scatter of a draw, {100 * SCATTER:.0f} %", SCATTER**2 / 2,
                  "scatter²", relative=True),
    )  # fmt: skip


def _dressed(at: Images) -> list[tuple[int, float]]:
    """P and κ_eff."""
    return list(zip(at.samples, full(at).effective_ridge, strict=True))
