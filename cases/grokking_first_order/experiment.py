"""What is measured: networks of the source's ray, from a cold and a hot start; and the two starts under one noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.sampling import Sampler, TwoLayerNetwork, Underdamped, Weights, fully_connected
from fieldbench.sampling.integrators import coupled_distance, normals
from fieldbench.statistics import ess, rhat

from .overlaps import THRESHOLDS, observed

THIN = 4  # as in feature-learning-complexity: the stiffest modes turn by up to 1.2 rad a step
READOUT_VARIANCE = 8 / 700**2  # Var(a) at β = 1


@dataclass(frozen=True)
class Source(Experiment):
    """A point of arXiv:2310.03789's ray: d = 150√β, n = 3000β, N = 700β, Var(a) = 8/(700²β^(3/2)), noise σ²."""

    beta: float
    noise: float
    steps: int = 2000
    cubic: float = -0.3
    hidden_variance: float = 0.5

    @property
    def dimension(self) -> int:
        return round(150 * math.sqrt(self.beta))

    @property
    def samples(self) -> int:
        return round(3000 * self.beta)

    @property
    def width(self) -> int:
        return round(700 * self.beta)

    @property
    def variance(self) -> float:
        """Var(a)."""
        return READOUT_VARIANCE / math.pow(self.beta, 1.5)

    def energy(self, inputs: jax.Array, chains: int) -> TwoLayerNetwork:
        """U of networks in full mean-field scaling (χ = N, κ = σ²N), `chains` of them on each data set."""
        targets = jnp.repeat(self.labels(inputs)[:, None], chains, axis=1)
        return fully_connected(
            inputs, targets, width=self.width, ridge=self.noise * self.width, feature_scale=self.width,
            hidden_variance=self.hidden_variance, readout_variance=self.variance * self.width**2,
        )  # fmt: skip

    def labels(self, inputs: jax.Array) -> jax.Array:
        """z + ε H_3(z), z the first coordinate, (replicates, samples)."""
        z = inputs[..., 0]
        return z + self.cubic * (z**3 - 3 * z)

    def inputs(self, keys: jax.Array) -> jax.Array:
        shape = (self.samples, self.dimension)
        return jax.vmap(lambda key: jax.random.normal(key, shape, jnp.float32))(keys)

    def cold_and_hot(self, keys: jax.Array) -> Weights:
        """Whitened weights (replicates, 2, …): cold, a draw from the prior; hot, every neuron aligned.

        A hot neuron has |w·w*| = 1, beyond the droplets' well, and a readout of the prior's size and its overlap's
        sign: f is then about 1.3 H_1 − .1 H_3 to begin with.
        """
        shapes = (len(keys), 1, self.width, self.dimension), (len(keys), 1, self.width, 1)
        hidden, readout = normals(keys[:, None], shapes, jnp.float32)
        along = jnp.sign(hidden[..., 0])
        far = math.sqrt(self.dimension / self.hidden_variance)
        hot = hidden.at[..., 0].set(far * along), jnp.abs(readout) * along[..., None]
        return Weights(*(jnp.concatenate(pair, axis=1) for pair in zip((hidden, readout), hot, strict=True)))


