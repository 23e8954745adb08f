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

THIN = 20  # steps; modes in the mixed phase forget whether they are in the droplet in some 300
SHARES = np.array([0.5, 1.0], np.float32)  # of the modes that start in the droplet: a cold chain and a hot one


@dataclass(frozen=True)
class Network(Experiment, stream="network"):
    """`steps` of two chains of N neurons, a cold and a hot one, after as many of burn-in.

    `ratio` is the noise over its value κ̂_end at the end of the mixed phase. Other P and c are reached from P = 11 and
    c = .01, where κ̂_end = .0369 and ŝ = 1.459e-5, at the same a as a function of it: κ̂ ∝ P√c, ŝ ∝ Pc^{3/2}.
    """

    modulus: int
    width: int
    ratio: float
    cubic: float = 0.01
    steps: int = 1800

    @property
    def noise(self) -> float:
        """κ̂ = Nκ."""
        return 0.0369 * self.ratio * self.modulus / 11 * math.sqrt(self.cubic / 0.01)

    @property
    def strength(self) -> float:
        """ŝ = Ns = N²⟨a²⟩."""
        return 1.459e-5 * self.modulus / 11 * math.pow(self.cubic / 0.01, 1.5)

    @property
    def mode(self) -> NDArray[np.int64]:
        """Fourier index k of the independent modes."""
        return np.arange(1, (self.modulus + 1) // 2)

    amplitude = Quantity(symbol="a", doc="discrepancy f − y along the target, −1 if nothing is learned", chain=True)
    product = Quantity("mode", symbol="⟨rr′⟩", doc="powers of both layers in a mode, averaged over neurons", chain=True)
    droplet = Quantity("mode", symbol="p", doc="share of neurons whose powers both exceed 1/√(3c)", chain=True)
    gap = Quantity(symbol="Δa", doc="a of the hot chain less that of the cold one")
    share_gap = Quantity(symbol="Δp", doc="the same of p, over all modes")
    rhat_amplitude = Quantity(doc="split R-hat of a over both starts")
    rhat_product = Quantity("mode", doc="of ⟨rr′⟩")
    ess_amplitude = Quantity(doc="effective samples of a, both starts together")
    ess_product = Quantity("mode", doc="of ⟨rr′⟩")

    @batched(8)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Mapping[Quantity, Any]:
        energy = modular_network(
            modular_labels(self.modulus), batch=(len(keys), len(SHARES)), width=self.width,
            strength=self.sampled_strength(), noise=self.noise, cubic=self.cubic,
        )  # fmt: skip
        start, noise = jnp.moveaxis(jax.vmap(lambda key: jax.random.split(key, (2, len(SHARES))))(keys), 1, 0)
        samples = sampler.sample(
            energy, energy.start(start, jnp.broadcast_to(jnp.asarray(SHARES), energy.batch)), noise,
            steps=self.steps, burn_in=self.steps, thin=THIN,
            observe=Partial(ModularNetwork.observables, energy),  # type: ignore[no-untyped-call]
        )  # fmt: skip
        traces = {name: np.asarray(trace, np.float64) for name, trace in samples.records.items()}
        # (draws, replicates, starts, …) → (draws, starts, replicates, …)
        series = {name: np.moveaxis(trace, 1, 2) for name, trace in traces.items()}
        hotter = {name: mean[1] - mean[0] for name, mean in ((n, each.mean(axis=0)) for n, each in series.items())}
        return {
            self.amplitude: traces["amplitude"].mean(axis=(0, 2)),
            self.product: traces["product"].mean(axis=(0, 2)),
            self.droplet: traces["droplet"].mean(axis=(0, 2)),
            self.gap: hotter["amplitude"],
            self.share_gap: hotter["droplet"].mean(axis=-1),
            self.rhat_amplitude: rhat(series["amplitude"]),
            self.rhat_product: rhat(series["product"]),
            self.ess_amplitude: ess(series["amplitude"]),
            self.ess_product: ess(series["product"]),
        }

    def sampled_strength(self) -> float:
        """ŝ of the networks that are drawn."""
        return self.strength


@dataclass(frozen=True)
class WithoutRootTwo(Network):
    """Broken: noise of variance T dt in place of 2T dt, as arXiv:2310.03789 eq. 6 misread: half the temperature."""

    @batched(8)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:  # type: ignore[override]  # no port: it is the error
        return super().measure(keys, sampler=Underdamped(temperature=0.5))


@dataclass(frozen=True)
class WeakReadouts(Network):
    """Broken: readouts of variance s/√2 in place of s."""

    def sampled_strength(self) -> float:
        return self.strength / math.sqrt(2)
