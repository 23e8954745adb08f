"""How far an action can be trusted, from its own quantities: bounds on what the next orders change in the error.

The self-consistent ridge is the root of κ_eff = f(κ_eff) with f(x) = κ + Σ_k λ_kx/(Pλ_k + x), which rises and is
concave. The equivalent kernel stops at κ, one loop at κ_1 = f(κ). With δ = κ_1/κ − 1 and the slope
e(x) = f'(x) = ΣL_k²/P at ridge x, which falls with x, concavity gives

    κ_eff − κ_1 = f(κ_eff) − f(κ) ≤ e(κ)(κ_eff − κ),   hence   κ_eff/κ ≤ 1 + δ/(1 − e(κ)).

The error Σ(1 − L_k)²y_k² changes by at most twice the change of ln κ (∂ln(1 − L_k)/∂ln κ = L_k ≤ 1), and the factor
E0 = 1/(1 − e(κ_eff)) follows from e(κ_eff) ≤ e(κ_1) ≤ e(κ). Derived for this project; everything is against the
effective ridge, whose own remainder is of order 1/P (finite_size_error.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.curves.learning_curves import LearningCurve, equivalent_kernel, one_loop
from fieldbench.theory.kernels import Spectrum
from fieldbench.typing import Numbers

Vector = NDArray[np.float64]


def equivalent_kernel_bound(spectrum: Spectrum | Numbers, samples: Numbers, ridge: float) -> Vector:
    """Largest |ln MSE_eff − ln MSE_EK|: 2 ln(1 + δ/(1 − e)) − ln(1 − e), with δ and e of the equivalent kernel.

    To leading order 2δ + ΣL²/P: the error of the equivalent kernel is of the size of the one-loop shift.

    Args:
        spectrum: a Spectrum, or eigenvalues λ_k.
        samples: P, a number or a vector (p,).
        ridge: κ > 0.

    Returns:
        (p,); infinite where e ≥ 1, that is where the equivalent kernel learns more than P modes.
    """
    _, shift, slope = _loop(spectrum, samples, ridge)
    with np.errstate(divide="ignore", invalid="ignore"):
        bound = 2.0 * np.log1p(shift / (1.0 - slope)) - np.log1p(-slope)
    return np.where(slope < 1.0, bound, np.inf)


def one_loop_bound(spectrum: Spectrum | Numbers, samples: Numbers, ridge: float) -> Vector:
    """Largest |ln MSE_eff − ln MSE_1| of one loop: 2 ln(1 + eδ/((1 − e)(1 + δ))) − ln(1 − e_1²), e_1 = e(κ_1).

    From κ_eff/κ_1 ≤ 1 + eδ/((1 − e)(1 + δ)); one loop has 1 + e_1 for E0, between 1 − e_1² of the largest that E0 can
    be and, since e falls no faster than κ⁻², a factor (κ_1/κ_eff)^{2e_1} above the smallest. Of second order in the
    loop. Arguments and result as `equivalent_kernel_bound`.
    """
    bare, shift, slope = _loop(spectrum, samples, ridge)
    dressed = _slope(one_loop(bare.spectrum, bare.samples, ridge))
    with np.errstate(divide="ignore", invalid="ignore"):
        bound = 2.0 * np.log1p(slope * shift / ((1.0 - slope) * (1.0 + shift))) - np.log1p(-(dressed**2))
    return np.where(slope < 1.0, bound, np.inf)


def _loop(spectrum: Spectrum | Numbers, samples: Numbers, ridge: float) -> tuple[LearningCurve, Vector, Vector]:
    """Equivalent kernel, one-loop shift δ = κ_1/κ − 1 and slope e(κ)."""
    bare = equivalent_kernel(spectrum, samples, ridge)
    shift = one_loop(bare.spectrum, bare.samples, ridge).effective_ridge / ridge - 1.0
    return bare, shift, _slope(bare)


def _slope(curve: LearningCurve) -> Vector:
    """ΣL_k²/P of the listed modes, (p,); a power-law tail is not supported."""
    return np.asarray(curve.learnability**2 @ curve.spectrum.degeneracies / curve.samples)
