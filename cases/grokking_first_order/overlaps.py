"""Order parameters of an erf network, exact for Gaussian inputs, with the histogram of its neurons' overlaps."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np

from fieldbench.sampling import TwoLayerNetwork, Weights
from fieldbench.sampling.networks import erf_network
from fieldbench.typing import Array, Float

THRESHOLDS = np.arange(16) / 10


def observed(energy: TwoLayerNetwork, whitened: Weights) -> dict[str, Float[Array, "*batch ..."]]:
    """`erf_network`, with E[f H_5] and the fraction of neurons beyond each threshold of |w·w*|, (*batch, thresholds).

    E[H_5(z) erf(w·x)] = (24/√π) m⁵ (1 + 2q)^{−5/2}, m = w·w*, q = |w|², by Stein's lemma five times.
    """
    weights = energy.physical(whitened)
    m, squares = weights.hidden[..., 0], jnp.sum(weights.hidden**2, axis=-1)
    quintic = 24 / math.sqrt(math.pi) * weights.readout[..., 0] * m**5 * (1 + 2 * squares) ** -2.5
    beyond = jnp.abs(m)[..., None] > jnp.asarray(THRESHOLDS, m.dtype).reshape((1,) * m.ndim + (-1,))
    return erf_network(weights) | {
        "quintic": jnp.sum(quintic, axis=-1),
        "beyond": jnp.mean(beyond.astype(m.dtype), axis=-2),
    }
