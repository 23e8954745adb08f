"""What several theories of the case share: the effective ridge of D equal modes with its first correction in 1/P."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder
from fieldbench.theory.curves import LearningCurve, effective_ridge, gaussian_error_correction
from fieldbench.theory.kernels import Spectrum
from fieldbench.typing import Numbers

from .experiment import BARE, FLAT, MODES, NOISE, Noisy, Square, Tailed

Vector = NDArray[np.float64]
NO_TAIL = np.empty(0)
BEYOND = "orders beyond the computed correction"


def corrected(samples: Numbers, ridge: float = BARE, tail: Vector = NO_TAIL) -> tuple[LearningCurve, Vector]:
    """The effective ridge of D equal modes and a tail, and its first correction in 1/P as a fraction of the error."""
    # The last mode, of eigenvalue zero, carries the label noise, which nothing can learn.
    levels = np.concatenate([FLAT, tail, [0.0]])
    power = np.concatenate([FLAT, 0.0 * tail, [NOISE]])
    curve = effective_ridge(levels, samples, ridge, target=power)
    return curve, gaussian_error_correction(levels, samples, ridge, power) / curve.test_error


def to_first_order(curve: LearningCurve, shift: Vector) -> Known:
    return Known(
        curve.test_error * (1.0 + shift),
        Remainder(BEYOND, np.abs(shift), order="1/P²", relative=True),
        Remainder("resolution, one in P", 1.0 / curve.samples, order="1/P", relative=True),
    )


def smooth_height(at: Square) -> tuple[Vector, Vector]:
    """E0 at P = D of the effective ridge with its first correction in 1/P, and that correction."""
    levels, noise = np.append(np.full(at.modes, 1.0 / at.modes), 0.0), np.append(np.zeros(at.modes), 1.0)
    height = [effective_ridge(levels, at.modes, T, target=noise).test_error for T in at.ridge]
    shift = np.concatenate([gaussian_error_correction(levels, at.modes, T, noise) for T in at.ridge])
    return np.concatenate(height) + shift, shift


def height_over_limit(ridge: float) -> Vector:
    """E0(P = D)/½√(Dλ/T) of the effective ridge: (1 + z)²/(z(2 + z)) with z²/(1 + z) = T/Dλ, 1 + O(√T)."""
    curve = effective_ridge(Spectrum(np.array([1.0 / MODES]), np.array([MODES])), [MODES], ridge)
    return np.asarray(curve.e0 / (0.5 / np.sqrt(ridge)))


def dense_curve(at: Noisy) -> tuple[Vector, Vector]:
    samples = np.geomspace(at.samples[0], at.samples[-1], 60)
    curve, shift = corrected(samples, tail=at.tail) if isinstance(at, Tailed) else corrected(samples, at.ridge)
    return samples, curve.test_error * (1.0 + shift)
