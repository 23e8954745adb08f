"""How uneven the effective ridge of a data set is: the size of what a single ridge for all points neglects.

With u = κ_eff M/P and R = (K + u)^{-1} the posterior variance at a point left out is c_i = 1/R_ii − u. The effective
ridge replaces it by one number. Two relative variances measure what that leaves out, each to leading order:

    over the points   Var_i(c_i)/c²,
    between draws     ⟨Var(c_i)⟩/c² = ((1 − p)/p) Σ_{j≠i} R_ij⁴/(R_ii² R_jj² (1 − u R_ii)²),   p = P/M,

the second from the scattering of single points drawn or not (see local_ridge.py). Derived for this project.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.kernels import EmpiricalSpectrum

Vector = NDArray[np.float64]

_ROWS = 256


def left_out_variance(spectrum: EmpiricalSpectrum, samples: int, effective_ridge: float) -> Vector:
    """c_i with the same effective ridge everywhere, (M,).

    Args:
        spectrum: all M modes of the data set.
        samples: P.
        effective_ridge: κ_eff of the finite population.
    """
    medium, weights = _resolvent(spectrum, samples, effective_ridge)
    return np.asarray(1.0 / (spectrum.functions**2 @ weights) - medium)


def over_points(spectrum: EmpiricalSpectrum, samples: int, effective_ridge: float) -> float:
    """Relative variance of c_i over the points."""
    variance = left_out_variance(spectrum, samples, effective_ridge)
    return float(variance.var() / variance.mean() ** 2)


def between_draws(spectrum: EmpiricalSpectrum, samples: int, effective_ridge: float) -> float:
    """Mean relative variance of c_i over draws of the training set, from up to 256 evenly spaced points i."""
    medium, weights = _resolvent(spectrum, samples, effective_ridge)
    size = len(weights)
    rows = np.unique(np.linspace(0, size - 1, min(size, _ROWS)).astype(int))
    resolvent = (spectrum.functions[rows] * weights[None, :]) @ spectrum.functions.T
    own = resolvent[np.arange(len(rows)), rows]
    resolvent[np.arange(len(rows)), rows] = 0.0
    diagonal = float(weights.sum())  # mean of R_jj: Σ_j φ_k(j)² = M
    fraction = samples / size
    relative = (resolvent**4).sum(axis=1) / (own**2 * diagonal**2 * (1.0 - medium * own) ** 2)
    return float((1.0 - fraction) / fraction * relative.mean())


def of_residuals(
    spectrum: EmpiricalSpectrum, samples: int, effective_ridge: float, coefficients: Vector | None = None
) -> float:
    """Relative change of the mean squared residual of points left out, (Ry)_i/R_ii, where R_ii is each point's own.

    ⟨(Ry)_i²/R_ii²⟩ ⟨R_ii⟩²/⟨(Ry)_i²⟩ − 1: not zero where residuals are large at the points whose ridge is large.

    Args:
        spectrum, samples, effective_ridge: as in `left_out_variance`.
        coefficients: of y on the modes, (M,); None for labels in random order, whose residuals have the mean of R².
    """
    _, weights = _resolvent(spectrum, samples, effective_ridge)
    size = len(weights)
    squares = spectrum.functions**2
    diagonal = squares @ weights
    if coefficients is None:
        residuals = squares @ weights**2
    else:
        residuals = (spectrum.functions @ (coefficients * weights * size)) ** 2
    return float(np.mean(residuals / diagonal**2) * np.mean(diagonal) ** 2 / np.mean(residuals) - 1.0)


def _resolvent(spectrum: EmpiricalSpectrum, samples: int, effective_ridge: float) -> tuple[float, Vector]:
    """u and the weights of φ_k(i)φ_k(j) in R_ij."""
    size = len(spectrum.eigenvalues)
    medium = effective_ridge * size / samples
    return medium, 1.0 / (size * (size * spectrum.eigenvalues + medium))
