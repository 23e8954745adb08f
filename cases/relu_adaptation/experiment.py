"""What is measured: posteriors of two-layer ReLU networks in mean-field scaling, each on given data sets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.sampling import Sampler, TwoLayerNetwork, Underdamped, Weights, fully_connected
from fieldbench.sampling.integrators import normals
from fieldbench.statistics import ess, rhat
from fieldbench.typing import Array

from .task import FOLD_NORM, data_sets, labels

THIN, STEP = 5, 1.4  # steps; the sampler's own step in units of the curvature's root
STARTS = np.array((1.0, 3.0), np.float32)  # the prior, and the prior three times as wide along the teacher


@dataclass(frozen=True)
class Network(Experiment, stream="network"):
    """N neurons in d dimensions on n samples, χ = N: a replicate has two chains of `time` on each of the data sets.

    Half as much of burn-in goes before; times are in units of the prior's own frequency.
    """

    dimension: int
    width: int
    samples: int
    fold: float = 0.3
    ridge: float = 1.0
    sets: int = 4
    time: float = 30.0

    shift: ClassVar[int] = 0

    @property
    def data(self) -> NDArray[np.int_]:
        """Numbers of the data sets."""
        return np.arange(self.sets)

    linear = Quantity("data", symbol="R_1", doc="E[f z]: share of the linear part that is learned", chain=True)
    even = Quantity("data", symbol="R_2", doc="E[f (|z| − √(2/π))] over ε(1 − 2/π): share of the fold", chain=True)
    along = Quantity("data", symbol="d⟨m²⟩", doc="variance of w·v over that of the prior", chain=True)
    rhat_linear = Quantity("data", doc="split R-hat of R_1 over both starts")
    rhat_even = Quantity("data", doc="of R_2")
    rhat_along = Quantity("data", doc="of d⟨m²⟩")
    ess_linear = Quantity("data", doc="effective samples of R_1, both chains together")
    ess_even = Quantity("data", doc="of R_2")
    ess_along = Quantity("data", doc="of d⟨m²⟩")

    @batched(4)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Mapping[Quantity, Any]:
        inputs = data_sets(self.sets, self.samples, self.dimension)
        taught = np.roll(labels(inputs, self.fold), self.shift, axis=-1).astype(np.float32)
        # (sets, replicates, starts, …): the chains of a set share its inputs.
        batch = self.sets, len(keys), len(STARTS)
        energy = fully_connected(
            inputs.astype(np.float32), np.broadcast_to(taught[:, None, None], (*batch, self.samples)).copy(),
            width=self.width, ridge=self.ridge, feature_scale=self.width, activation="relu",
        )  # fmt: skip
        # A network that still adapts passes stiffer places than it ends in: at the energy's own estimate a chain from
        # the wider start diverged.
        energy = replace(energy, curvature=2 * energy.curvature)
        each = jax.vmap(lambda key: jax.random.split(key, (2, *batch[::2])))(keys)
        draw, noise = jnp.moveaxis(each, (0, 1), (2, 0))
        rows = (self.width, self.dimension), (self.width, 1)
        hidden, readout = normals(draw, tuple((*batch, *shape) for shape in rows), jnp.float32)
        stretched = np.array(hidden)
        stretched[..., 0] *= STARTS[:, None]
        steps = THIN * math.ceil(self.time * math.sqrt(float(energy.curvature)) / STEP / THIN)
        samples = sampler.sample(
            energy, Weights(jnp.asarray(stretched), readout), noise, steps=steps, burn_in=steps // 2, thin=THIN,
            observe=Partial(learned, energy),  # type: ignore[no-untyped-call]
        )  # fmt: skip
        found = {name: np.asarray(trace, np.float64) for name, trace in samples.records.items()}
        found["even"] /= self.fold * FOLD_NORM
        values = {self.linear: "linear", self.even: "even", self.along: "along"}
        mixed = (self.rhat_linear, self.rhat_even, self.rhat_along)
        drawn = (self.ess_linear, self.ess_even, self.ess_along)

        def of_each(function: Any) -> list[Any]:
            # records are (kept, sets, replicates, starts)
            return [
                np.array([[function(found[name][:, s, r]) for s in range(self.sets)] for r in range(len(keys))])
                for name in values.values()
            ]

        return {
            **{quantity: found[name].mean(axis=(0, 3)).T for quantity, name in values.items()},
            **dict(zip(mixed, of_each(rhat), strict=True)),
            **dict(zip(drawn, of_each(ess), strict=True)),
        }


@dataclass(frozen=True)
class WithoutRootTwo(Network):
    """Broken: noise of variance T dt in place of 2T dt: half the temperature."""

    @batched(4)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:  # type: ignore[override]  # no port: it is the error
        return super().measure(keys, sampler=Underdamped(temperature=0.5))


@dataclass(frozen=True)
class ShuffledLabels(Network):
    """Broken: each input has its neighbour's label."""

    shift: ClassVar[int] = 1


def learned(energy: TwoLayerNetwork, weights: Weights) -> dict[str, Array]:
    """Exact overlaps for Gaussian inputs, no test set, each of the batch's shape.

    E[z relu(w·x)] = m/2; E[(|z| − √(2/π)) relu(w·x)] = (√q/π)(√(1−ρ²) + ρ asin ρ − 1) with ρ = m/√q: the even half of
    relu is |w·x|/2, and E|z||z′| = (2/π)(√(1−ρ²) + ρ asin ρ) for unit normals of correlation ρ.
    """
    hidden, readout = energy.physical(weights)
    m, length = hidden[..., 0], jnp.linalg.norm(hidden, axis=-1)
    cosine = m / length
    even = length / math.pi * (jnp.sqrt(1 - cosine**2) + cosine * jnp.arcsin(cosine) - 1)
    return {
        "linear": jnp.sum(readout[..., 0] * m / 2, axis=-1),
        "even": jnp.sum(readout[..., 0] * even, axis=-1),
        "along": hidden.shape[-1] * jnp.mean(m**2, axis=-1),
    }
