"""Order parameters of two-layer linear networks on teacher data, along nested training sets, by exact Gibbs sampling.

Teacher y = Σ_i a*_i w*·x_i with a*, w* the first unit vectors (no loss of generality: inputs and prior are rotation
invariant) and x ~ N(0, 1). Everything measured is a Gaussian overlap in weight space, so there is no test set:

    learnability L = a*ᵀ⟨B⟩w*,   MSE = |⟨B⟩ − a*w*ᵀ|²,   x = (S/C) w*ᵀ⟨W⟩w*,   x_perp = (S/C)(Tr⟨W⟩ − w*ᵀ⟨W⟩w*)/(S − 1)

with B = a w and W = wᵀw, averages over the posterior. Gibbs runs two chains per data set, from the unlearned prior and
from an aligned start; Langevin, under any `Sampler`, runs one from the prior on the same data sets (the same keys).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators import Sampler
from fieldbench.sampling.networks.linear_gibbs import GibbsState, LinearPrior, gibbs_chain, lazy_start
from fieldbench.sampling.networks.two_layer import Weights, convolutional
from fieldbench.typing import Array, Float

__all__ = ["LinearTeacher", "aligned_start", "gibbs_curves", "langevin_traces"]


@dataclass(frozen=True)
class LinearTeacher:
    """Gaussian inputs of `patches` patches of `size` entries, labelled by their first entry."""

    patches: int
    size: int

    def draw(
        self, key: Array, samples: int, shift: ArrayLike = 0
    ) -> tuple[Float[Array, "samples patches size"], Float[Array, " samples"]]:
        """One data set: the first P samples of a larger draw are the nested training set of size P.

        With `shift` = 1 each input gets its neighbour's label, which says nothing of it: shuffled labels, for controls.
        """
        inputs = jax.random.normal(jax.random.fold_in(key, 0), (samples, self.patches, self.size), jnp.float64)
        return inputs, jnp.roll(inputs[:, 0, 0], shift)


def aligned_start(prior: LinearPrior, size: int) -> Float[Array, "size size"]:
    """Weight Gram matrix with half of the prior's norm along the teacher: the far side of any transition."""
    return lazy_start(prior, size).at[0, 0].set(prior.channels / 2)


@partial(jax.jit, static_argnames=("teacher", "samples", "prior", "burn_in", "keep"))
def gibbs_curves(
    keys: Array,
    chain_keys: Array,
    shift: ArrayLike = 0,
    *,
    teacher: LinearTeacher,
    samples: tuple[int, ...],
    prior: LinearPrior,
    burn_in: int,
    keep: int,
) -> dict[str, Float[Array, "sets sizes ..."]]:
    """Order parameters at each of the nested `samples` for every key, one independent data set a key.

    Args:
        keys: of the data sets, shape (sets,).
        chain_keys: of their chains, shape (sets,); the same data set under many chain keys gives a long average.
        shift: see `LinearTeacher.draw`.
        burn_in, keep: sweeps of each chain that are dropped and kept.

    Returns:
        learnability, mse, ratio (x), orthogonal (x_perp): shape (sets, sizes). The MSE multiplies the errors of the two
        chains' means, so that their Monte-Carlo noise does not bias it. trace: the conditional learnability of every
        kept sweep, shape (sets, sizes, keep, 2). controls: fluctuations of the data set that have expectation zero and
        explain most of the scatter of all the others, shape (sets, sizes, 5).

    Raises:
        BadInput: sizes that do not rise from at least 1, no kept sweep, fewer channels than N + S.
    """
    if not samples or sorted(samples) != list(samples) or samples[0] < 1 or burn_in < 0 or keep < 1:
        raise BadInput(f"samples {samples} must rise from at least 1, burn_in {burn_in} be >= 0 and keep {keep} >= 1")
    starts = jnp.stack([lazy_start(prior, teacher.size), aligned_start(prior, teacher.size)])

    def one_set(pair: tuple[Array, Array]) -> dict[str, Array]:
        key, chain_key = pair
        inputs, targets = teacher.draw(key, samples[-1], shift)
        keys_size = jax.random.split(jax.random.fold_in(chain_key, 1), len(samples))
        found = [
            _two_chains(k, inputs[:p], targets[:p], starts, prior, burn_in, keep)
            | {"controls": _controls(inputs[:p], targets[:p])}
            for k, p in zip(keys_size, samples, strict=True)
        ]
        return {name: jnp.stack([curve[name] for curve in found]) for name in found[0]}

    # One data set after the other: large products run at the machine's rate, and only order parameters are kept.
    curves: dict[str, Array] = jax.lax.map(one_set, (keys, chain_keys))
    return curves


