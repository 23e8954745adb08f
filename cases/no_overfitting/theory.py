"""What several theories of the case share: the effective ridge of D equal modes with its first correction in 1/P."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder, Said
from fieldbench.theory.curves import LearningCurve, effective_ridge, gaussian_error_correction, peak_enhancement
from fieldbench.theory.kernels import Spectrum
from fieldbench.typing import Numbers

from .experiment import BARE, FLAT, MODES, NOISE, Flat, Noiseless, Noisy, Square, Tailed

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


def flat(at: Noisy) -> Said:
    """D equal modes with a ridge T."""
    return {Noisy.error: to_first_order(*corrected(at.samples, at.ridge))}


def ridges_apart(at: Flat) -> Said:
    """The same; what is left open has at each ridge a size and sign of its own, so that a slope does not cancel it."""
    known = to_first_order(*corrected(at.samples, at.ridge))
    apart = [replace(part, name=f"{part.name}, T = {at.ridge:g}") for part in known.remainders]
    return {Flat.error: Known(known.value, *apart)}


def tailed(at: Tailed) -> Said:
    """The same modes with the tail itself, and how that differs from its sum as a ridge."""
    (full, full_shift), (summed, shift) = corrected(at.samples, tail=at.tail), corrected(at.samples, at.ridge)
    change = full_shift - shift
    return {
        Tailed.error: to_first_order(full, full_shift),
        Tailed.tail_change: Known(
            np.log(full.test_error / summed.test_error) + change,
            Remainder("next order", np.abs(change) + full_shift**2 + shift**2, order="1/P²"),
            Remainder("resolution, one in P", 1.0 / full.samples, order="1/P"),
        ),
    }


def projection(at: Noiseless) -> Said:
    """The predictor projects on P of D directions, on every data set; what is left is rounding times Tr K/T."""
    sizes = np.array(at.samples)
    rounding = 10.0 * np.finfo(float).eps * sizes / at.ridge
    return {Noiseless.error: Known(1.0 - sizes / MODES, Remainder("rounding", rounding, got="bounded"))}


def hard_edge(at: Square) -> Said:
    """The effective ridge at P = D, and what the hard edge adds to its ½√(Dλ/T)."""
    smooth, shift = smooth_height(at)
    height = smooth + (peak_enhancement(at.scaled) - 1.0) * 0.5 / np.sqrt(at.ridge)
    orders = Remainder(BEYOND, np.abs(shift) / height, order="1/P²", relative=True)
    edge = Remainder("resolution of the hard edge, one in D", 1.0 / at.modes, order="1/D", relative=True)
    return {Square.height: Known(height, orders, edge)}
