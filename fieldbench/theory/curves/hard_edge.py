"""Height of the interpolation peak where the ridge resolves single eigenvalues: the hard edge of square matrices.

At P = D and flat spectrum λ the effective ridge gives E0 → ½√(Dλ/κ), from a density of singular values of ΦΦᵀ that is
constant near zero. Below κ ~ λ/D the ridge sees the last few of them, whose density is the microscopic one of a real
square matrix (Verbaarschot, Phys. Rev. Lett. 72, 2531 (1994), chiral orthogonal class without zero modes),

    ρ(z) = (z/2)[J_0²(z) + J_1²(z)] + ½J_0(z)[1 − ∫_0^z J_0(t) dt],   z = 2√D σ,   ρ → 1/π,

so that the mean over data sets of the error made of label noise, Σ_σ σ²/(σ² + κ/λ)² per unit of its variance, grows by

    F(x) = 4c ∫ρ(z) z²/(z² + c²)² dz,   c = 2√x,   x = Dκ/λ:   F(0) = π/2,   F(∞) = 1.

The mean exists at every κ > 0: its relative variance over data sets grows as x^{-1/2} only. Derived for this project.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import itj0y0, j0, j1

from fieldbench.errors import BadInput
from fieldbench.typing import Numbers

Vector = NDArray[np.float64]

# ρ − 1/π falls as z⁻², so that 4c/z³ < 1e-6 is left beyond the last node; for a smooth integrand of width c that starts
# as z² the midpoint rule errs by (step/c)⁴ at most.
_STEP, _LAST = 2e-3, 400.0


def microscopic_density(z: Numbers) -> Vector:
    """Mean density ρ(z) of the scaled singular values z = 2√D σ of a real D × D Gaussian matrix, D → ∞."""
    at = np.asarray(z, dtype=np.float64)
    edge = 0.5 * at * (j0(at) ** 2 + j1(at) ** 2)
    return np.asarray(edge + 0.5 * j0(at) * (1.0 - itj0y0(at)[0]))


def peak_enhancement(scaled_ridge: Numbers) -> Vector:
    """F(x): mean height of the interpolation peak over that of the effective ridge, D → ∞ at fixed x = Dκ/λ.

    Args:
        scaled_ridge: x, within 10⁻⁴ and 10⁴; (n,) or a number.

    Returns:
        (n,), to 10⁻⁶.

    Raises:
        BadInput: x outside that range, where the quadrature has not been checked: F is π/2 below and 1 above.
    """
    ridges = np.atleast_1d(np.asarray(scaled_ridge, dtype=np.float64))
    if not np.all((ridges >= 1e-4) & (ridges <= 1e4)):
        raise BadInput(f"scaled ridge Dκ/λ = {scaled_ridge!r}: need 1e-4 … 1e4; F is π/2 below and 1 above")
    z = np.arange(0.5 * _STEP, _LAST, _STEP)
    excess = microscopic_density(z) - 1.0 / np.pi  # the constant density gives 1 exactly
    scale = 2.0 * np.sqrt(ridges)[:, None]
    return np.asarray(1.0 + 4.0 * _STEP * scale[:, 0] * ((z / (z**2 + scale**2)) ** 2 @ excess))
