"""What several theories of the case share, solved once for each population."""

from __future__ import annotations

from functools import cache

from fieldbench.claims import Remainder
from fieldbench.theory.curves import LearningCurve, unevenness
from fieldbench.theory.decimation import Decimation

from . import differences
from .cuts import cuts, full_curve
from .experiment import Images

SCATTER = 0.07  # of the error, relative, from draw to draw


@cache
def full(at: Images) -> LearningCurve:
    """The effective ridge of the full theory."""
    return full_curve(at.population, at.samples, at.ridge)


def cut(at: Images, threshold: float) -> list[tuple[int, Decimation]]:
    """The decimated theory at each P."""
    return [(P, cuts(at.population, P, at.ridge, [threshold])[0]) for P in at.samples]


@cache
def decimated_minus_full(at: Images) -> differences.Differences:
    """What decimation changes and what it neglects, (decimated, threshold)."""
    return differences.decimated_minus_full(at.population, at.decimated, at.ridge, at.threshold)


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