@dataclass(frozen=True)
class Network(Source, stream="network"):
    """A replicate averages `sets` data sets: `steps` of a chain from one or both starts, after half of them as burn-in.

    Data sets scatter the results, chains hardly do.
    """

    sets: int = 1
    starts: int = 2

    @property
    def threshold(self) -> NDArray[np.float64]:
        """Of |w·w*|."""
        return THRESHOLDS

    @property
    def moment(self) -> tuple[str, ...]:
        """Of a data set along its teacher."""
        return ("z²", "zH_3", "H_3²")

    @property
    def overlap(self) -> NDArray[np.float64]:
        """Centres of the bins of |w·w*|."""
        return (THRESHOLDS[1:] + THRESHOLDS[:-1]) / 2

    linear = Quantity(symbol="b", doc="H_1 of the discrepancy, 1 − E[f z]", chain=True)
    cubic_learned = Quantity(symbol="L_3", doc="E[f H_3]/6ε", chain=True)
    quintic = Quantity(symbol="E[f H_5]/√120", doc="normalised H_5 of the network", chain=True)
    variance_along = Quantity(symbol="d⟨m²⟩", doc="variance of w along the teacher, times d", chain=True)
    variance_across = Quantity(symbol="d⟨w_⊥²⟩", doc="variance of its other components, times d", chain=True)
    density = Quantity("overlap", symbol="p(w·w*)", doc="density of neurons, a count", chain=True, discrete=True)
    beyond = Quantity(
        "threshold", symbol="P(|w·w*| > m)", doc="fraction of the neurons, a count", chain=True, discrete=True
    )
    moments = Quantity("moment", doc="of the data set: means of z² − 1, z H_3 and H_3²/6 − 1, which have none")
    start = Quantity(symbol="hot − cold", doc="of L_3: what is left of the start", chain=True)
    rhat_linear = Quantity(doc="split R-hat of b over both starts")
    rhat_cubic = Quantity(doc="of L_3")
    rhat_along = Quantity(doc="of d⟨m²⟩")
    ess_linear = Quantity(doc="effective samples of b, both starts together")
    ess_cubic = Quantity(doc="of L_3")
    ess_along = Quantity(doc="of d⟨m²⟩")

    @batched(8)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Mapping[Quantity, Any]:
        drawn = jax.vmap(lambda key: jax.random.split(key, self.sets))(keys).reshape(-1)
        split = jax.vmap(lambda key: jax.random.split(key, 4))(drawn)
        inputs = self.inputs(split[:, 0])
        energy = self.energy(inputs, chains=self.starts)
        initial = jax.tree.map(lambda w: w[:, : self.starts], self.cold_and_hot(split[:, 1]))
        samples = sampler.sample(
            energy, initial, split[:, 2 : 2 + self.starts], steps=self.steps, burn_in=self.steps // 2, thin=THIN,
            observe=Partial(observed, energy),  # type: ignore[no-untyped-call]
        )  # fmt: skip
        found = {name: np.asarray(trace, np.float64) for name, trace in samples.records.items()}
        cubic = found["hermite"] / (6 * self.cubic)
        series = {"linear": found["linear"], "cubic": cubic, "along": found["overlap"]}
        beyond = self.mean(found["beyond"].mean(axis=(0, 2)))
        return {
            self.linear: self.mean(1 - found["linear"].mean(axis=(0, 2))),
            self.cubic_learned: self.mean(cubic.mean(axis=(0, 2))),
            self.quintic: self.mean(found["quintic"].mean(axis=(0, 2))) / math.sqrt(120),
            self.variance_along: self.mean(found["overlap"].mean(axis=(0, 2))),
            self.variance_across: self.mean(found["radius"].mean(axis=(0, 2))),
            self.density: -np.diff(beyond) / np.diff(THRESHOLDS) / 2,
            self.beyond: beyond,
            self.moments: self.mean(moments(np.asarray(inputs[..., 0], np.float64))),
            self.start: self.mean(cubic[:, :, -1].mean(axis=0) - cubic[:, :, 0].mean(axis=0)),
            **{getattr(self, f"rhat_{name}"): self.mean(rhat(_chains(trace))) for name, trace in series.items()},
            **{getattr(self, f"ess_{name}"): self.mean(ess(_chains(trace))) for name, trace in series.items()},
        }

    def mean(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Over the data sets of each replicate."""
        found: NDArray[np.float64] = values.reshape(-1, self.sets, *values.shape[1:]).mean(axis=1)
        return found


def _chains(trace: NDArray[np.float64]) -> NDArray[np.float64]:
    """(draws, data sets, chains) → (draws, chains, data sets), one series a data set."""
    return trace.transpose(0, 2, 1)


def moments(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of z² − 1, z H_3 and H_3²/6 − 1 of data sets, (sets, samples) → (sets, 3); their expectations are zero."""
    cubic = z**3 - 3 * z
    return np.stack([(z**2).mean(-1) - 1, (z * cubic).mean(-1), (cubic**2).mean(-1) / 6 - 1], axis=-1)


@dataclass(frozen=True)
class Twins(Source, stream="twins"):
    """The two starts driven by one noise: how much of their distance is left after `steps`."""

    contraction = Quantity(symbol="log₁₀ distance/first", doc="of whitened weights, last over first")

    @batched(8)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Mapping[Quantity, Any]:
        split = jax.vmap(lambda key: jax.random.split(key, 3))(keys)
        energy = self.energy(self.inputs(split[:, 0]), chains=1)
        cold, hot = (jax.tree.map(lambda w, i=i: w[:, i : i + 1], self.cold_and_hot(split[:, 1])) for i in (0, 1))
        distance = coupled_distance(sampler, energy, cold, hot, split[:, 2:], steps=self.steps, thin=THIN)
        found = np.asarray(distance, np.float64)[:, :, 0]
        return {self.contraction: np.log10(found[-1] / found[0])}


@dataclass(frozen=True)
class WithoutRootTwo(Network):
    """Broken: noise of variance T dt in place of 2T dt, as arXiv:2310.03789 eq. 6 misread: half the temperature."""

    @batched(8)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:  # type: ignore[override]  # no port: it is the error
        return super().measure(keys, sampler=Underdamped(temperature=0.5))
