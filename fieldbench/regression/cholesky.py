"""Cholesky factorisation that says why it failed: LAPACK in place on a CPU, JAX on an accelerator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.linalg import get_lapack_funcs, solve_triangular

from fieldbench.checked import checked_array, checked_order, checked_ridge
from fieldbench.errors import BadInput, NotPositiveDefinite
from fieldbench.regression.tiled import blas_threads, factorise_tiles, inside, not_positive, spans
from fieldbench.typing import AnyArray, Array, Float

# Where two workers on tiles overtake one LAPACK call with one thread (two cores, float64).
CROSSOVER = 1024


def lapack(name: str, matrix: np.ndarray) -> Callable[..., Any]:
    """The LAPACK routine of that name for the dtype of a matrix."""
    routines: Any = get_lapack_funcs((name,), (matrix,))
    routine: Callable[..., Any] = routines[0]
    return routine


def regularised(gram: Float[AnyArray, "n n"], ridge: float, *, overwrite: bool = False) -> Float[np.ndarray, "n n"]:
    """A kernel matrix plus ridge on its diagonal, in Fortran order, ready to be factorised in place.

    Args:
        gram: the kernel matrix.
        ridge: κ ≥ 0.
        overwrite: use the caller's memory; without it, one copy.

    Raises:
        BadInput: not a square matrix, empty, NaN or infinite entries, or a ridge that is negative or not finite;
            with `overwrite` also a matrix that is read-only, or neither C- nor Fortran-ordered.
    """
    count, noise = checked_order(gram), checked_ridge(ridge)
    matrix = checked_array("gram", gram, (count, count))
    if not np.issubdtype(matrix.dtype, np.floating):
        raise BadInput(f"gram has dtype {matrix.dtype}: need a real floating-point kernel matrix")
    # The transpose of a C-ordered symmetric matrix is Fortran-ordered: no reordering.
    work = matrix.T if matrix.flags.c_contiguous else matrix
    if not overwrite:
        work = np.array(work, order="F", copy=True)
    elif not (work.flags.f_contiguous and work.flags.writeable and np.shares_memory(work, gram)):
        raise BadInput("gram cannot be overwritten: pass a writeable NumPy array in C or Fortran order")
    work[np.diag_indices_from(work)] += matrix.dtype.type(noise)
    return work


def factorise(
    gram: Float[AnyArray, "n n"], ridge: float, *, threads: int = 1, overwrite: bool = False
) -> Float[np.ndarray, "n n"]:
    """Lower Cholesky factor L of gram + ridge·1; what lies above the diagonal is left undefined.

    One LAPACK call up to CROSSOVER points, and at any size with one thread; beyond it tiles inside the same matrix, two
    threads of which overtake that call and, unlike BLAS's own two, do not crash from n ≈ 16,000. Not for a factor used
    once on one right-hand side: `scipy.linalg.solve(..., assume_a="pos")` does that.

    Args:
        gram: symmetric kernel matrix; one triangle is used.
        ridge: κ ≥ 0.
        threads: workers with one BLAS thread each.
        overwrite: give up gram, whose memory becomes that of the factor: no copy. After an error it is as before, one
            triangle mirrored from the other.

    Returns:
        L, Fortran-ordered, in the dtype of gram.

    Raises:
        BadInput: see `regularised`; beyond CROSSOVER points also threads below 1.
        NotPositiveDefinite: with the first pivot that is not positive, its index, the ridge and the remedy.
    """
    given = np.diagonal(np.asarray(gram)).copy() if np.ndim(gram) == 2 else None
    work, info = regularised(gram, ridge, overwrite=overwrite), 0
    try:
        if threads > 1 and len(work) > CROSSOVER:
            factorise_tiles(inside(work), ridge, threads=threads)
        else:
            with blas_threads(1):
                _, info = lapack("potrf", work)(work, lower=1, overwrite_a=1, clean=0)
    except BaseException:
        if overwrite:
            _restore(work, given)
        raise
    if info != 0:
        if overwrite:
            _restore(work, given)
        raise _not_positive(gram, ridge, int(info) - 1)
    return work


def _restore(work: Float[np.ndarray, "n n"], diagonal: Float[np.ndarray, " n"] | None) -> None:
    """Make the matrix symmetric again from what lies above the diagonal, which a factorisation leaves alone."""
    for rows in spans(len(work), 256):
        work[rows, : rows.start] = work[: rows.start, rows].T
        tile = np.triu(work[rows, rows], 1)
        work[rows, rows] = tile + tile.T
    work[np.diag_indices_from(work)] = diagonal


def factorise_jax(gram: Float[AnyArray, "n n"], ridge: float) -> Float[Array, "n n"]:
    """Lower Cholesky factor on JAX's device, with the same errors: JAX itself returns NaN in silence.

    Raises:
        BadInput: see `regularised`; also float64 input outside JAX's x64 mode, which would be rounded in silence.
        NotPositiveDefinite: see `factorise`.
    """
    checked_order(gram), checked_ridge(ridge)
    if gram.dtype == np.float64 and not jax.config.jax_enable_x64:  # type: ignore[attr-defined]
        raise BadInput("gram is float64 but JAX's x64 mode is off: enable jax_enable_x64 or pass float32")
    matrix = jnp.asarray(gram)
    factor: Array = _factorise_on_device(matrix, jnp.asarray(ridge, dtype=matrix.dtype))
    if not bool(jnp.all(jnp.isfinite(jnp.diagonal(factor)))):
        raise _not_positive(gram, ridge, _first_bad_pivot(gram, ridge))
    return factor


@jax.jit
def _factorise_on_device(matrix: Float[Array, "n n"], ridge: Float[Array, ""]) -> Float[Array, "n n"]:
    shifted = matrix + ridge * jnp.eye(matrix.shape[0], dtype=matrix.dtype)
    factor: Array = jnp.linalg.cholesky(shifted, symmetrize_input=False)
    return factor


def _first_bad_pivot(gram: Float[AnyArray, "n n"], ridge: float) -> int:
    work = regularised(gram, ridge)  # raises if the input itself is not finite
    potrf = lapack("potrf", work)
    _, info = potrf(work, lower=1, overwrite_a=1, clean=0)
    return int(info) - 1 if info > 0 else work.shape[0] - 1


def _not_positive(gram: Float[AnyArray, "n n"], ridge: float, index: int) -> NotPositiveDefinite:
    """The error for the first pivot ≤ 0: its value is recomputed, since LAPACK leaves that column half done."""
    matrix = np.asarray(gram)
    # Of a matrix that is singular up to rounding the leading block may fail in turn, at a smaller index.
    while index > 0:
        leading, info = lapack("potrf", matrix)(regularised(matrix[:index, :index], ridge), lower=1, overwrite_a=1)
        if info == 0:
            break
        index = int(info) - 1
    pivot = float(matrix[index, index]) + ridge
    if index > 0:
        row = solve_triangular(leading, matrix[index, :index], lower=True)
        pivot -= float(row @ row)
    return not_positive(pivot, index, matrix.shape[0], ridge, float(np.max(np.diagonal(matrix))), matrix.dtype)
