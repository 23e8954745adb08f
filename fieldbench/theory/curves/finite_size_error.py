"""First correction in 1/P to the mean squared error, on the sphere and for Gaussian features.

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

The order after that is exact, too. E det(K + κ)^{−n/2} is an integral over the Gram matrix G of n fields at P points,

    ∫dG exp{−½ Tr[κG − (P − n − 1) ln G + Σ_k ln(1 + λ_kG)]},

with its saddle at G = P/κ_eff. Two loops about it, linear in n → 0, give to ½E log det(K + κ), with s_j = ΣL_k^j/P,

    (1/P){½[(1 − s_3)/(1 − s_2)² − 1/(1 − s_2)] + ⅝(1 − s_4)/(1 − s_2)² − (7/12)(1 − s_3)²/(1 − s_2)³ − 1/24},

and δL_k = 2λ_k times its derivative to λ_k. For a flat spectrum without ridge it is r²/(24P(1 − r)), r = P/D, the
digamma functions of a Wishart determinant.
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


def gaussian_learnability_second_correction(curve: LearningCurve) -> Matrix:
    """δL_k of order 1/P² for independent Gaussian features, beside the first, (p, k)."""
    learned, degeneracies, samples = curve.learnability, curve.spectrum.degeneracies, curve.samples[:, None]

    def total(power: int, rest: int = 0) -> Matrix:
        return np.asarray((learned**power * (1.0 - learned) ** rest) @ degeneracies)[:, None] / samples

    gap, third, fourth = (1.0 - total(power) for power in (2, 3, 4))
    slopes = {  # of the braces to s_2, s_3, s_4
        2: -0.5 / gap**2 + (third + 1.25 * fourth) / gap**3 - 1.75 * third**2 / gap**4,
        3: -0.5 / gap**2 + 7.0 / 6.0 * third / gap**3,
        4: -0.625 / gap**2,
    }
    own = learned * (1.0 - learned)
    # ∂s_j/∂ln λ_k, in which ln(P/κ_eff) moves by −(E0/P) L_k(1 − L_k).
    moved = {j: j * own / samples * (learned ** (j - 1) - total(j, 1) / gap) for j in slopes}
    return np.asarray(2.0 / samples * sum(slopes[j] * moved[j] for j in slopes))


def gaussian_error_correction(spectrum: Spectrum | Numbers, samples: Numbers, ridge: float, target: Numbers) -> Vector:
    """Correction of order 1/P to the test error with independent Gaussian features, (p,).

    Args:
        spectrum: a Spectrum without tail, or eigenvalues λ_k; an unresolved trace is one more ridge.
        samples: P, a number or a vector (p,).
        ridge: κ ≥ 0, not 0 together with an unresolved trace of 0 once P reaches the rank.
        target: p_k = y_k² summed over each listed space, (k,).

    Raises:
        BadInput: a spectrum with a power-law tail.
    """
    return _error_correction(spectrum, samples, ridge, target, gaussian_learnability_correction)


def gaussian_error_second_correction(
    spectrum: Spectrum | Numbers, samples: Numbers, ridge: float, target: Numbers
) -> Vector:
    """Correction of order 1/P², beside the first; arguments and errors as `gaussian_error_correction`."""
    return _error_correction(spectrum, samples, ridge, target, gaussian_learnability_second_correction)


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

    def shift(levels: Vector) -> Matrix:
        return correction(effective_ridge(Spectrum(levels, full.degeneracies), samples, total))

    return error_change(eigenvalues, power, shift)


def error_change(eigenvalues: Vector, power: Vector, shift: Callable[[Vector], Matrix]) -> Vector:
    """What a change of the learnabilities brings to the error: −2Σp_kδL_k + d/dε Σp_kδL_k/λ_k, (p,).

    Args:
        eigenvalues: λ_k, (k,); 0 only where there is no power.
        power: p_k, (k,).
        shift: δL_k at other eigenvalues, (p, k); it is asked for those of the flow, and first for these.
    """

    def weighted(flow: float) -> Vector:
        """Σ_k p_kδL_k/λ_k at the flowed eigenvalues."""
        inverse = 1.0 / np.where(eigenvalues > 0.0, eigenvalues, np.inf) + flow
        return np.asarray(shift(eigenvalues / (1.0 + flow * eigenvalues)) @ (power * inverse))

    step = _STEP / eigenvalues.max()
    return np.asarray(-2.0 * shift(eigenvalues) @ power + (weighted(step) - weighted(-step)) / (2.0 * step))
