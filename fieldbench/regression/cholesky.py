"""Cholesky factorisation that says why it failed: LAPACK in place on a CPU, JAX on an accelerator."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.linalg import get_lapack_funcs, solve_triangular
from threadpoolctl import ThreadpoolController

from fieldbench.errors import BadInput, NotPositiveDefinite
from fieldbench.regression.interface import checked_array


@functools.cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def blas_threads(threads: int = 1) -> Iterator[None]:
    """Limit BLAS to a number of threads: one by default, since two compete on shared cores and crash from n ≈ 16,000."""
    with _controller().limit(limits=threads, user_api="blas"):
        yield


def regularised(gram: Any, ridge: float) -> Any:
    """Copy of a kernel matrix plus ridge on its diagonal, in Fortran order, ready to be factorised in place.

    Raises:
        BadInput: not a square matrix, empty, NaN or infinite entries, or a ridge that is negative or not finite.
    """
    if not np.isfinite(ridge) or ridge < 0.0:
        raise BadInput(f"ridge {ridge} must be a finite number ≥ 0: it is a noise variance added to the diagonal")
    shape = np.shape(gram)
    matrix = checked_array("gram", gram, (shape[0] if shape and shape[0] > 0 else None,) * 2)
    if not np.issubdtype(matrix.dtype, np.floating):
        raise BadInput(f"gram has dtype {matrix.dtype}: need a real floating-point kernel matrix")
    # The transpose of a C-ordered symmetric matrix is Fortran-ordered: one plain copy, no reordering.
    work = np.array(matrix.T if matrix.flags.c_contiguous else matrix, order="F", copy=True)
    work[np.diag_indices_from(work)] += matrix.dtype.type(ridge)
    return work


def factorise(gram: Any, ridge: float, *, threads: int = 1) -> Any:
    """Lower Cholesky factor L of gram + ridge·1 by one LAPACK call; what lies above the diagonal is left undefined.

    Not for a factor you use once on one right-hand side: `scipy.linalg.solve(..., assume_a="pos")` does that.

    Args:
        gram: symmetric kernel matrix (n, n); its lower triangle is used.
        ridge: κ ≥ 0.
        threads: BLAS threads.

    Returns:
        Fortran-ordered (n, n) array in the dtype of gram.

    Raises:
        BadInput: see `regularised`.
        NotPositiveDefinite: with the first pivot that is not positive, its index, the ridge and the remedy.
    """
    work = regularised(gram, ridge)
    (potrf,) = get_lapack_funcs(("potrf",), (work,))
    with blas_threads(threads):
        factor, info = potrf(work, lower=1, overwrite_a=1, clean=0)
    if info != 0:
        raise _not_positive(gram, ridge, int(info) - 1)
    return factor


def factorise_jax(gram: Any, ridge: float) -> Any:
    """Lower Cholesky factor on JAX's device, with the same errors: JAX itself returns NaN in silence."""
    if not np.isfinite(ridge) or ridge < 0.0:
        raise BadInput(f"ridge {ridge} must be a finite number ≥ 0: it is a noise variance added to the diagonal")
    matrix = jnp.asarray(gram)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.shape[0] == 0:
        raise BadInput(f"gram has shape {matrix.shape}: need a square matrix")
    factor = _factorise_on_device(matrix, jnp.asarray(ridge, dtype=matrix.dtype))
    if not bool(jnp.isfinite(factor[-1, -1])):  # a NaN pivot spreads to the last one
        regularised(gram, ridge)  # raises if the input itself is not finite
        bad = _first_bad_pivot(gram, ridge)
        raise _not_positive(gram, ridge, bad)
    return factor


@jax.jit
def _factorise_on_device(matrix: Any, ridge: Any) -> Any:
    return jnp.linalg.cholesky(matrix + ridge * jnp.eye(matrix.shape[0], dtype=matrix.dtype), symmetrize_input=False)


def _first_bad_pivot(gram: Any, ridge: float) -> int:
    work = regularised(gram, ridge)
    (potrf,) = get_lapack_funcs(("potrf",), (work,))
    _, info = potrf(work, lower=1, overwrite_a=1, clean=0)
    return int(info) - 1 if info > 0 else work.shape[0] - 1


def _not_positive(gram: Any, ridge: float, index: int) -> NotPositiveDefinite:
    """The error for the first pivot ≤ 0: its value is recomputed, since LAPACK leaves that column half done."""
    matrix = np.asarray(gram)
    pivot = float(matrix[index, index]) + ridge
    if index > 0:
        leading = regularised(matrix[:index, :index], ridge)
        (potrf,) = get_lapack_funcs(("potrf",), (leading,))
        factor, _ = potrf(leading, lower=1, overwrite_a=1)
        row = solve_triangular(factor, matrix[index, :index], lower=True)
        pivot -= float(row @ row)
    size = matrix.shape[0]
    remedy = float(size * np.finfo(matrix.dtype).eps * np.max(np.diagonal(matrix)))
    return NotPositiveDefinite(
        f"kernel matrix + ridge is not positive definite: smallest pivot {pivot:.3e} at index {index} of {size} with "
        f"ridge {ridge:g}; use a ridge of at least {max(remedy, -2.0 * pivot):.1e}, remove duplicate points, "
        "or check that the kernel is one"
    )
