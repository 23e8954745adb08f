"""Hartree and cavity theory at an experiment's P, κ and couplings, and their exponents as P → ∞."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.curves import (
    QuarticCurve,
    cavity,
    effective_ridge,
    gaussian_learnability_correction,
    hartree,
    scaling_laws,
)

from .experiment import PowerLaw

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
