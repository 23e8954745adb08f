"""Factor of a positive semidefinite matrix of low rank, found by pivoting and certified before use."""

from __future__ import annotations

from typing import Any

import numpy as np

from fieldbench.regression.cholesky import lapack

_PROBE_SEED = 20250319


def low_rank_factor(matrix: Any) -> Any | None:
    """C (n, r) with C Cᵀ = B, or None where B is not positive semidefinite of rank r ≤ n/3.

    Pivoted Cholesky (LAPACK pstrf, n r² flops; Higham 1990) stops when every remaining diagonal entry is below
    n·eps·max B_ii. The leading quarter is tried first, so that a matrix of full rank costs one per cent of a
    factorisation; the factor is then certified on a random vector, which an indefinite B fails.

    Args:
        matrix: symmetric (n, n).
    """
    count = matrix.shape[0]
    quarter = max(1, count // 4)
    if _pivoted(matrix[:quarter, :quarter])[1] == quarter:
        return None
    factor, rank = _pivoted(matrix)
    if rank > count // 3:
        return None
    probe = np.random.default_rng(_PROBE_SEED).standard_normal(count).astype(matrix.dtype)
    image = matrix @ probe
    error = np.linalg.norm(factor @ (factor.T @ probe) - image)
    certified = error <= 10.0 * count * np.finfo(matrix.dtype).eps * max(np.linalg.norm(image), np.abs(matrix[0, 0]))
    return factor if certified else None


def _pivoted(matrix: Any) -> tuple[Any, int]:
    """Rows in the original order of the pivoted lower factor, and its rank."""
    pstrf = lapack("pstrf", matrix)
    triangle, pivots, rank, _ = pstrf(np.array(matrix.T, order="F", copy=True), lower=1, overwrite_a=1)
    factor = np.empty((matrix.shape[0], rank), dtype=matrix.dtype, order="F")
    factor[pivots - 1] = np.tril(triangle[:, :rank])
    return factor, int(rank)
