"""What several theories of the case share, solved once for each population."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from fieldbench.claims import Known, Remainder, Said
from fieldbench.theory import curves, decimation
from fieldbench.theory.curves import LearningCurve, unevenness
from fieldbench.theory.decimation import Decimation

from . import differences
from .cuts import cuts, full_curve
from .differences import local_difference
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
