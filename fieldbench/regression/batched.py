"""Many small kernel systems in one call: factorised in place on a CPU, in one compiled function on an accelerator."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.checked import checked_array, checked_ridge
from fieldbench.errors import BadInput
from fieldbench.regression import accelerator
from fieldbench.regression.tiled import Blas, Tasks, blas_threads, first_bad_pivot
from fieldbench.typing import AnyArray, Array, Bool, Float

_SHARE = 64  # systems a worker claims at once
_SMALL = 64  # points up to which a call a matrix costs more than NumPy's loops


def batched_weights(
    grams: Float[AnyArray, "b n n"],
    ridges: float | Sequence[float] | Float[AnyArray, " b"],
    targets: Float[AnyArray, "b n t"],
    *,
    threads: int = 1,
) -> Float[np.ndarray, "b n t"]:
    """α_i = (K_i + κ_i)⁻¹y_i for every member i of a batch.

    n³/3 + 2n²t flops a member. For systems of up to a few hundred points; a large one alone is faster on tiles.

    Args:
        grams: symmetric kernel matrices, float32 or float64; left alone.
        ridges: κ_i ≥ 0, one number or one a member.
        targets: y_i.
        threads: workers.

    Raises:
        BadInput: wrong shapes or dtype, entries that are not finite, a negative ridge.
        NotPositiveDefinite: names the member, the pivot, its index, the ridge and the remedy.
    """
    matrices, noises, labels = _checked(grams, ridges, targets)
    if accelerator.available():
        return weights_on_device(matrices, noises, labels)
    blas, work = Blas(matrices.dtype), matrices.copy()
    count, order, columns = labels.shape
    work[:, np.arange(order), np.arange(order)] += noises[:, None]
    solutions = np.array(labels, dtype=matrices.dtype, order="C")

    def share(index: int) -> None:
        for member in range(index * _SHARE, min((index + 1) * _SHARE, count)):
            factor, solution = (work[member].ctypes.data, order), (solutions[member].ctypes.data, columns)
            # Fortran sees the transposes: U = Lᵀ, and targets as rows.
            if blas.factorise("U", order, factor) != 0 or not np.isfinite(np.diagonal(work[member])).all():
                raise _failed(matrices, noises, member)
            blas.solve("RUN", (columns, order), factor, solution)
            blas.solve("RUT", (columns, order), factor, solution)

    with blas_threads(1):
        Tasks(-(-count // _SHARE), threads).run(share)
    return solutions


def batched_inverses(grams: Float[np.ndarray, "b n n"], ridge: float) -> Float[np.ndarray, "b n n"]:
    """(K_i + κ)⁻¹ of every member i of a batch, symmetric.

    Raises:
        BadInput, NotPositiveDefinite: see `batched_weights`.
    """
    unit = np.eye(grams.shape[1])
    if grams.shape[1] <= _SMALL and ridge >= 0.0:
        with contextlib.suppress(np.linalg.LinAlgError), blas_threads(1):
            half = np.linalg.inv(np.linalg.cholesky(grams + ridge * unit))
            inverse = half.swapaxes(1, 2) @ half
            if np.isfinite(inverse).all():
                return np.asarray(inverse)
    # This way says which matrix and pivot.
    inverse = batched_weights(grams, ridge, np.broadcast_to(unit, grams.shape))
    return np.asarray(0.5 * (inverse + inverse.swapaxes(1, 2)))


def weights_on_device(
    matrices: Float[np.ndarray, "b n n"], noises: Float[np.ndarray, " b"], labels: Float[np.ndarray, "b n t"]
) -> Float[np.ndarray, "b n t"]:
    """The same by JAX, which gives NaN for a member that is not positive definite: it is found and named.

    Raises:
        BadInput: float64 outside JAX's x64 mode.
        NotPositiveDefinite: see `batched_weights`.
    """
    if matrices.dtype == np.float64 and not jax.config.jax_enable_x64:  # type: ignore[attr-defined]
        raise BadInput("grams are float64 but JAX's x64 mode is off: enable jax_enable_x64 or pass float32")
    solutions, finite = _solve_on_device(jnp.asarray(matrices), jnp.asarray(noises), jnp.asarray(labels))
    bad = np.flatnonzero(~np.asarray(finite))
    if bad.size:
        raise _failed(matrices, noises, int(bad[0]))
    return np.asarray(solutions)


@jax.jit
def _solve_on_device(
    matrices: Float[Array, "b n n"], noises: Float[Array, " b"], labels: Float[Array, "b n t"]
) -> tuple[Float[Array, "b n t"], Bool[Array, " b"]]:
    unit = jnp.eye(matrices.shape[1], dtype=matrices.dtype)[None]
    factors = jnp.linalg.cholesky(matrices + noises[:, None, None] * unit, symmetrize_input=False)
    finite = jnp.isfinite(jnp.diagonal(factors, axis1=1, axis2=2)).all(axis=1)
    return jax.vmap(lambda factor, right: jax.scipy.linalg.cho_solve((factor, True), right))(factors, labels), finite


def _checked(
    grams: Float[AnyArray, "b n n"],
    ridges: float | Sequence[float] | Float[AnyArray, " b"],
    targets: Float[AnyArray, "b n t"],
) -> tuple[Float[np.ndarray, "b n n"], Float[np.ndarray, " b"], Float[np.ndarray, "b n t"]]:
    shape = np.shape(grams)
    if len(shape) != 3 or shape[1] != shape[2] or 0 in shape:
        raise BadInput(f"grams have shape {shape}: need square kernel matrices (b, n, n) with b, n ≥ 1")
    matrices = np.ascontiguousarray(checked_array("grams", grams, shape))
    if matrices.dtype not in (np.float32, np.float64):
        raise BadInput(f"grams have dtype {matrices.dtype}: need float32 or float64")
    labels = checked_array("targets", targets, (shape[0], shape[1], None)).astype(matrices.dtype)
    noises = np.asarray([checked_ridge(ridge) for ridge in np.atleast_1d(ridges)], dtype=matrices.dtype)
    if noises.size not in (1, shape[0]):
        raise BadInput(f"{noises.size} ridges for {shape[0]} systems: pass one, or one a system")
    return matrices, np.broadcast_to(noises, shape[:1]), labels


def _failed(matrices: Float[np.ndarray, "b n n"], noises: Float[np.ndarray, " b"], member: int) -> Exception:
    ridge = float(noises[member])
    regularised = matrices[member] + noises[member] * np.eye(matrices.shape[1], dtype=matrices.dtype)
    largest = float(np.max(np.diagonal(regularised)))
    where = f"member {member} of {len(matrices)}: kernel matrix"
    return first_bad_pivot(regularised, 0, matrices.shape[1], ridge, largest, where)
