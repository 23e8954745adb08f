"""What is measured: networks of finite width that learn to add modulo P, on all P² pairs."""

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
from fieldbench.sampling import Sampler, Underdamped
from fieldbench.sampling.networks import ModularNetwork, modular_labels, modular_network
from fieldbench.statistics import ess, rhat

THIN, BURN_IN = 10, 600  # steps; modes in the mixed phase forget whether they are in the droplet in some 150
SHARES = np.array([1 / 3, 1.0], np.float32)  # of the modes that start in the droplet: a cold chain and a hot one


@dataclass(frozen=True)
class Network(Experiment, stream="network"):
    """`steps` of two chains of N neurons, a cold and a hot one, after 600 of burn-in.

    `ratio` is the noise over its value κ̂_end at the end of the mixed phase. From P = 11, c = .01, where κ̂_end = .0369 and
    ŝ = 1.459e-5, the other P and c are reached at the same mean field: κ̂ ∝ P√c, ŝ ∝ Pc^{3/2}.
    """

    modulus: int
    width: int
    ratio: float
    cubic: float = 0.01
    steps: int = 300

    @property
    def noise(self) -> float:
        """κ̂ = Nκ."""
        return 0.0369 * self.ratio * self.modulus / 11 * math.sqrt(self.cubic / 0.01)

    @property
    def strength(self) -> float:
        """ŝ = Ns = N²⟨a²⟩."""
        return 1.459e-5 * self.modulus / 11 * (self.cubic / 0.01) ** 1.5

    @property
    def mode(self) -> NDArray[np.int64]:
        """Fourier index k of the independent modes."""
        return np.arange(1, (self.modulus + 1) // 2)

    amplitude = Quantity(symbol="a", doc="discrepancy f − y along the target, −1 before anything is learned", chain=True)
    product = Quantity("mode", symbol="⟨rr′⟩", doc="powers of both layers in a mode, averaged over neurons", chain=True)
    droplet = Quantity("mode", symbol="p", doc="share of neurons whose powers both exceed 1/√(3c)", chain=True)
    gap = Quantity(symbol="Δa", doc="a of the hot chain less that of the cold one")
    rhat_amplitude = Quantity(doc="split R-hat of a over both starts")
    rhat_product = Quantity("mode", doc="of ⟨rr′⟩")
    rhat_droplet = Quantity("mode", doc="of p")
    ess_amplitude = Quantity(doc="effective samples of a, both starts together")
    ess_product = Quantity("mode", doc="of ⟨rr′⟩")
    ess_droplet = Quantity("mode", doc="of p")

    @batched(8)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Mapping[Quantity, Any]:
        energy = modular_network(
            self.labels(), batch=(len(keys), len(SHARES)), width=self.width, strength=self.strength, noise=self.noise,
            cubic=self.cubic,
        )  # fmt: skip
        start, noise = jnp.moveaxis(jax.vmap(lambda key: jax.random.split(key, (2, len(SHARES))))(keys), 1, 0)
        samples = sampler.sample(
            energy, energy.start(start, jnp.broadcast_to(jnp.asarray(SHARES), energy.batch)), noise,
            steps=self.steps, burn_in=BURN_IN, thin=THIN,
            observe=Partial(ModularNetwork.observables, energy),  # type: ignore[no-untyped-call]
        )  # fmt: skip
        found: dict[Quantity, Any] = {}
        for value, mixed, drawn in (
            (self.amplitude, self.rhat_amplitude, self.ess_amplitude),
            (self.product, self.rhat_product, self.ess_product),
            (self.droplet, self.rhat_droplet, self.ess_droplet),
        ):
            trace = np.asarray(samples.records[value.name], np.float64)
            series = np.moveaxis(trace, 1, 2)  # (draws, starts, replicates, …)
            found |= {value: trace.mean(axis=(0, 2)), mixed: rhat(series), drawn: ess(series)}
        cold, hot = np.asarray(samples.records["amplitude"], np.float64).mean(axis=0).T
        return found | {self.gap: hot - cold}

    def labels(self) -> NDArray[np.float32]:
        """What the network is taught, (P², P)."""
        return modular_labels(self.modulus)


@dataclass(frozen=True)
class WithoutRootTwo(Network):
    """Broken: noise of variance T dt in place of 2T dt, as arXiv:2310.03789 eq. 6 misread: half the temperature."""

    @batched(8)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:  # type: ignore[override]  # no port: it is the error
        return super().measure(keys, sampler=Underdamped(temperature=0.5))


@dataclass(frozen=True)
class WithoutModulo(Network):
    """Broken: sums beyond P − 1 are no class, so that half of the pairs have no label but −1/P."""

    def labels(self) -> NDArray[np.float32]:
        right = modular_labels(self.modulus)
        beyond = np.add.outer(np.arange(self.modulus), np.arange(self.modulus)).ravel() >= self.modulus
        return np.where(beyond[:, None], np.float32(-1 / self.modulus), right)


@dataclass(frozen=True)
class WrongLabels(Network):
    """Broken: a tenth of the pairs have the label of the next sum."""

    def labels(self) -> NDArray[np.float32]:
        right = modular_labels(self.modulus)
        wrong = np.random.default_rng(self.modulus).random(len(right)) < 0.1
        return np.where(wrong[:, None], np.roll(right, 1, axis=1), right)