def _two_chains(
    key: Array, inputs: Array, targets: Array, starts: Array, prior: LinearPrior, burn_in: int, keep: int
) -> dict[str, Array]:
    size = inputs.shape[2]

    def chain(argument: tuple[Array, Array]) -> tuple[Array, Array, Array, Array]:
        key, start = argument
        means, along, total = gibbs_chain(
            key, inputs, targets, start, prior=prior, sweeps=burn_in + keep, observe=_observe
        )
        return means[burn_in:].mean(axis=0), means[burn_in:, 0, 0], along[burn_in:].mean(), total[burn_in:].mean()

    means, traces, along, total = jax.lax.map(chain, (jax.random.split(key), starts))
    errors = means.at[:, 0, 0].add(-1.0)
    norm = size / prior.channels
    return {
        "learnability": means[:, 0, 0].mean(),
        "mse": jnp.sum(errors[0] * errors[1]),
        "ratio": norm * along.mean(),
        "orthogonal": norm * (total - along).mean() / (size - 1),
        "trace": traces.T,
    }


def langevin_traces(
    keys: Array,
    *,
    teacher: LinearTeacher,
    samples: int,
    prior: LinearPrior,
    sampler: Sampler,
    steps: int,
    burn_in: int,
    thin: int,
) -> dict[str, Float[Array, "kept sets"]]:
    """Learnability and ratio x along one Langevin chain a key, on the data set that `gibbs_curves` draws for that key.

    In float32, from the prior. `samples` has to be the largest size of `gibbs_curves`, which is the size it draws.
    """
    inputs, targets = jax.vmap(lambda key: teacher.draw(key, samples))(keys)
    network = convolutional(
        inputs.astype(jnp.float32),
        targets.astype(jnp.float32),
        width=prior.channels,
        ridge=prior.ridge,
        feature_scale=prior.mean_field,
    )
    key_start, key_chain = jax.random.split(jax.random.fold_in(keys[0], 2))
    records = sampler.sample(
        network, network.prior(key_start), key_chain, steps=steps, burn_in=burn_in, thin=thin, observe=_observe_weights
    ).records
    # The weights are whitened: a_c w_c = α_c ω_c / √(N C χ S).
    scale = (teacher.patches * prior.channels * prior.mean_field * teacher.size) ** -0.5
    return {"learnability": scale * records["overlap"], "ratio": records["square"]}


def _observe_weights(weights: Weights) -> dict[str, Array]:
    along = weights.hidden[..., 0]
    return {"overlap": jnp.sum(along * weights.readout[..., 0], axis=-1), "square": jnp.mean(along**2, axis=-1)}


def _controls(inputs: Array, targets: Array) -> Float[Array, " controls"]:
    """Teacher power, squared gradient G = Xᵀy/P off the teacher (its row, its column, all of it) and input power.

    Less their expectations, which are exact: the entries of x other than the teacher's are independent of y, so
    E[G_ij²] = E[|y|²]/P² = 1/P there.
    """
    samples = inputs.shape[0]
    squares = (jnp.einsum("p,pis->is", targets, inputs) / samples) ** 2
    squares = squares.at[0, 0].set(0.0) - 1.0 / samples
    return jnp.stack(
        [
            jnp.mean(targets**2) - 1,
            squares[0, 1:].sum(),
            squares[1:, 0].sum(),
            squares.sum() + 1.0 / samples,
            jnp.mean(inputs**2) - 1,
        ]
    )


def _observe(state: GibbsState) -> tuple[Array, Array, Array]:
    return state.mean, state.weight_gram[0, 0], jnp.trace(state.weight_gram)
