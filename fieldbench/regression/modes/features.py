"""Regression with known features, whose learned coefficients and population error need no test set.

K(x, x') = Σ_k λ_k φ_k(x)φ_k(x') with features orthonormal under the data measure, ⟨φ_kφ_l⟩ = δ_kl. Then
∫φ_k(x)K(x, X)dμ = λ_kφ_k(X), so that the posterior mean's coefficient is f_k = λ_kφ_k(X)ᵀ(K + κ)⁻¹y, exactly and on
every data set, the learnability of a mode is f_k/y_k, and the population error is Σ_k (y_k − f_k)².
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fieldbench.checked import checked_array
from fieldbench.errors import BadInput
from fieldbench.regression import NestedRegression
from fieldbench.typing import Sizes


def learned_coefficients(
    gpr: NestedRegression, features: Any, eigenvalues: Any, labels: Any, ridge: float, sizes: Sizes
) -> Any:
    """Coefficients f_k of the posterior mean in each feature, on nested training sets.

    P²D + P³/3 flops for the kernel matrix and its factor, 2P²t + 2PDt a size for the rest.

    Args:
        gpr: the regression.
        features: φ_k(x_μ), shape (n, k).
        eigenvalues: λ_k ≥ 0, shape (k,).
        labels: y_μ, one vector (n,) or several (n, t); noise, where there is any, is already in them.
        ridge: κ ≥ 0.
        sizes: training sizes, at most n.

    Returns:
        (s, k) for one vector of labels, (s, k, t) for several.

    Raises:
        BadInput: shapes that do not fit, entries that are not finite, negative eigenvalues.
        NotPositiveDefinite: more points than features and no ridge.
    """
    points = checked_array("features", features, (None, None))
    scales = checked_array("eigenvalues", eigenvalues, (points.shape[1],))
    if np.any(scales < 0.0):
        raise BadInput(f"eigenvalue {scales.min()} is negative: clip rounding errors before")
    several = np.ndim(labels) == 2
    targets = checked_array("labels", labels if several else np.asarray(labels)[:, None], (len(points), None))
    weighted = points * scales
    found = np.asarray(gpr.predictions(weighted @ points.T, ridge, targets, weighted.T, sizes))
    return found if several else found[:, :, 0]


def population_error(learned: Any, coefficients: Any) -> Any:
    """Mean squared error against clean labels over the whole data measure, Σ_k (y_k − f_k)².

    Args:
        learned: f_k, shape (..., k).
        coefficients: y_k, shape (k,).

    Returns:
        shape (...,). Noisy test labels add their variance.
    """
    return np.sum((np.asarray(learned) - np.asarray(coefficients)) ** 2, axis=-1)
