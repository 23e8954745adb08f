"""Predicted exponents of learning curves at finite size: power-law spectra, and the principal components of a data set.

The stated exponents hold for P → ∞ and infinitely many modes (scaling_laws.py). Here they are taken from the effective
ridge with the same modes and the same P as an experiment, with what this still neglects: for Gaussian features orders
beyond the first in 1/P (finite_size_error.py), for a data set the unevenness of its ridge (unevenness.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.curves import scaling_laws, unevenness
from fieldbench.theory.curves.finite_size_error import gaussian_error_correction, gaussian_learnability_correction
from fieldbench.theory.curves.learning_curves import LearningCurve, effective_ridge, equivalent_kernel
from fieldbench.theory.curves.scaling_laws import fit_weights, local_slopes, log_log_slope, tail_power
from fieldbench.theory.kernels import EmpiricalSpectrum
from fieldbench.typing import Numbers

Vector = NDArray[np.float64]
Arrays = dict[str, NDArray[np.float64]]


def stacked(curves: Sequence[Arrays]) -> Arrays:
    """The same numbers of several curves, with the curves as the first axis."""
    return {name: np.array([curve[name] for curve in curves]) for name in curves[0]}


def power_law_curve(alpha: float, tail: float, modes: int, samples: Numbers, ridge: float) -> Arrays:
    """Error and exponent for λ_k = k^{−1−α}, y_k² = k^{−1−b}, k ≤ modes, with Gaussian features.

    Args:
        alpha: α.
        tail: b.
        modes: number of modes.
        samples: P, (s,).
        ridge: κ; 0 is the ridgeless law, anything else the one of a dominant ridge.

    Returns:
        error: with the first correction in 1/P, (s,); next_order: relative size of that correction, (s,).
        exponent: slope of ln error over ln P; exponent_order: what the correction changes in it.
        limit: the slope as P → ∞; shift: distance of `exponent` from it; dressing: 0, E0 tends to a constant.
        error_no_e0: without the factor E0. spectrum_alone: slope if y_k² ∝ λ_k. no_ridge: slope without ridge.
        own_tail: the limit if it never saturated.
    """
    listed, sizes = np.arange(1.0, modes + 1.0), np.asarray(samples, dtype=np.float64)
    levels, power = listed ** (-1.0 - alpha), listed ** (-1.0 - tail)
    curve = effective_ridge(levels, sizes, ridge, target=power)
    correction = gaussian_error_correction(levels, sizes, ridge, power)
    slope, leading = log_log_slope(sizes, [curve.test_error + correction, curve.test_error])
    limit = -scaling_laws.exponent(alpha, tail, ridgeless=ridge == 0.0)
    found = {
        "error": curve.test_error + correction,
        "next_order": np.abs(correction) / curve.test_error,
        "exponent": slope,
        "exponent_order": np.abs(slope - leading),
        "limit": limit,
        "shift": np.abs(slope - limit),
        "dressing": 0.0,
        "error_no_e0": curve.test_error / curve.e0,
        "spectrum_alone": log_log_slope(sizes, effective_ridge(levels, sizes, ridge, target=levels).test_error),
        "own_tail": -tail if ridge == 0.0 else -tail / (1.0 + alpha),
        "no_ridge": log_log_slope(sizes, effective_ridge(levels, sizes, 0.0, target=power).test_error),
    }
    return {name: np.asarray(value) for name, value in found.items()}


def posterior_variance(alpha: float, modes: int, samples: Numbers, ridge: float) -> Arrays:
    """κ_eff − κ, the error where y_k ~ N(0, λ_k) and the labels' noise is κ, for Gaussian features.

    Returns:
        variance: with its first correction in 1/P, −Σλ_kδL_k; variance_order: relative size of that, (s,) each.
    """
    levels = np.arange(1.0, modes + 1.0) ** (-1.0 - alpha)
    curve = effective_ridge(levels, samples, ridge)
    leading, correction = curve.effective_ridge - ridge, -gaussian_learnability_correction(curve) @ levels
    return {"variance": leading + correction, "variance_order": np.abs(correction) / leading}


def data_set_curve(modes: EmpiricalSpectrum, power: Vector, window: NDArray[np.intp], ridge: float) -> Arrays:
    """Error and exponent for P of M points and a target of power y_k² in the principal components of their kernel.

    Args:
        modes: the M modes.
        power: y_k², (M,).
        window: cut-offs K of the tail and training sizes P, the same for both; every other one an octave, (s,).
        ridge: κ.

    Returns:
        error: of the effective ridge on the held-out points, (s,); error_ek, error_no_e0: its competitors.
        neglected: relative variances of the ridge over points and draws, and the 1/P of Gaussian features, (s,).
        exponent: slope of ln error; exponent_order: largest change of it by what is neglected.
        limit: slope of the target's tail, −b; shift: how far its octaves stray from it; dressing: slope of ln E0, which
            is constant only where the spectrum is a power law.
        spectrum_alone: slope if y_k² ∝ λ_k. middle: half way from the target's tail to that of the spectrum.
    """
    levels, total = modes.eigenvalues, len(modes.eigenvalues)

    def curve_of(target: Vector) -> LearningCurve:
        return effective_ridge(levels, window, ridge, target=target, population=total)

    curve, alone, tail = curve_of(power), curve_of(levels), tail_power(power, window)
    pairs = list(zip(window.tolist(), curve.effective_ridge, strict=True))
    neglected = np.array([unevenness.over_points(modes, *p) + unevenness.between_draws(modes, *p) for p in pairs])
    neglected = neglected + np.abs(gaussian_error_correction(levels, window, ridge, power)) / curve.test_error
    slope = log_log_slope(window, tail)
    octaves = np.abs(local_slopes(window[::2], tail[::2]) - slope).max()
    found = {
        "error": curve.test_error,
        "error_ek": equivalent_kernel(levels, window, ridge, target=power).test_error,
        "error_no_e0": curve.test_error / curve.e0,
        "neglected": neglected,
        "exponent": log_log_slope(window, curve.test_error),
        "exponent_order": np.abs(fit_weights(window)) @ neglected,
        "limit": slope,
        "shift": octaves,
        # curve.e0 is M/(M − P) times E0 in the limit of no ridge; the tail has that factor already.
        "dressing": np.abs(log_log_slope(window, curve.e0 * (1.0 - window / total))),
        "spectrum_alone": log_log_slope(window, alone.test_error),
        "middle": 0.5 * (slope + log_log_slope(window, tail_power(levels, window))),
    }
    return {name: np.asarray(value) for name, value in found.items()}


def limiting_exponent(alpha: float, tail: float, ridge: float, samples: float) -> tuple[float, float]:
    """Slope of ln error between P and 2P with all modes, less the stated one, and a bound on what is left of it.

    The unlearned modes make κ_eff = κ(1 + δ). ln MSE changes by at most 2δ with ln κ_eff and by δ in E0, and δ falls as
    P^{−α/(1+α)}: 3δα/(1+α) in the exponent. Without ridge the rest is of order 1/P.
    """
    spectrum, power = scaling_laws.infinite_power_law(alpha, tail)
    sizes = samples * np.array([1.0, 2.0])
    curve = effective_ridge(spectrum, sizes, ridge, target=power)
    stated = scaling_laws.exponent(alpha, tail, ridgeless=ridge == 0.0)
    gain = curve.effective_ridge[0] / ridge - 1.0 if ridge else 1.0 / samples
    return float(log_log_slope(sizes, curve.test_error) + stated), float(3.0 * gain * alpha / (1.0 + alpha))


def ridgeless_power_law(alpha: float, samples: Numbers) -> tuple[Vector, Vector, Vector]:
    """Against all modes: ln of κ_eff over its closed form, E0 over (1 + α)P/(P + ½), and a bound on both errors.

    P − ΣL² = ΣL(1 − L) has (2+α)/(1+α) < 2 times the next order of ΣL (see `ridgeless_effective_ridge`).
    """
    curve = effective_ridge(scaling_laws.infinite_power_law(alpha, alpha)[0], samples, 0.0)
    sizes = curve.samples
    return (
        np.log(curve.effective_ridge / scaling_laws.ridgeless_effective_ridge(alpha, sizes)),
        curve.e0 * (1.0 + 0.5 / sizes) / (1.0 + alpha),
        2.0 * scaling_laws.closed_form_error(alpha, sizes),
    )
