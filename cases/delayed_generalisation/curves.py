"""What is read of a network as it trains: its errors, exact for Gaussian inputs, and its neurons' overlaps."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from fieldbench.sampling import TwoLayerNetwork, Weights
from fieldbench.sampling.networks import erf_network
from fieldbench.typing import Array, Float

THRESHOLDS = np.arange(11) / 5


def norm(physical: Weights) -> Float[Array, "*batch"]:
    """E[f²] = Σ_cc' a_c a_c' (2/π) asin(2 w_c·w_c'/√((1 + 2q_c)(1 + 2q_c'))), q = |w|² (Williams 1997)."""
    hidden, readout = physical.hidden, physical.readout[..., 0]
    scaled = hidden / jnp.sqrt(1 + 2 * jnp.sum(hidden**2, axis=-1, keepdims=True))
    cosine = 2 * scaled @ jnp.swapaxes(scaled, -1, -2)
    kernel = 2 / np.pi * jnp.arcsin(jnp.clip(cosine, -1, 1))
    return jnp.sum(readout * jnp.squeeze(kernel @ readout[..., None], -1), axis=-1)


def observed(energy: TwoLayerNetwork, whitened: Weights) -> dict[str, Float[Array, "*batch ..."]]:
    """`erf_network`, E[f²], the mean of (f − y)² over the data set, shares of neurons beyond thresholds of |w·w*|."""
    physical = energy.physical(whitened)
    overlap = jnp.abs(physical.hidden[..., 0])
    beyond = overlap[..., None] > jnp.asarray(THRESHOLDS, overlap.dtype).reshape((1,) * overlap.ndim + (-1,))
    return erf_network(physical) | {
        "norm": norm(physical),
        "train": jnp.mean((energy.outputs(whitened) - energy.targets) ** 2, axis=-1),
        "beyond": jnp.mean(beyond.astype(overlap.dtype), axis=-2),
    }
