"""Kernels ⟨φ(w·x)φ(w·x′)⟩ of Gaussian weights, from the overlaps S = XΣXᵀ, (n, n), of the data in their covariance.

Each returns K and the map from a symmetric ∂F/∂K to ∂F/∂S.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Pullback = Callable[[FloatArray], FloatArray]


def linear_overlap(overlaps: FloatArray) -> tuple[FloatArray, Pullback]:
    """φ(z) = z."""
    return overlaps, lambda slope: slope


def erf_overlap(overlaps: FloatArray) -> tuple[FloatArray, Pullback]:
    """φ = erf: (2/π) arcsin ρ, ρ_μν = 2S_μν/√((1 + 2S_μμ)(1 + 2S_νν)) (Williams 1997).

    dρ_μν = 2dS_μν/√(…) − ρ_μν [dS_μμ/(1 + 2S_μμ) + dS_νν/(1 + 2S_νν)].
    """
    squares = 1.0 + 2.0 * np.diagonal(overlaps)
    norms = np.sqrt(np.outer(squares, squares))
    cosines = 2.0 * overlaps / norms

    def pullback(slope: FloatArray) -> FloatArray:
        along = 2.0 / np.pi * slope / np.sqrt(1.0 - cosines**2)
        own = 2.0 * np.sum(along * cosines, axis=1) / squares
        return np.asarray(2.0 * along / norms - np.diag(own))

    return 2.0 / np.pi * np.arcsin(cosines), pullback


def relu_overlap(overlaps: FloatArray) -> tuple[FloatArray, Pullback]:
    """φ = max(z, 0): √(S_μμS_νν)(sin θ + (π − θ) cos θ)/2π, cos θ = S_μν/√(S_μμS_νν) (Cho and Saul 2009).

    dK_μν = (π − θ)/2π dS_μν + sin θ/4π [√(S_νν/S_μμ) dS_μμ + √(S_μμ/S_νν) dS_νν], and K_μμ = S_μμ/2.
    """
    norms = np.sqrt(np.diagonal(overlaps))
    cosines = np.clip(overlaps / np.outer(norms, norms), -1.0, 1.0)
    np.fill_diagonal(cosines, 1.0)
    angles = np.arccos(cosines)
    sines = np.sin(angles)
    kernel = np.outer(norms, norms) * (sines + (np.pi - angles) * cosines) / (2.0 * np.pi)

    def pullback(slope: FloatArray) -> FloatArray:
        own = (slope * sines) @ norms / (2.0 * np.pi * norms)
        return np.asarray(slope * (np.pi - angles) / (2.0 * np.pi) + np.diag(own))

    return kernel, pullback
