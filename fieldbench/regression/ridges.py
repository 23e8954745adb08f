"""Several ridges on one kernel matrix: one eigendecomposition, or one factorisation a ridge, by counted flops."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import eigh

from fieldbench.checked import checked_array, checked_order, checked_ridge
from fieldbench.errors import BadInput
from fieldbench.regression.tiled import blas_threads, copied, factorise_tiles, not_positive, solve_factored
from fieldbench.typing import AnyArray, Float


def ridge_weights(
    gram: Float[AnyArray, "n n"],
    ridges: Sequence[float] | Float[np.ndarray, " ridges"],
    targets: Float[AnyArray, "n t"],
    *,
    threads: int = 1,
) -> Float[np.ndarray, "ridges n t"]:
    """α_κ = (K + κ)⁻¹y for each ridge κ, the cheaper way: see `eigen_flops` and `cholesky_flops`.

    From K = U diag(λ) Uᵀ: α_κ = U (Uᵀy)/(λ + κ). Not for several training sizes: those need a factorisation a ridge.

    Args:
        gram: symmetric kernel matrix without ridge.
        ridges: the κ ≥ 0.
        targets: y.
        threads: workers for factorisations, BLAS threads for the eigendecomposition.

    Raises:
        BadInput: wrong shapes, entries that are not finite, no ridge or a negative one.
        NotPositiveDefinite: K + κ is not positive definite to working precision for one of the ridges; it is named.
    """
    count = checked_order(gram)
    labels = checked_array("targets", targets, (count, None))
    noises = [checked_ridge(ridge) for ridge in ridges]
    if not noises:
        raise BadInput("no ridge: name at least one")
    if cheaper_by_eigenvectors(count, len(noises), labels.shape[1]):
        return _by_eigenvectors(gram, noises, labels, threads)
    return np.stack([_by_factor(gram, ridge, labels, threads) for ridge in noises])


def eigen_flops(count: int, ridges: int, columns: int) -> int:
    """9n³ for eigenvalues and vectors (Golub and Van Loan 2013, §8.3), 2n²t for Uᵀy and 2n²t a ridge for U(…)."""
    return 9 * count**3 + 2 * count**2 * columns * (1 + ridges)


def cholesky_flops(count: int, ridges: int, columns: int) -> int:
    """n³/3 for the factor and 2n²t for the two triangular solves, a ridge."""
    return ridges * (count**3 // 3 + 2 * count**2 * columns)


def cheaper_by_eigenvectors(count: int, ridges: int, columns: int) -> bool:
    """Whether one eigendecomposition takes fewer flops: from 28 ridges on, for few targets."""
    return eigen_flops(count, ridges, columns) < cholesky_flops(count, ridges, columns)


def _by_factor(
    gram: Float[AnyArray, "n n"], ridge: float, labels: Float[np.ndarray, "n t"], threads: int
) -> Float[np.ndarray, "n t"]:
    factor = factorise_tiles(copied(gram, ridge, threads=threads), ridge, threads=threads)
    return solve_factored(factor, labels, threads=threads)


def _by_eigenvectors(
    gram: Float[AnyArray, "n n"], ridges: list[float], labels: Float[np.ndarray, "n t"], threads: int
) -> Float[np.ndarray, "ridges n t"]:
    matrix = checked_array("gram", gram, np.shape(gram))
    with blas_threads(threads):
        eigenvalues, vectors = eigh(matrix, driver="evd", check_finite=False)
        projected = vectors.T @ labels
        found = []
        for ridge in ridges:
            shifted = eigenvalues + matrix.dtype.type(ridge)
            # Eigenvalues are known to n·eps·λ_max: what is below is noise, and its inverse would be a wrong answer.
            if shifted[0] <= len(matrix) * np.finfo(matrix.dtype).eps * abs(eigenvalues[-1]):
                raise not_positive(
                    float(shifted[0]), 0, len(matrix), ridge, 2.0 * float(eigenvalues[-1]), matrix.dtype,
                    quantity="eigenvalue",
                )  # fmt: skip
            found.append(vectors @ (projected / shifted[:, None]))
    return np.stack(found)
