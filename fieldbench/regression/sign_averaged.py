"""Population error averaged over the signs of the target's coefficients: neither test set nor random target.

K(x, x') = Σ_k λ_kφ_k(x)φ_k(x') with features orthonormal under the data measure, target y = Σ_k s_k √p_k φ_k with
independent signs s_k. With A = K + κ on the training set and K₂ = Σ_k λ_k²φ_kφ_kᵀ, ∫(f − y)²dμ averaged over signs is

    Σ_k p_k − 2 Tr[A⁻¹ Σ_k λ_kp_kφ_kφ_kᵀ] + Tr[A⁻¹K₂A⁻¹ (Σ_k p_kφ_kφ_kᵀ + σ²)],

exactly and on every data set, for any number of target laws p_k from the same inverse; σ² is the variance of label
noise, averaged over too. It follows from the posterior mean's coefficients λ_kφ_k(X)ᵀA⁻¹y (features.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fieldbench.errors import BadInput
from fieldbench.regression.interface import NestedRegression, checked_array


def sign_averaged_errors(
    gpr: NestedRegression, features: Any, eigenvalues: Any, powers: Any, ridges: Sequence[float], sizes: Sequence[int]
) -> tuple[Any, Any]:
    """Mean squared error against clean labels for several target laws, ridges and nested training sets.

    4n²k(1 + t) flops for the matrices over features, about 6n³ for each ridge and size.

    Args:
        gpr: the regression (port).
        features: φ_k(x_μ), (n, k).
        eigenvalues: λ_k ≥ 0, (k,).
        powers: p_k ≥ 0 of each target law, (t, k).
        ridges: κ ≥ 0, (r,).
        sizes: training sizes P ≤ n, (s,).

    Returns:
        Errors without label noise, (r, t, s), and what label noise adds to each per unit of its variance, (r, s).
        Rounding is a few eps of Σp_k times the condition of A.

    Raises:
        BadInput: shapes that do not fit, entries that are not finite, negative eigenvalues or powers.
        NotPositiveDefinite: more points than features and no ridge.
    """
    points = checked_array("features", features, (None, None))
    levels = checked_array("eigenvalues", eigenvalues, (points.shape[1],))
    laws = checked_array("powers", powers, (None, points.shape[1]))
    if levels.min() < 0.0 or laws.min() < 0.0:
        raise BadInput(f"eigenvalues and powers must be ≥ 0, smallest are {levels.min()} and {laws.min()}")
    gram, squared = _weighted(points, levels), _weighted(points, levels**2)
    overlaps = [_weighted(points, levels * law) for law in laws]
    labels = [_weighted(points, law) for law in laws]
    unit = np.eye(len(points))
    errors = np.empty((len(ridges), len(laws), len(sizes)))
    noise = np.empty((len(ridges), len(sizes)))
    for row, ridge in enumerate(ridges):
        inverses = np.asarray(gpr.predictions(gram, ridge, unit, unit, sizes))
        for column, size in enumerate(sizes):
            part = np.s_[:size, :size]
            inverse = inverses[column][part]
            spread = inverse @ squared[part] @ inverse
            noise[row, column] = np.trace(spread)
            for law, power in enumerate(laws):
                linear, quadratic = np.vdot(inverse, overlaps[law][part]), np.vdot(spread, labels[law][part])
                errors[row, law, column] = power.sum() - 2.0 * linear + quadratic
    return errors, noise


def _weighted(points: Any, weights: Any) -> Any:
    """Σ_k w_k φ_kφ_kᵀ, (n, n)."""
    return (points * weights) @ points.T
