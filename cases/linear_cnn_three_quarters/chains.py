"""Posteriors of two-layer linear networks on teacher data, along nested training sets: exact Gibbs, and Langevin.

Teacher y = Σ_i a*_i w*·x_i with a*, w* the first unit vectors (no loss of generality: inputs and prior are rotation
invariant) and x ~ N(0, 1). Everything measured is a Gaussian overlap in weight space, so there is no test set:

    learnability L = a*ᵀ⟨B⟩w*,   MSE = |⟨B⟩ − a*w*ᵀ|²,   x = (S/C) w*ᵀ⟨W⟩w*,   x_perp = (S/C)(Tr⟨W⟩ − w*ᵀ⟨W⟩w*)/(S − 1)

with B = a w and W = wᵀw, averages over the posterior. Gibbs runs two chains per data set, from the unlearned prior and
from an aligned start; Langevin, under any `Sampler`, runs one from the prior on the same data sets (the same keys).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from fieldbench.errors import BadInput
from fieldbench.sampling import Sampler
from fieldbench.sampling.networks import GibbsState, LinearPrior, Weights, convolutional, gibbs_chain, lazy_start
from fieldbench.typing import AnyArray, Array, Float

FEWEST_ROWS = 64
"""Smaller training sets are filled up with zeros: their sweeps cost little, a program of their own costs seconds."""


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
        # One row of numbers: a draw of three axes takes four times as long to compile.
        flat = jax.random.normal(jax.random.fold_in(key, 0), (samples * self.patches * self.size,), jnp.float64)
        inputs = flat.reshape(samples, self.patches, self.size)
        return inputs, jnp.roll(inputs[:, 0, 0], shift)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class GibbsCurves:
    """Order parameters on each data set at each of its nested sizes.

    Attributes:
        learnability, ratio, orthogonal: L, x and x_perp.
        mse: the errors of the two chains' means multiplied, so that their Monte-Carlo noise does not bias it.
        trace: the conditional learnability of every kept sweep of either chain.
        controls: fluctuations of the data set with expectation zero that explain most of the scatter of all the others.
    """

    learnability: Float[AnyArray, "*axes"]
    ratio: Float[AnyArray, "*axes"]
    orthogonal: Float[AnyArray, "*axes"]
    mse: Float[AnyArray, "*axes"]
    trace: Float[AnyArray, "*axes keep 2"]
    controls: Float[AnyArray, "*axes 5"]


@dataclass(frozen=True)
class LangevinTraces:
    """Learnability L and ratio x along one chain a data set."""

    learnability: Float[Array, "kept sets"]
    ratio: Float[Array, "kept sets"]


@dataclass(frozen=True)
class Posteriors:
    """Of one network, taught by a teacher, on nested training sets of `samples`.

    Raises:
        BadInput: sizes that do not rise from at least 1.
    """

    teacher: LinearTeacher
    prior: LinearPrior
    samples: tuple[int, ...]

    def __post_init__(self) -> None:
        sizes = self.samples
        whole = isinstance(sizes, tuple) and all(isinstance(size, int) for size in sizes)
        if not whole or not sizes or sizes[0] < 1 or sorted(set(sizes)) != list(sizes):
            raise BadInput(f"samples {sizes!r}: need a tuple of whole numbers, which must rise from at least 1")

    @property
    def rows(self) -> int:
        """Samples of each data set, used or filled up with zeros."""
        return max(self.samples[-1], FEWEST_ROWS)

    def gibbs(self, keys: Array, chain_keys: Array, shift: ArrayLike = 0, *, burn_in: int, keep: int) -> GibbsCurves:
        """Two chains on the data set of each key, (sets,), of which `keep` sweeps after `burn_in` are kept.

        Args:
            keys: of the data sets, (sets,).
            chain_keys: of their chains, (sets,); the same data set under many chain keys gives a long average.
            shift: see `LinearTeacher.draw`.
            burn_in, keep: sweeps of each chain that are dropped and kept.

        Raises:
            BadInput: no kept sweep, fewer channels than N + S.
        """
        if burn_in < 0 or keep < 1:
            raise BadInput(f"burn_in {burn_in} must be at least 0 and keep {keep} at least 1: nothing would be kept")
        # With x and y over √κ the ridge is one: networks of one shape share a program at every ridge, size and burn-in,
        # and, a block at a time, for every number of data sets.
        sizes, scale = jnp.array(self.samples), jnp.asarray(self.prior.ridge**-0.5)
        block = math.gcd(len(keys), 128)
        unit = replace(self.prior, ridge=1.0)
        shape = {"teacher": self.teacher, "prior": unit, "rows": self.rows, "sweeps": burn_in + keep}
        blocks = [
            _gibbs(keys[k : k + block], chain_keys[k : k + block], shift, sizes, scale, burn_in, **shape)
            for k in range(0, len(keys), block)
        ]
        curves: GibbsCurves = jax.tree.map(lambda *parts: jnp.concatenate(parts), *blocks)
        return replace(curves, trace=curves.trace[..., burn_in:, :])

    def langevin(self, keys: Array, sampler: Sampler, *, steps: int, burn_in: int, thin: int) -> LangevinTraces:
        """One chain in float32, from the prior, on the largest training set that `gibbs` draws for each key."""
        inputs, targets = jax.vmap(lambda key: self.teacher.draw(key, self.rows))(keys)
        inputs, targets = inputs[:, : self.samples[-1]], targets[:, : self.samples[-1]]
        network = convolutional(
            inputs.astype(jnp.float32),
            targets.astype(jnp.float32),
            width=self.prior.channels,
            ridge=self.prior.ridge,
            feature_scale=self.prior.mean_field,
        )
        key_start, key_chain = jax.random.split(jax.random.fold_in(keys[0], 2))
        start = network.prior(key_start)
        records = sampler.sample(
            network, start, key_chain, steps=steps, burn_in=burn_in, thin=thin, observe=_overlaps
        ).records
        # The weights are whitened: a_c w_c = α_c ω_c / √(N C χ S).
        scale = (self.teacher.patches * self.prior.channels * self.prior.mean_field * self.teacher.size) ** -0.5
        return LangevinTraces(learnability=scale * records["overlap"], ratio=records["square"])


def aligned_start(prior: LinearPrior, size: int) -> Float[Array, "size size"]:
    """Weight Gram matrix with half of the prior's norm along the teacher: the far side of any transition."""
    return lazy_start(prior, size).at[0, 0].set(prior.channels / 2)


