"""Population error averaged over the signs of the target's coefficients: neither test set nor random target.

K(x, x') = Σ_k λ_kφ_k(x)φ_k(x') with features orthonormal under the data measure, target y = Σ_k s_k √p_k φ_k with
independent signs s_k. With A = K + κ on the training set and K₂ = Σ_k λ_k²φ_kφ_kᵀ, ∫(f − y)²dμ averaged over signs is

    Σ_k p_k − 2 Tr[A⁻¹ Σ_k λ_kp_kφ_kφ_kᵀ] + Tr[A⁻¹K₂A⁻¹ (Σ_k p_kφ_kφ_kᵀ + σ²)],

exactly and on every data set, for any number of target laws p_k from the same inverse; σ² is the variance of label
noise, averaged over too. Since ∫φ_k(x)K(x, X)dμ = λ_kφ_k(X), the posterior mean has the coefficients λ_kφ_k(X)ᵀA⁻¹y.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fieldbench.checked import checked_array, checked_sizes
from fieldbench.errors import BadInput
from fieldbench.regression import batched_inverses
from fieldbench.regression.tiled import blas_threads
from fieldbench.typing import Numbers, Sizes

Floats = NDArray[np.float64]


class SignAveraged(NamedTuple):
    """Errors of b data sets at r ridges, t target laws and s training sizes.

    Attributes:
        clean: against clean labels, without label noise, (b, r, t, s).
        noise: what label noise adds to each, per unit of its variance, (b, r, s).
    """

    clean: Floats
    noise: Floats


def sign_averaged_errors(
    features: Numbers,
    eigenvalues: Numbers,
    powers: Numbers,
    ridges: Sequence[float],
    sizes: Sizes,
    *,
    disjoint: bool = False,
) -> SignAveraged:
    """Mean squared error against clean labels for several data sets, target laws, ridges and nested training sizes.

    4n²k(1 + t) flops a data set for the matrices over features, about 6P³ for each ridge and size.

    Args:
        features: φ_k(x_μ) of each data set, (b, n, k).
        eigenvalues: λ_k ≥ 0, (k,).
        powers: p_k ≥ 0 of each target law, (t, k).
        ridges: κ ≥ 0, (r,).
        sizes: training sizes P within 1 … n, (s,).
        disjoint: average over the ⌊n/P⌋ training sets that the n points make, not the first P points alone.

    Returns:
        To a rounding of a few eps of Σp_k times the condition of A.

    Raises:
        BadInput: shapes that do not fit, entries that are not finite, negative eigenvalues or powers, a size outside.
        NotPositiveDefinite: more points than features and no ridge.
    """
    points = checked_array("features", features, (None, None, None))
    levels = checked_array("eigenvalues", eigenvalues, points.shape[2:])
    laws = checked_array("powers", powers, (None, points.shape[2]))
    if levels.min() < 0.0 or laws.min() < 0.0:
        raise BadInput(f"eigenvalues and powers must be ≥ 0, smallest are {levels.min()} and {laws.min()}")
    checked_sizes(sizes, points.shape[1])
    gram, squared, *rest = _weighted(points, np.concatenate([[levels, levels**2], levels * laws, laws]))
    overlaps, labels = rest[: len(laws)], rest[len(laws) :]
    errors = np.empty((len(points), len(ridges), len(laws), len(sizes)))
    noise = np.empty((len(points), len(ridges), len(sizes)))
    for column, size in enumerate(map(int, sizes)):
        sets = points.shape[1] // size if disjoint else 1
        kernel, second = _blocks(gram, size, sets), _blocks(squared, size, sets)
        of_laws = [[_blocks(matrix, size, sets) for matrix in pair] for pair in zip(overlaps, labels, strict=True)]
        for row, ridge in enumerate(ridges):
            inverse = batched_inverses(kernel, ridge)
            spread = inverse @ second @ inverse
            noise[:, row, column] = np.trace(spread, axis1=1, axis2=2).reshape(sets, -1).mean(axis=0)
            for law, (overlap, label) in enumerate(of_laws):
                found = _traces(spread, label) - 2.0 * _traces(inverse, overlap)
                errors[:, row, law, column] = laws[law].sum() + found.reshape(sets, -1).mean(axis=0)
    return SignAveraged(errors, noise)


def _blocks(matrices: Floats, size: int, sets: int) -> Floats:
    """The first `sets` diagonal blocks of each matrix, (b, n, n) → (sets · b, size, size)."""
    first = [matrices[:, start : start + size, start : start + size] for start in range(0, sets * size, size)]
    return first[0] if sets == 1 else np.concatenate(first)


def _weighted(points: Floats, weights: Floats) -> Floats:
    """Σ_k w_k φ_kφ_kᵀ for each of the weights (w, k) and data sets (b, n, k), (w, b, n, n)."""
    count, order, modes = points.shape
    found = np.empty((len(weights), count, order, order))
    with blas_threads(1):
        for index, features in enumerate(points):
            scaled = weights[:, None, :] * features
            found[:, index] = (scaled.reshape(-1, modes) @ features.T).reshape(-1, order, order)
    return found


def _traces(first: Floats, second: Floats) -> Floats:
    """Tr[AB] of symmetric matrices, (b, n, n) → (b,)."""
    return np.asarray(np.einsum("bij,bij->b", first, second))
