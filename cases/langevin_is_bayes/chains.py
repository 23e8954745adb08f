"""Chains of many replicates at once: in one-dimensional wells, and of networks on one data set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity
from fieldbench.errors import BadInput
from fieldbench.sampling import Sampler, TwoLayerNetwork, Weights, sample_preconditioned
from fieldbench.sampling.integrators import Wells
from fieldbench.sampling.networks import GibbsState, LinearPrior, gibbs_chain, lazy_start, predictive
from fieldbench.statistics import ess, rhat
from fieldbench.typing import AnyArray, Array

FloatArray = NDArray[np.float64]

_BURN_IN_SWEEPS = 50


class Chains(Experiment):
    """An experiment with chains; `watched` numbers the series by which it is judged whether they mix."""

    watched: ClassVar[NDArray[np.int_]]

    rhat = Quantity("watched", symbol="R-hat", doc="of the chains of a replicate; in wells, of all replicates")
    ess = Quantity("watched", symbol="ESS", doc="effective draws of the same chains together")

    def mixing(self, trace: AnyArray) -> Mapping[Quantity, Any]:
        """Of the chains of each replicate, (draws, replicates, chains, watched)."""
        each = np.moveaxis(np.asarray(trace), 1, 0)
        return {self.rhat: [rhat(one) for one in each], self.ess: [ess(one) for one in each]}


class LinearMoments(NamedTuple):
    """Of a linear network: the map B = Σ_c a_c w_c (…, d), |a|² (…), and the diagonal of wᵀw (…, d)."""

    predictor: AnyArray
    readout: AnyArray
    weights: AnyArray


class Outputs(NamedTuple):
    """At the test points, (…, tests): f of the chain's own readout; mean and variance given its hidden weights."""

    output: FloatArray
    mean: FloatArray
    variance: FloatArray


class GibbsMeans(NamedTuple):
    """Posterior means, (replicates, …), and every draw of B, (replicates, sweeps, d)."""

    means: LinearMoments
    draws: AnyArray


def mean_squares(
    sampler: Sampler, energy: Wells, keys: Array, steps: int, scale: FloatArray | None = None
) -> FloatArray:
    """θ² averaged over chains, every fourth step: (draws, replicates, wells). One key a replicate.

    Args:
        energy: batch (replicates, chains, wells).
        scale: s of each well, to sample in the coordinates θ/s; the step is then that of the scaled energy.

    Raises:
        BadInput: another batch; and what the sampler raises.
    """
    split = _split(keys, energy.batch, "(replicates, chains, wells)")[:, :, None]
    start = jnp.full(energy.batch, 0.5, energy.curvature.dtype)
    request: dict[str, Any] = {"steps": steps, "burn_in": 200, "thin": 4, "observe": _mean_square}
    if scale is None:
        found = sampler.sample(energy, start, split, **request)
    else:
        shaped = np.asarray(scale)[None, None]
        found = sample_preconditioned(sampler, energy, start, split, scale=shaped, curvature=1.0, **request)
    return np.asarray(found.records["square"], np.float64)


def linear_traces(sampler: Sampler, energy: TwoLayerNetwork, keys: Array, steps: int) -> LinearMoments:
    """Langevin chains of linear networks from half of draws of the prior: entries (draws, replicates, chains, …)."""
    return LinearMoments(**_traces(sampler, energy, keys, steps, _linear_moments))


def output_traces(sampler: Sampler, energy: TwoLayerNetwork, tests: FloatArray, keys: Array, steps: int) -> Outputs:
    """Langevin chains of networks from such starts, at test points: (draws, replicates, chains, tests)."""
    return Outputs(**_traces(sampler, energy, keys, steps, predictive, jnp.asarray(tests, jnp.float32)))


@partial(jax.jit, static_argnames=("prior", "sweeps"))
def gibbs_means(keys: Array, inputs: Array, targets: Array, *, prior: LinearPrior, sweeps: int) -> GibbsMeans:
    """One exact Gibbs chain of a linear network a key, from the lazy start; the first 50 of its sweeps are dropped."""

    def observe(state: GibbsState) -> LinearMoments:
        return LinearMoments(state.mean[0], state.readout_gram[0, 0], jnp.diagonal(state.weight_gram))

    def chain(key: Array) -> GibbsMeans:
        start = lazy_start(prior, inputs.shape[1], inputs.dtype)
        draws = gibbs_chain(
            key, inputs[:, None], targets, start, prior=prior, sweeps=sweeps + _BURN_IN_SWEEPS, observe=observe
        )
        kept: LinearMoments = jax.tree.map(lambda trace: trace[_BURN_IN_SWEEPS:], draws)
        return GibbsMeans(jax.tree.map(lambda trace: trace.mean(axis=0), kept), kept.predictor)

    found: GibbsMeans = jax.vmap(chain)(keys)
    return found


def _traces(
    sampler: Sampler, energy: TwoLayerNetwork, keys: Array, steps: int, function: Callable[..., Any], *data: Array
) -> dict[str, FloatArray]:
    """Of function(energy, *data, weights), every eighth step."""
    split = _split(keys, energy.batch, "(replicates, chains)", each=2)
    first, noise = jnp.split(split, 2, axis=1)
    observe = Partial(function, energy, *data)  # type: ignore[no-untyped-call]
    # Of whole draws one in 500 of a linear network of width 8 is so far up that the fall to the data diverges.
    start = jax.tree.map(lambda weights: weights / 2, energy.prior(first))
    found = sampler.sample(energy, start, noise, steps=steps, burn_in=400, thin=8, observe=observe)
    return {name: np.asarray(trace, np.float64) for name, trace in found.records.items()}


def _split(keys: Array, batch: tuple[int, ...], axes: str, each: int = 1) -> Array:
    """Keys of the chains of each replicate, so many each, (replicates, each · chains)."""
    if len(batch) != axes.count(",") + 1 or keys.shape != batch[:1]:
        raise BadInput(f"batch {batch} and keys {keys.shape}: need {axes} and (replicates,)")
    split: Array = jax.vmap(partial(jax.random.split, num=each * batch[1]))(keys)
    return split


def _mean_square(position: Array) -> dict[str, Array]:
    return {"square": jnp.mean(position * position, axis=1)}


def _linear_moments(energy: TwoLayerNetwork, weights: Weights) -> dict[str, Array]:
    hidden, readout = energy.physical(weights)
    moments = LinearMoments(
        predictor=jnp.sum(hidden * readout, axis=-2),
        readout=jnp.sum(readout**2, axis=(-2, -1)),
        weights=jnp.sum(hidden**2, axis=-2),
    )
    return moments._asdict()
