"""What is measured: order parameters of a two-layer linear CNN's posterior, by exact Gibbs sampling and by Langevin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.sampling import Sampler, Underdamped
from fieldbench.sampling.networks import LinearPrior
from fieldbench.statistics import adjust, ess, rhat
from fieldbench.typing import AnyArray

from .chains import GibbsCurves, LinearTeacher, Posteriors

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ray(Experiment):
    """A network on the source's ray N = 10 α, S = 50 α, C = 1000 α and nested training sets of `samples`.

    Of each Gibbs chain two sweeps are kept after `burn_in`.
    """

    alpha: float
    samples: tuple[int, ...]
    draws: int
    ridge: float = 1.0
    mean_field: float = 100.0
    burn_in: int = 3

    @property
    def teacher(self) -> LinearTeacher:
        return LinearTeacher(patches=round(10 * self.alpha), size=round(50 * self.alpha))

    @property
    def prior(self) -> LinearPrior:
        return LinearPrior(channels=round(1000 * self.alpha), mean_field=self.mean_field, ridge=self.ridge)

    @property
    def posteriors(self) -> Posteriors:
        return Posteriors(self.teacher, self.prior, self.samples)

    @property
    def dimension(self) -> int:
        return self.teacher.patches * self.teacher.size

    def split(self, keys: jax.Array) -> jax.Array:
        """Keys of the draws of each replicate, (replicates, draws)."""
        return jax.vmap(lambda key: jax.random.split(key, self.draws))(keys)

    def by_gibbs(self, keys: jax.Array, chain_keys: jax.Array, shift: int = 0) -> GibbsCurves:
        """Averages on the data set of each key, (replicates, draws, samples, …)."""
        flat = keys.reshape(-1), chain_keys.reshape(-1)
        found = self.posteriors.gibbs(*flat, shift, burn_in=self.burn_in, keep=2)
        curves: GibbsCurves = jax.tree.map(lambda a: np.asarray(a).reshape(*keys.shape, *a.shape[1:]), found)
        return curves


@dataclass(frozen=True)
class Gibbs(Ray, stream="gibbs"):
    """Exact block Gibbs; a replicate is the mean over `draws` independent data sets."""

    shift: ClassVar[int] = 0

    learnability = Quantity("samples", symbol="L", doc="share of the teacher that is learned", chain=True)
    ratio = Quantity("samples", symbol="x", doc="kernel eigenvalue along the teacher over the prior's", chain=True)
    orthogonal = Quantity("samples", symbol="x_perp", doc="the same across the teacher", chain=True)
    mse = Quantity("samples", symbol="M", doc="test error of the posterior's mean", chain=True)
    rhat = Quantity("samples", symbol="R-hat", doc="of a lazy and an aligned start, over the block's data sets")
    ess = Quantity("samples", symbol="ESS", doc="effective draws of the posterior, a replicate")

    @batched(8, common="the coefficients of the control variates, fitted to all data sets of the block")
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:
        split = self.split(keys)
        sets = self.by_gibbs(split, split, self.shift)
        # Chains are short because they forget their start in a sweep: pool the block's data sets.
        chains, replicates, shape = _pooled(sets.trace), len(keys), (-1, 2, len(self.samples))
        return {
            self.learnability: _average(sets.learnability, sets.controls),
            self.ratio: _average(sets.ratio, sets.controls),
            self.orthogonal: _average(sets.orthogonal, sets.controls),
            self.mse: _average(sets.mse, sets.controls),
            self.rhat: np.tile(rhat(chains.reshape(shape)), (replicates, 1)),
            self.ess: np.tile(ess(chains.swapaxes(0, 1).reshape(shape)) / replicates, (replicates, 1)),
        }


@dataclass(frozen=True)
class ShuffledLabels(Gibbs):
    """Broken: each input has its neighbour's label."""

    shift: ClassVar[int] = 1


@dataclass(frozen=True)
class Langevin(Ray, stream="langevin"):
    """`steps` of Langevin dynamics beside `draws` pairs of Gibbs chains on one data set of the largest size."""

    steps: int = field(kw_only=True)

    learnability = Quantity(symbol="L", doc="share of the teacher that is learned, by Langevin", chain=True)
    ratio = Quantity(symbol="x", doc="kernel eigenvalue along the teacher, by Langevin", chain=True)
    gibbs_learnability = Quantity(doc="the first by Gibbs", chain=True)
    gibbs_ratio = Quantity(doc="the second by Gibbs", chain=True)
    rhat = Quantity(symbol="R-hat", doc="of Langevin chains, each about its own mean: the larger of both averages'")
    ess = Quantity(symbol="ESS", doc="effective draws of a Langevin chain: the smaller of both averages'")
    gibbs_rhat = Quantity(doc="R-hat of the Gibbs chains, of a lazy and an aligned start")

    @batched(8, common="one stream of noise, of which each chain has its own part; the control variates of Gibbs")
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Mapping[Quantity, Any]:
        split, replicates = self.split(keys), len(keys)
        # As many chains on one data set as Gibbs has data sets: the same compiled program.
        gibbs = self.by_gibbs(jnp.repeat(split[:, :1], self.draws, axis=1), split)
        found = self.posteriors.langevin(split[:, 0], sampler, steps=self.steps, burn_in=400, thin=4)
        learnability, ratio = (np.asarray(trace, np.float64) for trace in (found.learnability, found.ratio))
        centred = np.stack([trace - trace.mean(axis=0) for trace in (learnability, ratio)], axis=2)
        pooled = _pooled(gibbs.trace)[..., -1].reshape(-1, 2)
        return {
            self.learnability: learnability.mean(axis=0),
            self.ratio: ratio.mean(axis=0),
            self.gibbs_learnability: gibbs.learnability.mean(axis=1)[:, -1],
            self.gibbs_ratio: gibbs.ratio.mean(axis=1)[:, -1],
            self.rhat: np.full(replicates, rhat(centred).max()),
            self.ess: np.array([ess(centred[:, [chain]]).min() for chain in range(replicates)]),
            self.gibbs_rhat: np.full(replicates, rhat(pooled)),
        }


@dataclass(frozen=True)
class WithoutRootTwo(Langevin):
    """Broken: the noise as printed, without its factor √2, samples at half the temperature."""

    @batched(8)
    def measure(self, keys: jax.Array, **ports: Any) -> Mapping[Quantity, Any]:
        return super().measure(keys, sampler=Underdamped(temperature=0.5))


def _average(values: AnyArray, controls: AnyArray) -> Array:
    """Over the draws, (replicates, draws, sizes), less what the known fluctuations of the block's data sets explain."""
    flat = controls.reshape(-1, *controls.shape[2:])
    sizes = [adjust(values[..., k].ravel(), flat[:, k]).reshape(values.shape[:2]) for k in range(values.shape[2])]
    return np.asarray(np.stack(sizes, axis=2).mean(axis=1))


def _pooled(trace: AnyArray) -> Array:
    """The two chains of all data sets, (sweeps, data sets, 2, sizes), each data set about its own mean."""
    sets = trace.reshape(-1, *trace.shape[2:])
    return np.asarray((sets - sets.mean(axis=(2, 3), keepdims=True)).transpose(2, 0, 3, 1))
