"""Hartree and cavity theory at an experiment's P, κ and couplings, and their exponents as P → ∞."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Quantity, Remainder, Said, Theory
from fieldbench.theory.curves import (
    QuarticCurve,
    cavity,
    effective_ridge,
    gaussian_learnability_correction,
    hartree,
    posterior_hartree,
    scaling_laws,
)

from .collapse import HIGH, LOW, MODES
from .experiment import Maximum, Mean, PowerLaw

FloatArray = NDArray[np.float64]
Scheme = Callable[..., QuarticCurve]

ENORMOUS = 1e14  # samples


def solved(at: PowerLaw, scheme: Scheme, **options: Any) -> QuarticCurve:
    """Error, ⟨Δ²⟩ and κ_eff at each u."""
    return scheme(at.levels, at.samples, at.ridge, at.u, at.levels, **options)


def changed(at: PowerLaw, curve: QuarticCurve, *, finite: bool = False) -> FloatArray:
    """MSE_u/MSE_0 − 1 at each u; `finite`: of errors with their correction of order 1/P."""
    plain = hartree(at.levels, at.samples, at.ridge, 0.0, at.levels, finite=finite)
    return np.asarray(curve.error / plain.error - 1.0)


def learnability(at: PowerLaw) -> FloatArray:
    """L_k at the cavity's κ_eff, with the correction of order 1/P at its Hartree ridge, (u, modes)."""
    whole = solved(at, cavity)
    dressed = at.ridge / (1.0 + 6.0 * np.array(at.u) * whole.mean_square)
    corrections = [gaussian_learnability_correction(effective_ridge(at.levels, at.samples, k))[0] for k in dressed]
    gain = at.samples * at.levels
    return np.asarray(gain / (gain + whole.effective_ridge[:, None]) + corrections)


def limiting_exponents(samples: float = ENORMOUS) -> FloatArray:
    """Of the error and of the shift under both Hartree theories with all modes, plus α/(1+α)."""
    found = []
    for alpha in (1.0, 2.0):
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
    nearer = np.concatenate([limiting_exponents(ENORMOUS / 4.0)[:4], limiting_exponents(ENORMOUS / 8.0)[4:]])
    return np.asarray(np.abs(found - nearer) * 1.1)  # a tenth for the next power, far below at P = 10¹⁴


def of_maximum(at: Maximum) -> dict[Any, Known]:
    """Hartree, 1/κ_u = (1 + 6u⟨Δ²⟩)/κ, what the cavity adds, and the learning curve's correction of order 1/P.

    On the same data and with its own ⟨Δ²⟩ in Hartree there is left what the cavity adds, and that the fourth moment of
    P residuals about their own mean square is 3P/(P + 2) of it.
    """
    first, whole, finite = solved(at, hartree), solved(at, cavity), solved(at, hartree, finite=True)
    own = solved(at, hartree, coefficient=6.0 * at.samples / (at.samples + 2.0))
    even, added = changed(at, first), changed(at, whole) - changed(at, first)
    corrected = changed(at, finite, finite=True) - even
    trained, tested = finite.mean_square / first.mean_square, finite.error / first.error

    def left(of_curve: Any, relative: bool = False) -> tuple[Remainder, ...]:
        of_moment = 2.0 / at.samples * np.abs(even)
        return (
            Remainder("fourth moment of P residuals", of_moment, order="1/P", relative=relative),
            Remainder("1/P of the learning curve", np.abs(of_curve), order="1/P", relative=relative),
        )

    return {
        Maximum.shift: Known(even + added + corrected, *left(corrected)),
        Maximum.gap: Known(added + changed(at, own) - even, *left(corrected)),
        Maximum.coupling: Known(np.array(at.u) * whole.mean_square, *left(trained - 1.0, relative=True)),
        Maximum.curve: Known(whole.error * tested, *left(tested - 1.0, relative=True)),
        Maximum.learned: Known(learnability(at)[:, : len(at.k)]),
    }


def of_mean(at: Mean) -> Said:
    """Hartree with the thermal variance of each point: of the paired difference nothing is left but higher orders."""
    modes = changed(at, solved(at, posterior_hartree))
    even, whole = (changed(at, solved(at, scheme, thermal=True)) for scheme in (hartree, cavity))
    return {
        Mean.gap: Known(
            np.zeros(len(at.u)),
            Remainder("next order in u: cavity", np.abs(whole - even), order="u²", got="computed"),
            Remainder("fourth moment of P residuals", 2.0 / at.samples * np.abs(modes), order="1/P"),
            # Diagrams beyond Hartree and beyond the cavity.
            Remainder("loops: second order in u, a share of single modes", np.abs(modes * (even - modes)), order="u²"),
        )
    }


def instead(gap: Quantity, of: Scheme, scheme: Scheme, **options: Any) -> Theory:
    """Another theory in the place `of` the one whose paired regression a gap is measured against."""
    return lambda at: {gap: changed(at, solved(at, scheme, **options)) - changed(at, solved(at, of))}


coefficient_two = instead(Maximum.gap, hartree, hartree, coefficient=2.0)

one_even_ridge = instead(Mean.gap, posterior_hartree, hartree, thermal=True)

train_error_alone = instead(Mean.gap, posterior_hartree, hartree)


def no_flow(at: Maximum) -> Said:
    """L a function of k alone, at 4P as at P."""
    smaller = replace(at, samples=at.samples // 4)
    return {LOW: learnability(at)[0, MODES - 1], HIGH: learnability(smaller)[0, 2 * MODES - 1]}
