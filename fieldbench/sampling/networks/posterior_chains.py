"""Chains of one network on one data set, many replicates at once, and the linear network's exact Gibbs sampler beside.

All chains of a replicate start from draws of the prior of their own.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators import Sampler
from fieldbench.sampling.networks.linear_gibbs import GibbsState, LinearPrior, gibbs_chain, lazy_start
from fieldbench.sampling.networks.two_layer import TwoLayerNetwork, Weights
from fieldbench.statistics import ess, rhat
from fieldbench.typing import Array, Float

FloatArray = NDArray[np.float64]

_BURN_IN_SWEEPS = 50


def traces(
    sampler: Sampler,
    energy: TwoLayerNetwork,
    keys: Array,
    observe: Partial,
    *,
    steps: int,
    burn_in: int = 400,
    thin: int = 8,
) -> dict[str, FloatArray]:
    """Records (draws, replicates, chains, …) of an energy of batch (replicates, chains), one key a replicate.

    Raises:
        BadInput: another batch; and what the sampler raises.
    """
    if len(energy.batch) != 2 or keys.shape != energy.batch[:1]:
        raise BadInput(f"batch {energy.batch} and keys {keys.shape}: need (replicates, chains) and (replicates,)")
    split = jax.vmap(partial(jax.random.split, num=2 * energy.batch[1]))(keys)
    start, noise = split[:, : energy.batch[1]], split[:, energy.batch[1] :]
    records = sampler.sample(
        energy, energy.prior(start), noise, steps=steps, burn_in=burn_in, thin=thin, observe=observe
    ).records
    return {name: np.asarray(trace, np.float64) for name, trace in records.items()}


def mixing(series: FloatArray) -> dict[str, FloatArray]:
    """R-hat and effective draws over the chains of each replicate; series (draws, replicates, chains, k)."""
    each = np.moveaxis(series, 1, 0)
    return {"rhat": np.array([rhat(one) for one in each]), "ess": np.array([ess(one) for one in each])}


def linear_observables(energy: TwoLayerNetwork, weights: Weights) -> dict[str, Array]:
    """Of a linear network: the map B = Σ_c a_c w_c (*batch, d), |a|² (*batch), and the diagonal of wᵀw (*batch, d)."""
    hidden, readout = energy.physical(weights)
    return {
        "predictor": jnp.sum(hidden * readout, axis=-2),
        "readout": jnp.sum(readout**2, axis=(-2, -1)),
        "weights": jnp.sum(hidden**2, axis=-2),
    }


@partial(jax.jit, static_argnames=("prior", "sweeps"))
def gibbs_means(
    keys: Array, inputs: Float[Array, "n d"], targets: Float[Array, " n"], *, prior: LinearPrior, sweeps: int
) -> dict[str, Float[Array, "replicates ..."]]:
    """Posterior means of `linear_observables` by one Gibbs chain a key; the first 50 of its sweeps are dropped."""

    def observe(state: GibbsState) -> dict[str, Array]:
        diagonal = jnp.diagonal(state.weight_gram)
        return {"predictor": state.mean[0], "readout": state.readout_gram[0, 0], "weights": diagonal}

    def chain(key: Array) -> dict[str, Array]:
        start = lazy_start(prior, inputs.shape[1], inputs.dtype)
        sweeps_and_burn_in = sweeps + _BURN_IN_SWEEPS
        draws = gibbs_chain(
            key, inputs[:, None], targets, start, prior=prior, sweeps=sweeps_and_burn_in, observe=observe
        )
        means: dict[str, Array] = jax.tree.map(lambda trace: trace[_BURN_IN_SWEEPS:].mean(axis=0), draws)
        return means

    means: dict[str, Array] = jax.vmap(chain)(keys)
    return means
