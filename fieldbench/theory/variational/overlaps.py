"""Kernels ⟨φ(w·x)φ(w·x′)⟩ of Gaussian weights, from the overlaps S = XΣXᵀ, (n, n), of the data in their covariance."""

from __future__ import annotations

import jax.numpy as jnp

from fieldbench.typing import Array, Float


def linear_overlap(overlaps: Float[Array, "n n"]) -> Float[Array, "n n"]:
    """φ(z) = z."""
    return overlaps


def erf_overlap(overlaps: Float[Array, "n n"]) -> Float[Array, "n n"]:
    """φ = erf: (2/π) arcsin 2S_μν/√((1 + 2S_μμ)(1 + 2S_νν)) (Williams 1997)."""
    root = jnp.sqrt(1.0 + 2.0 * jnp.diagonal(overlaps))
    kernel: Array = 2.0 / jnp.pi * jnp.arcsin(2.0 * overlaps / (root[:, None] * root))
    return kernel
