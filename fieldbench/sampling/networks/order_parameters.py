"""Exact overlaps of a sampled erf network with its target's components, for x ~ N(0, I_d): no test set.

With z = v·x along the teacher v = e_1, m = w·v and q = |w|² (first line: Stein's lemma; second: three times),

    E[z erf(w·x)]   = (2/√π) m (1 + 2q)^{−1/2}
    E[H_3(z) erf]   = −(4/√π) m³ (1 + 2q)^{−3/2},     H_3 = z³ − 3z
    E[h(x) erf]     = −(4/√π) (m³ − 3mq/(d+2)) (1 + 2q)^{−3/2},     h = z³ − 3z|x|²/(d+2),   E[h²] = 6(d−1)/(d+2)

h is the degree-3 harmonic part of H_3: unlike H_3 it is orthogonal to z·(any function of |x|), which a learner of the
linear part alone produces. Written here a second time, apart from `theory.overlaps`, so that a slip in the theory's
formulas cannot hide in the measurement; the tests hold both against a Monte-Carlo test set.
"""

from __future__ import annotations

import math

import jax.numpy as jnp

from fieldbench.sampling.networks.two_layer import TwoLayerNetwork, Weights
from fieldbench.typing import Array, Float


def harmonic_norm(dimension: int) -> float:
    """E[h²] = 6(d−1)/(d+2) of the cubic harmonic h, which equals E[H_3 h]."""
    return 6 * (dimension - 1) / (dimension + 2)


def erf_network(weights: Weights) -> dict[str, Float[Array, "*batch"]]:
    """Order parameters of erf networks f(x) = Σ_c a_c erf(w_c·x) with teacher direction e_1, each batched over chains.

    Args:
        weights: the *physical* weights w (*batch, N, d) and a (*batch, N, 1).

    Returns:
        linear: E[f z], the linear learnability of a target z + …; hermite: E[f H_3]; harmonic: E[f h];
        overlap: d·mean_c m_c²; radius: d·mean_c |w_⊥|²/(d−1); both are 1 under a prior with σ_w = 1.
    """
    hidden, readout = weights.hidden, weights.readout[..., 0]
    dimension = hidden.shape[-1]
    m, squares = hidden[..., 0], jnp.sum(hidden**2, axis=-1)
    width = 1 + 2 * squares
    root = 2 / math.sqrt(math.pi) * readout / jnp.sqrt(width)
    return {
        "linear": jnp.sum(root * m, axis=-1),
        "hermite": jnp.sum(-2 * root * m**3 / width, axis=-1),
        "harmonic": jnp.sum(-2 * root * (m**3 - 3 / (dimension + 2) * m * squares) / width, axis=-1),
        "overlap": dimension * jnp.mean(m**2, axis=-1),
        "radius": dimension / (dimension - 1) * jnp.mean(squares - m**2, axis=-1),
    }


def order_parameters(energy: TwoLayerNetwork, weights: Weights) -> dict[str, Float[Array, "*batch"]]:
    """`erf_network` of whitened weights, in the form a sampler observes: `Partial(order_parameters, energy)`."""
    return erf_network(energy.physical(weights))
