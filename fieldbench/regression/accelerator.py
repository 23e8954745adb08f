"""Nested regression on an accelerator: the same sums as NestedCholesky in two compiled functions, one a shape."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import solve_triangular


def available() -> bool:
    """Whether JAX computes on something else than a CPU."""
    return jax.default_backend() != "cpu"


def predictions(factor: Any, targets: Any, cross: Any, sizes: Any) -> Any:
    """Posterior means (s, m, t) from the lower factor (n, n), targets (n, t) and cross (m, n)."""
    return np.asarray(_predictions(factor, jnp.asarray(targets), jnp.asarray(cross), jnp.asarray(sizes)))


def traces(factor: Any, symmetric: Any, sizes: Any) -> Any:
    """Tr[B_P (K_P + κ)⁻¹] (s,) from the lower factor and a symmetric B (n, n)."""
    return np.asarray(_traces(factor, jnp.asarray(symmetric), jnp.asarray(sizes)))


@jax.jit
def _predictions(factor: Any, targets: Any, cross: Any, sizes: Any) -> Any:
    whitened = solve_triangular(factor, targets, lower=True)
    first = (jnp.arange(factor.shape[0])[:, None] < sizes[None, :]).astype(factor.dtype)
    stacked = (first[:, :, None] * whitened[:, None, :]).reshape(factor.shape[0], -1)
    weights = solve_triangular(factor, stacked, lower=True, trans="T")
    return (cross @ weights).reshape(cross.shape[0], sizes.shape[0], targets.shape[1]).transpose(1, 0, 2)


@jax.jit
def _traces(factor: Any, symmetric: Any, sizes: Any) -> Any:
    inverse = solve_triangular(factor, jnp.eye(factor.shape[0], dtype=factor.dtype), lower=True)
    half = jnp.tril(symmetric) - 0.5 * jnp.diag(jnp.diagonal(symmetric))
    return jnp.cumsum(2.0 * jnp.sum((inverse @ half) * inverse, axis=1))[sizes - 1]
