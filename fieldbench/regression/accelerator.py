"""Nested regression on an accelerator: the same sums as NestedCholesky in two compiled functions, one a shape."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import solve_triangular

from fieldbench.typing import AnyArray, Array, Float, Int


def available() -> bool:
    """Whether JAX computes on something else than a CPU."""
    return jax.default_backend() != "cpu"


def predictions(
    factor: Float[Array, "n n"],
    targets: Float[AnyArray, "n t"],
    cross: Float[AnyArray, "m n"],
    sizes: Int[AnyArray, " sizes"],
) -> Float[np.ndarray, "sizes m t"]:
    """Posterior means from the lower factor."""
    return np.asarray(_predictions(factor, jnp.asarray(targets), jnp.asarray(cross), jnp.asarray(sizes)))


def traces(
    factor: Float[Array, "n n"], symmetric: Float[AnyArray, "n n"], sizes: Int[AnyArray, " sizes"]
) -> Float[np.ndarray, " sizes"]:
    """Tr[B_P (K_P + κ)⁻¹] from the lower factor and a symmetric B."""
    return np.asarray(_traces(factor, jnp.asarray(symmetric), jnp.asarray(sizes)))


@jax.jit
def _predictions(
    factor: Float[Array, "n n"], targets: Float[Array, "n t"], cross: Float[Array, "m n"], sizes: Int[Array, " sizes"]
) -> Float[Array, "sizes m t"]:
    whitened = solve_triangular(factor, targets, lower=True)
    first = (jnp.arange(factor.shape[0])[:, None] < sizes[None, :]).astype(factor.dtype)
    stacked = (first[:, :, None] * whitened[:, None, :]).reshape(factor.shape[0], -1)
    weights = solve_triangular(factor, stacked, lower=True, trans="T")
    return (cross @ weights).reshape(cross.shape[0], sizes.shape[0], targets.shape[1]).transpose(1, 0, 2)


@jax.jit
def _traces(
    factor: Float[Array, "n n"], symmetric: Float[Array, "n n"], sizes: Int[Array, " sizes"]
) -> Float[Array, " sizes"]:
    inverse = solve_triangular(factor, jnp.eye(factor.shape[0], dtype=factor.dtype), lower=True)
    half = jnp.tril(symmetric) - 0.5 * jnp.diag(jnp.diagonal(symmetric))
    return jnp.cumsum(2.0 * jnp.sum((inverse @ half) * inverse, axis=1))[sizes - 1]
