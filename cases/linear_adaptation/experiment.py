"""What is measured: the exact posterior of two-layer linear networks on given data, by block Gibbs sampling."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.sampling.networks import GibbsState, LinearPrior, gibbs_chain, lazy_start
from fieldbench.statistics import ess, rhat
from fieldbench.typing import Array

from .task import ising_task

BURN_IN = 50  # sweeps; chains forget their start in a few
WATCHED = 3


class Sweep(NamedTuple):
    """Of one sweep: Q, train and test discrepancy of the mean given a layer, dΣ along the teacher and its trace."""

    scale: Array
    train: Array
    test: Array
    along: Array
    total: Array


@dataclass(frozen=True)
class Gibbs(Experiment, stream="gibbs"):
    """`sweeps` of two chains, from the prior's weights and from weights four times as large along the teacher."""

    samples: int
    dimension: int
    width: int
    chi: int
    ridge: float
    data: int = 0
    sweeps: int = 2000

    @property
    def watched(self) -> NDArray[np.int_]:
        """Q, train discrepancy and dΣ along the teacher."""
        return np.arange(WATCHED)

    scale = Quantity(symbol="Q", doc="χ⟨|a|²⟩: the network's kernel over its prior's", chain=True)
    train = Quantity(symbol="1 − yᵀf/n", doc="discrepancy of the mean predictor along the training labels", chain=True)
    test = Quantity(symbol="1 − E[yf]", doc="the same over the population", chain=True)
    along = Quantity(symbol="dΣ_∥", doc="variance of the weights along the teacher, over the prior's", chain=True)
    across = Quantity(symbol="dΣ_⊥", doc="the same, averaged over the other directions", chain=True)
    rhat = Quantity("watched", symbol="R-hat", doc="of both starts")
    ess = Quantity("watched", symbol="ESS", doc="effective draws of both chains together")

    @batched(8)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:
        given = ising_task(self.data, self.samples, self.dimension)
        ridge = self.sampled_ridge()
        # With x/√κ, y√(χ/κ) and readouts √χ a both are one: networks of one shape share a program.
        unit = 1.0 / math.sqrt(ridge), math.sqrt(self.chi / ridge)
        directions = np.stack([given.inputs.T @ given.targets / self.samples, given.class_mean])
        traces = _chains(
            keys, unit[0] * given.inputs, unit[1] * self.labels(given.targets), directions / math.sqrt(self.chi),
            width=self.width, sweeps=self.sweeps,
        )  # fmt: skip
        means = jax.tree.map(lambda trace: np.asarray(trace).mean(axis=(1, 2)), traces)
        # (replicates, starts, sweeps, watched) → (replicates, sweeps, starts, watched)
        series = np.stack([np.asarray(t) for t in (traces.scale, traces.train, traces.along)], axis=-1).swapaxes(1, 2)
        return {
            self.scale: means.scale,
            self.train: means.train,
            self.test: means.test,
            self.along: means.along,
            self.across: (means.total - means.along) / (self.dimension - 1),
            self.rhat: [rhat(each) for each in series],
            self.ess: [ess(each) for each in series],
        }

    def sampled_ridge(self) -> float:
        """κ of the networks that are drawn."""
        return self.ridge

    def labels(self, targets: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the networks are taught."""
        return targets


@dataclass(frozen=True)
class HalfTheNoise(Gibbs):
    """Broken: the likelihood's noise at half its variance, as without the √2 of Langevin's noise."""

    def sampled_ridge(self) -> float:
        return self.ridge / 2


@dataclass(frozen=True)
class ShuffledLabels(Gibbs):
    """Broken: each input has the label of one a quarter further, which is its own for half of them."""

    def labels(self, targets: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.roll(targets, len(targets) // 4)


@partial(jax.jit, static_argnames=("width", "sweeps"))
def _chains(keys: Array, inputs: Array, targets: Array, directions: Array, *, width: int, sweeps: int) -> Sweep:
    """Both chains of each key after their burn-in, entries (replicates, 2, sweeps); χ and κ are one.

    The map's overlaps with `directions`, (2, d), are what is learned on the data and over the population.
    """
    dimension, prior = inputs.shape[1], LinearPrior(channels=width, mean_field=1.0, ridge=1.0)
    teacher = directions[1] / jnp.linalg.norm(directions[1])
    lazy = lazy_start(prior, dimension)
    starts = jnp.stack([lazy, lazy + 3.0 * width / dimension * jnp.outer(teacher, teacher)])

    def observe(state: GibbsState) -> Sweep:
        train, test = 1.0 - directions @ state.mean[0]
        return Sweep(
            scale=state.readout_gram[0, 0],
            train=train,
            test=test,
            along=dimension / width * teacher @ state.weight_gram @ teacher,
            total=dimension / width * jnp.trace(state.weight_gram),
        )

    def chain(key: Array, start: Array) -> Sweep:
        found = gibbs_chain(key, inputs[:, None], targets, start, prior=prior, sweeps=BURN_IN + sweeps, observe=observe)
        kept: Sweep = jax.tree.map(lambda trace: trace[BURN_IN:], found)
        return kept

    each = jax.vmap(jax.random.split)(keys).reshape(2 * len(keys))
    found: Sweep = jax.vmap(chain)(each, jnp.tile(starts, (len(keys), 1, 1)))
    shaped: Sweep = jax.tree.map(lambda trace: trace.reshape(len(keys), 2, sweeps), found)
    return shaped
