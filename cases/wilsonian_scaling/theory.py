"""Hartree and cavity theory at an experiment's P, κ and couplings, and their exponents as P → ∞."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Quantity, Remainder, Said, Theory, across
from fieldbench.theory.curves import (
    QuarticCurve,
    effective_ridge,
    gaussian_error_second_correction,
    gaussian_learnability_correction,
    gaussian_learnability_second_correction,
    hartree,
    posterior_hartree,
    quartic_cavity,
    scaling_laws,
)

from .collapse import HIGH, LOW, MODES, pairs
from .experiment import Maximum, Mean, PowerLaw
from .shared import train_and_its_slope, train_and_slope_of_test

FloatArray = NDArray[np.float64]
Scheme = Callable[..., QuarticCurve]

ENORMOUS = 1e14  # samples
# Relative, asked of a measurement at one P: five standard errors of a replicate's mean over its data sets, planned.
SHIFT, COUPLING, CURVE, GAP = 0.0125, 0.005, 0.015, 0.01


def of_any_draws(at: PowerLaw) -> PowerLaw:
    """All that theory knows of an experiment: however many data sets are drawn, it is asked once."""
    return PowerLaw(at.alpha, at.samples, draws=1, ridge=at.ridge)


def solved(at: PowerLaw, scheme: Scheme, **options: Any) -> QuarticCurve:
    """Error, ⟨Δ²⟩ and κ_eff at each u."""
    return _solved(of_any_draws(at), scheme, at.u, **options)


@cache
def _solved(at: PowerLaw, scheme: Scheme, couplings: float | tuple[float, ...], **options: Any) -> QuarticCurve:
    return scheme(at.levels, at.samples, at.ridge, couplings, at.levels, **options)


def without_coupling(at: PowerLaw, *, finite: bool = False) -> QuarticCurve:
    """At u = 0; `finite`: with corrections of order 1/P."""
    return _solved(of_any_draws(at), hartree, 0.0, finite=finite)


def changed(at: PowerLaw, curve: QuarticCurve, *, finite: bool = False) -> FloatArray:
    """MSE_u/MSE_0 − 1 at each u; `finite`: of errors with their correction of order 1/P."""
    return np.asarray(curve.error / without_coupling(at, finite=finite).error - 1.0)


@dataclass(frozen=True)
class Finite:
    """Hartree at P points, with each correction of order 1/P, at each u.

    Regression with Gaussian features does not know one direction of the P residuals from another. So to first order in
    u, exactly and on every data set, their fourth moment is 3P/(P + 2) of their mean square squared, and what acts is
    6uP/(P + 2) of the set's own ⟨Δ²⟩. Its mean over data sets takes what ⟨Δ²⟩ and the slope in κ of either error share.

    Attributes:
        test: as the population error feels it. train: as ⟨Δ²⟩ does. alone: as `test`, without the fourth moment.
        left_open: relative, of either change by u: the same once more in the next order in u, and squares of 1/P.
    """

    test: QuarticCurve
    train: QuarticCurve
    alone: QuarticCurve
    left_open: FloatArray


def finite(at: PowerLaw) -> Finite:
    return _finite(of_any_draws(at))


@cache
def _finite(at: PowerLaw) -> Finite:
    moment, step = at.samples / (at.samples + 2.0), 1e-3

    def plain(factor: float) -> QuarticCurve:
        return hartree(at.levels, at.samples, at.ridge * factor, 0.0, at.levels, finite=True)

    now, up, down = plain(1.0), plain(1.0 + step), plain(1.0 - step)
    args = at.levels, at.samples, at.ridge, at.levels
    slopes = ((after - before) / (2.0 * step * at.ridge) for after, before in (
        (up.error, down.error), (up.mean_square, down.mean_square)))  # fmt: skip
    shares = train_and_slope_of_test(*args), train_and_its_slope(*args)
    test, train = (1.0 + float(s / (now.mean_square * d)[0]) for s, d in zip(shares, slopes, strict=True))

    def dressed(coefficient: float) -> QuarticCurve:
        return solved(at, hartree, coefficient=6.0 * coefficient, finite=True)

    found = dressed(moment * test)
    orders = np.abs(1.0 - moment * test) * (6.0 * np.array(at.u) * found.mean_square + 2.0 / at.samples)
    return Finite(found, dressed(moment * train), dressed(test), orders)


def learnability(at: PowerLaw) -> FloatArray:
    """L_k at κ_eff of the cavity, with the corrections of order 1/P at its Hartree ridge, (u, modes)."""
    return _learnability(of_any_draws(at))


@cache
def _learnability(at: PowerLaw) -> FloatArray:
    whole, first, curve = solved(at, quartic_cavity), solved(at, hartree), finite(at).test
    dressed = at.ridge / (1.0 + 6.0 * np.array(at.u) * curve.mean_square)
    orders = [gaussian_learnability_correction(effective_ridge(at.levels, at.samples, k))[0] for k in dressed]
    gain = at.samples * at.levels
    effective = curve.effective_ridge * whole.effective_ridge / first.effective_ridge
    return np.asarray(gain / (gain + effective[:, None]) + orders)


def learnability_left_open(at: Maximum) -> FloatArray:
    """Its next order in 1/P, and what the change by u leaves open, (u, modes)."""
    plain = effective_ridge(at.levels, at.samples, at.ridge)
    second = np.abs(gaussian_learnability_second_correction(plain)[0])
    changed_by = np.abs(learnability(at) - plain.learnability[0] - gaussian_learnability_correction(plain)[0])
    return np.asarray(second + finite(at).left_open[:, None] * changed_by)


def limiting_exponents() -> FloatArray:
    """Of the error and of the shift under both Hartree theories with all modes, plus α/(1+α)."""
    return np.concatenate([_exponents(alpha, ENORMOUS) for alpha in (1.0, 2.0)])


@cache
def _exponents(alpha: float, samples: float) -> FloatArray:
    found = []
    spectrum, power = scaling_laws.infinite_power_law(alpha, alpha)
    sizes, limit = samples * np.array([1.0, 2.0]), scaling_laws.learning_exponent(alpha, alpha, ridgeless=False)
    error = hartree(spectrum, sizes, PowerLaw.ridge, 0.0, power).error
    for thermal in (False, True):
        # The shift itself would be lost in rounding: the coupling 6u⟨Δ²⟩ that makes it is not.
        square = hartree(spectrum, sizes, PowerLaw.ridge, PowerLaw.u[0], power, thermal=thermal).mean_square
        found += [np.log2(curve[1] / curve[0]) + limit for curve in (error, square)]
    return np.array(found)


def left_of_the_limit() -> FloatArray:
    """Corrections are powers of the coupling, P^{−α/(1+α)}, and of 1/k*, P^{−1/(1+α)}.

    What is left of a power s doubles at P/2^{1/s}: the change bounds it for the slowest power, and for all faster ones.
    """
    found = limiting_exponents()
    nearer = np.concatenate([_exponents(1.0, ENORMOUS / 4.0), _exponents(2.0, ENORMOUS / 8.0)])
    return np.asarray(np.abs(found - nearer) * 1.1)  # a tenth for the next power, far below at P = 10¹⁴


def of_maximum(at: Maximum) -> dict[Any, Known]:
    """Hartree at P points, and what the cavity adds: the scatter of 6uΔ² over the points, to all orders in u.

    On the same data and with its own ⟨Δ²⟩ in Hartree there is left what the cavity adds, and the fourth moment.
    """
    first, whole, points = solved(at, hartree), solved(at, quartic_cavity), finite(at)
    added = changed(at, whole) - changed(at, first)
    shift = changed(at, points.test, finite=True) + added
    gap = shift - changed(at, points.alone, finite=True)
    plain = without_coupling(at, finite=True)
    second = float(gaussian_error_second_correction(at.levels, at.samples, at.ridge, at.levels)[0] / plain.error[0])
    square = points.train.mean_square * whole.mean_square / first.mean_square
    by_u = np.abs(points.train.mean_square / plain.mean_square - 1.0)

    def left(change: FloatArray, resolution: float, *others: float) -> tuple[Remainder, ...]:
        """Relative parts; the scatter of one size is not that of another, so that they add."""
        return (
            Remainder("1/P of the next order in u", points.left_open * np.abs(change), order="u²/P", got="computed",
                      relative=True),
            Remainder("orders beyond in 1/P", sum(others), order="1/P²", got="computed", relative=True),
            Remainder(f"resolution at P = {at.samples}", resolution, got="chosen", relative=True),
        )  # fmt: skip

    return {
        Maximum.shift: Known(shift, *left(np.ones_like(shift), SHIFT)),
        Maximum.gap: Known(
            gap,
            Remainder("1/P of the next order in u", points.left_open * np.abs(shift), order="u²/P", got="computed"),
            Remainder("resolution", GAP * np.abs(shift), got="chosen"),
        ),
        Maximum.coupling: Known(np.array(at.u) * square, *left(by_u, COUPLING, (1.0 / at.samples) ** 2)),
        Maximum.curve: Known(plain.error * (1.0 + second) * (1.0 + shift), *left(shift, CURVE, abs(second))),
        Maximum.learned: Known(learnability(at)[:, : len(at.k)]),
    }


def of_mean(at: Mean) -> Said:
    """Hartree with the thermal variance of each point: of the paired difference nothing is left but higher orders."""
    of_modes = solved(at, posterior_hartree)
    modes, coupled = changed(at, of_modes), 6.0 * np.array(at.u) * of_modes.mean_square
    even, whole = (changed(at, solved(at, scheme, thermal=True)) for scheme in (hartree, quartic_cavity))
    plain = solved(at, hartree), solved(at, hartree, finite=True)
    one_over_p = changed(at, plain[1], finite=True) - changed(at, plain[0])
    left = (
        Remainder("next order in u: cavity", np.abs(whole - even), order="u²", got="computed"),
        Remainder("fourth moment of P residuals", 2.0 / at.samples * np.abs(modes), order="1/P"),
        # Diagrams beyond Hartree and beyond the cavity.
        Remainder("loops: second order in u, a share of single modes", np.abs(modes * (even - modes)), order="u²"),
    )
    return {
        Mean.gap: Known(np.zeros(len(at.u)), *left),
        # Ridges of modes stand for those of points to first order in u only; the paired difference has the points'.
        Mean.shift: Known(
            modes,
            *left,
            Remainder("1/P of the learning curve", np.abs(one_over_p), order="1/P"),
            Remainder("ridges of modes", np.abs(modes - even) * coupled / (1.0 + coupled), order="u²"),
        ),
    }


def instead(gap: Quantity, of: Scheme, scheme: Scheme, **options: Any) -> Theory:
    """Another theory in the place `of` the one whose paired regression a gap is measured against."""
    shift = Maximum.shift if gap is Maximum.gap else Mean.shift

    def other(at: Any) -> Said:
        found = changed(at, solved(at, scheme, **options))
        return {gap: found - changed(at, solved(at, of)), shift: found}

    return other


coefficient_two = instead(Maximum.gap, hartree, hartree, coefficient=2.0)

one_even_ridge = instead(Mean.gap, posterior_hartree, hartree, thermal=True)

train_error_alone = instead(Mean.gap, posterior_hartree, hartree)


def limiting(at: Maximum) -> Said:
    """Powers of P with the exponents of P → ∞: the claim taken at its word at any P."""
    power = at.samples ** (-at.alpha / (1.0 + at.alpha)) * np.ones(len(at.u))
    return {Maximum.shift: -power, Maximum.coupling: power}


def square_of_the_coupling(at: Maximum) -> Said:
    """A shift of second order in the effective coupling: twice the exponent."""
    first = solved(at, hartree)
    return {Maximum.shift: -((np.array(at.u) * first.mean_square) ** 2)}


def no_flow(at: Maximum) -> Said:
    """L a function of k alone, at 4P as at P."""
    smaller = replace(at, samples=at.samples // 4)
    return {LOW: learnability(at)[0, MODES - 1], HIGH: learnability(smaller)[0, 2 * MODES - 1]}


@across(least=2)
def collapse_left_open(experiments: Sequence[Maximum]) -> FloatArray:
    """What is left open of both learnabilities of a pair."""
    found = [learnability_left_open(at)[0] for at in experiments]
    return np.concatenate([found[i][MODES - 1] + found[j][2 * MODES - 1] for i, j in pairs(experiments)])[None]
