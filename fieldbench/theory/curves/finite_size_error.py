"""Corrections in 1/P to the mean squared error: the first on the sphere, the first two for Gaussian features.

The error of regression is a derivative of its learnabilities, exactly and on every data set. With A = K + κ, C the
covariance of targets of power p_k in mode k, and B_k = L_k/λ_k = Tr[A⁻¹φ_kφ_kᵀ], the error averaged over such targets

    MSE = Σp_k − 2Σ p_kλ_kB_k + Tr[A⁻¹K₂A⁻¹C],   K₂ = Σλ_k²φ_kφ_kᵀ,

has in its last term the change of Σp_kB_k along the flow λ_k → λ_k/(1 + ελ_k), under which dK/dε = −K₂. Hence

    MSE = Σ_k p_k(1 − 2L_k) + d/dε Σ_k p_kB_k,

and a correction δL_k to the learnabilities brings −2Σp_kδL_k + d/dε Σp_kδL_k/λ_k to the error. Derived for this
project. δL of the sphere is that of finite_size.py; Gaussian features have, from the free energy
½E log det(K + κ), whose next order is ¼ log(1 − ΣL²/P) of a real Wishart matrix (checked here against its expansion in
1/κ, and against regression in the tests),

    δL_k = −(E0/P) L_k(1 − L_k)[L_k − (E0/P) Σ_j L_j²(1 − L_j)].

The order after that follows from the same free energy. The average of det(K + κ)^{−n/2} over Gaussian features is an
integral over symmetric n × n matrices Q, det Q^{(P−n−1)/2} exp(−κ tr Q/2) Π_k det(1 + λ_kQ)^{−1/2}, whose exponent is a
single trace; two loops around Q = P/κ_eff, in what is linear in n, give with s_m = ΣL_k^m and a = P − s_2

    F_2 = (5/8)(P − s_4)/a² − (7/12)(P − s_3)²/a³ − 1/(2a) + (P − s_3)/(2a²),    δ²L_k = 2 dF_2/d ln λ_k.

(One loop is ¼ log a, the correction above; without modes F_2 = 1/24P, Stirling's term of the Gamma functions.) Derived
for this project.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.curves import finite_size
from fieldbench.theory.curves.learning_curves import LearningCurve, effective_ridge
from fieldbench.theory.kernels import Spectrum
from fieldbench.typing import Numbers

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_STEP = 1e-4  # central difference: (1e-4)² of truncation, 1e-16/1e-4 of rounding
_FLOOR = 1e-12  # of the largest eigenvalue, for modes that the kernel lacks


def gaussian_learnability_correction(curve: LearningCurve) -> Matrix:
    """δL_k of order 1/P for independent Gaussian features, to be added to curve.learnability, (p, k)."""
    learned, degeneracies = curve.learnability, curve.spectrum.degeneracies
    gain = (curve.e0 / curve.samples)[:, None]
    feedback = (learned**2 * (1.0 - learned)) @ degeneracies
    return np.asarray(-gain * learned * (1.0 - learned) * (learned - gain * feedback[:, None]))


def gaussian_second_correction(curve: LearningCurve) -> Matrix:
    """δ²L_k of order 1/P² for independent Gaussian features, to be added to L_k + δL_k, (p, k).

    From dL_j/d ln λ_k = L_j(1 − L_j)[δ_jk − L_k(1 − L_k)/a], Σ_jm L_j^m(1 − L_j) = m(s_m − s_{m+1}).
    """
    learned, size = curve.learnability, curve.samples[:, None]
    s2, s3, s4, s5 = ((learned**m @ curve.spectrum.degeneracies)[:, None] for m in (2, 3, 4, 5))
    gap = size - s2
    by_s2 = (size - s3 + 1.25 * (size - s4)) / gap**3 - 1.75 * (size - s3) ** 2 / gap**4 - 0.5 / gap**2
    by_s3 = (7.0 / 6.0) * (size - s3) / gap**3 - 0.5 / gap**2
    by_s4 = -0.625 / gap**2
    sums = ((2, by_s2, s2 - s3), (3, by_s3, s3 - s4), (4, by_s4, s4 - s5))
    change = sum(m * slope * (learned ** (m - 1) - rest / gap) for m, slope, rest in sums)
    return np.asarray(2.0 * learned * (1.0 - learned) * change)


def gaussian_error_correction(
    spectrum: Spectrum | Numbers, samples: Numbers, ridge: float, target: Numbers, *, order: int = 1
) -> Vector:
    """Correction of order 1/P, or 1/P², to the test error with independent Gaussian features, (p,).

    Args:
        spectrum: a Spectrum without tail, or eigenvalues λ_k; an unresolved trace is one more ridge.
        samples: P, a number or a vector (p,).
        ridge: κ ≥ 0, not 0 together with an unresolved trace of 0 once P reaches the rank.
        target: p_k = y_k² summed over each listed space, (k,).
        order: 1, or 2 for what comes next; the sum of both is the error up to 1/P³.

    Raises:
        BadInput: a spectrum with a power-law tail, or another order.
    """
    if order not in (1, 2):
        raise BadInput(f"order {order}: the corrections of order 1/P and 1/P² are known")
    of_modes = gaussian_learnability_correction if order == 1 else gaussian_second_correction
    return _error_correction(spectrum, samples, ridge, target, of_modes)


def sphere_error_correction(
    spectrum: Spectrum | Numbers, samples: Numbers, ridge: float, target: Numbers, dimension: int
) -> Vector:
    """The same on the sphere |x|² = d, for a spectrum listed degree by degree; κ plus unresolved trace positive."""

    def correction(curve: LearningCurve) -> Matrix:
        return finite_size.learnability_correction(curve, dimension)

    return _error_correction(spectrum, samples, ridge, target, correction)


def _error_correction(
    spectrum: Spectrum | Numbers,
    samples: Numbers,
    ridge: float,
    target: Numbers,
    correction: Callable[[LearningCurve], Matrix],
) -> Vector:
    full = spectrum if isinstance(spectrum, Spectrum) else Spectrum(np.asarray(spectrum, dtype=np.float64))
    if full.tail is not None:
        raise BadInput("a spectrum with a power-law tail: list its modes one by one")
    power, total = np.asarray(target, dtype=np.float64), ridge + full.unresolved
    # δL_k/λ_k has a limit at λ_k → 0: power in a mode that the kernel lacks acts as label noise.
    floor = np.where(power > 0.0, _FLOOR * full.eigenvalues.max(), 0.0)
    eigenvalues = np.maximum(full.eigenvalues, floor)

    def shift(flow: float) -> Matrix:
        """δL_k at the flowed eigenvalues."""
        moved = Spectrum(eigenvalues / (1.0 + flow * eigenvalues), full.degeneracies)
        return correction(effective_ridge(moved, samples, total))

    def weighted(flow: float) -> Vector:
        """Σ_k p_kδL_k/λ_k at the flowed eigenvalues."""
        inverse = 1.0 / np.where(eigenvalues > 0.0, eigenvalues, np.inf) + flow
        return np.asarray(shift(flow) @ (power * inverse))

    step = _STEP / eigenvalues.max()
    return np.asarray(-2.0 * shift(0.0) @ power + (weighted(step) - weighted(-step)) / (2.0 * step))
