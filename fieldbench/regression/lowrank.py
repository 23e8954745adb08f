"""Factor of a positive semidefinite matrix of low rank, found by pivoting and certified before use."""

from __future__ import annotations

import numpy as np
from scipy.linalg import get_blas_funcs

from fieldbench.regression.cholesky import lapack
from fieldbench.typing import Float, Int

_PROBE_SEED = 20250319


def low_rank_factor(matrix: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n r"] | None:
    """C with C Cᵀ = B, or None where B is not positive semidefinite of a rank r below n/4.

    Pivoted Cholesky (LAPACK pstrf; Higham 1990) stops when every remaining diagonal entry is below n·eps·max B_ii. It
    updates the whole remainder at each step, n²r flops, so the leading quarter is tried first, n²r/16: if it has full
    rank, that of B is not low, else its pivots p give C = B[:, p] L_pp⁻ᵀ, nr² flops. The factor is then certified on a
    random vector, which an indefinite B fails; where the quarter missed part of the range, all of B is factorised.

    Args:
        matrix: B, symmetric.
    """
    count = matrix.shape[0]
    quarter, trsm = max(1, count // 4), get_blas_funcs(("trsm",), (matrix,))[0]
    for leading in (quarter, count):
        triangle, pivots, rank = _pivoted(matrix[:leading, :leading])
        if rank == leading or rank > count // 3:
            return None
        # Rows stand for columns of the symmetric matrix: their transpose is Fortran-ordered without reordering.
        factor: np.ndarray = trsm(
            1.0, triangle[:rank, :rank], matrix[pivots[:rank]].T, side=1, lower=1, trans_a=1, overwrite_b=1
        )
        if _certified(factor, matrix):
            return factor
    return None


def _certified(factor: Float[np.ndarray, "n r"], matrix: Float[np.ndarray, "n n"]) -> bool:
    count = len(matrix)
    probe = np.random.default_rng(_PROBE_SEED).standard_normal(count).astype(matrix.dtype)
    image = matrix @ probe
    error = np.linalg.norm(factor @ (factor.T @ probe) - image)
    scale = max(np.linalg.norm(image), np.abs(matrix[0, 0]))
    return bool(error <= 10.0 * count * np.finfo(matrix.dtype).eps * scale)


def _pivoted(
    matrix: Float[np.ndarray, "n n"],
) -> tuple[Float[np.ndarray, "n n"], Int[np.ndarray, " n"], int]:
    """Lower factor of the matrix in the order of its pivots, the pivots from 0, and the rank."""
    pstrf = lapack("pstrf", matrix)
    triangle, pivots, rank, _ = pstrf(np.array(matrix.T, order="F", copy=True), lower=1, overwrite_a=1)
    return triangle, pivots - 1, int(rank)