@partial(jax.jit, static_argnames=("teacher", "prior", "rows", "sweeps"))
def _gibbs(
    keys: Array, chain_keys: Array, shift: ArrayLike, sizes: Array, scale: Array, burn_in: ArrayLike, *,
    teacher: LinearTeacher, prior: LinearPrior, rows: int, sweeps: int,
) -> GibbsCurves:  # fmt: skip
    starts = jnp.stack([lazy_start(prior, teacher.size), aligned_start(prior, teacher.size)])
    kept = jnp.where(jnp.arange(sweeps) >= burn_in, 1.0, 0.0)
    kept = kept / kept.sum()

    def one_set(pair: tuple[Array, Array]) -> GibbsCurves:
        key, chain_key = pair
        inputs, targets = teacher.draw(key, rows, shift)

        def one_size(pair: tuple[Array, Array]) -> GibbsCurves:
            key, size = pair
            # Samples beyond the size are zero, inputs and targets: they say nothing.
            used = jnp.where(jnp.arange(rows) < size, 1.0, 0.0)
            x, y = inputs * used[:, None, None], targets * used
            controls = _controls(x, y, size.astype(x.dtype))
            return _two_chains(key, scale * x, scale * y, starts, prior, kept, controls)

        curves: GibbsCurves = jax.lax.map(one_size, (jax.random.split(chain_key, len(sizes)), sizes))
        return curves

    # One data set after the other: large products run at the machine's rate, and only order parameters are kept.
    curves: GibbsCurves = jax.lax.map(one_set, (keys, chain_keys))
    return curves


def _two_chains(
    key: Array, inputs: Array, targets: Array, starts: Array, prior: LinearPrior, kept: Array, controls: Array
) -> GibbsCurves:
    """On one training set, without the axis of sizes; averages with the weights `kept` of the sweeps."""
    size, sweeps = inputs.shape[2], len(kept)

    def chain(argument: tuple[Array, Array]) -> tuple[Array, Array, Array, Array]:
        key, start = argument
        means, along, total = gibbs_chain(key, inputs, targets, start, prior=prior, sweeps=sweeps, observe=_observe)
        return jnp.tensordot(kept, means, axes=1), means[:, 0, 0], kept @ along, kept @ total

    means, traces, along, total = jax.lax.map(chain, (jax.random.split(key), starts))
    norm = size / prior.channels
    return GibbsCurves(
        learnability=means[:, 0, 0].mean(),
        ratio=norm * along.mean(),
        orthogonal=norm * (total - along).mean() / (size - 1),
        mse=squared_error(means),
        trace=traces.T,
        controls=controls,
    )


def squared_error(means: Float[Array, "2 patches size"]) -> Float[Array, ""]:
    """|⟨B⟩ − a*w*ᵀ|² from the means of two chains: their noises are independent, so that their product has no bias."""
    errors = means.at[:, 0, 0].add(-1.0)
    return jnp.sum(errors[0] * errors[1])


def _controls(inputs: Array, targets: Array, samples: Array) -> Float[Array, " controls"]:
    """Teacher power, squared gradient G = Xᵀy/P off the teacher (its row, its column, all of it) and input power.

    Less their expectations, which are exact: the entries of x other than the teacher's are independent of y, so
    E[G_ij²] = E[|y|²]/P² = 1/P there.
    """
    squares = (jnp.einsum("p,pis->is", targets, inputs) / samples) ** 2
    squares = squares.at[0, 0].set(0.0) - 1.0 / samples
    return jnp.stack(
        [
            jnp.sum(targets**2) / samples - 1,
            squares[0, 1:].sum(),
            squares[1:, 0].sum(),
            squares.sum() + 1.0 / samples,
            jnp.sum(inputs**2) / (samples * inputs[0].size) - 1,
        ]
    )


def _observe(state: GibbsState) -> tuple[Array, Array, Array]:
    return state.mean, state.weight_gram[0, 0], jnp.trace(state.weight_gram)


def _overlaps(weights: Weights) -> dict[str, Array]:
    along = weights.hidden[..., 0]
    return {"overlap": jnp.sum(along * weights.readout[..., 0], axis=-1), "square": jnp.mean(along**2, axis=-1)}
