"""What is measured: networks taught both signs of a cubic part on the same inputs, from the same start and noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.sampling import Sampler, Underdamped
from fieldbench.sampling.networks import mean_harmonic_response
from fieldbench.statistics import ess, rhat

from .control_variates import adjusted
from .signed_teacher import SIGNS, SignedTeacher


@dataclass(frozen=True)
class Ray(Experiment):
    """A point of the slides' ray: d = 150√β, n = 3000β, N = 700β, κ = 5√β."""

    beta: float

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
    def ridge(self) -> float:
        return 5 * math.sqrt(self.beta)


@dataclass(frozen=True)
class Process(Ray, stream="process"):
    """The infinitely wide network, linear in its labels; a replicate averages `draws` data sets."""

    draws: int = 1

    harmonic_response = Quantity(
        symbol="R_h^GP", doc="share of h that it learns of H_3, over all directions of a teacher"
    )

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        shape = (self.draws, self.samples, self.dimension)
        inputs = np.asarray(jax.random.normal(key, shape), np.float64)
        return {self.harmonic_response: np.mean([mean_harmonic_response(x, ridge=self.ridge) for x in inputs])}


@dataclass(frozen=True)
class Network(Ray, stream="network"):
    """`steps` of a chain after a burn-in of half of them, from one start or two; χ = N√(.08/β), or N in mean field.

    Data sets scatter the results, chains hardly do: replicates are worth more than steps.
    """

    steps: int = 1000
    starts: int = 1
    mean_field: bool = False
    cubic: float = 0.1
    hidden_variance: float = 1.0
    readout_variance: float = 1.0

    @property
    def chi(self) -> float:
        return self.width * (1.0 if self.mean_field else math.sqrt(0.08 / self.beta))

    @property
    def sign(self) -> NDArray[np.float64]:
        """Signs of ε: −1, 0, 1."""
        return np.array(SIGNS)

    linear = Quantity("sign", symbol="L_1", doc="E[f z], the share of the linear part that is learned", chain=True)
    hermite = Quantity("sign", symbol="E[fH_3]/6", doc="coefficient of H_3, erf's own included", chain=True)
    overlap = Quantity("sign", symbol="d⟨m²⟩", doc="variance of the weights along the teacher", chain=True)
    radius = Quantity("sign", symbol="d⟨w_⊥²⟩", doc="variance of their other components", chain=True)
    response = Quantity(symbol="R_3", doc="how E[f H_3] answers the sign of ε: 1 if the cubic is learned", chain=True)
    harmonic_response = Quantity(symbol="R_h", doc="the same of the cubic's harmonic part h", chain=True)
    rhat_linear = Quantity("sign", doc="split R-hat of E[f z]")
    rhat_cubic = Quantity("sign", doc="of E[f H_3]")
    rhat_harmonic = Quantity("sign", doc="of E[f h]")
    rhat_overlap = Quantity("sign", doc="of d⟨m²⟩")
    rhat_radius = Quantity("sign", doc="of d⟨w_⊥²⟩")
    ess_linear = Quantity("sign", doc="effective samples of E[f z], all starts together")
    ess_cubic = Quantity("sign", doc="of E[f H_3]")
    ess_harmonic = Quantity("sign", doc="of E[f h]")
    ess_overlap = Quantity("sign", doc="of d⟨m²⟩")
    ess_radius = Quantity("sign", doc="of d⟨w_⊥²⟩")

    @batched(8)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Mapping[Quantity, Any]:
        chains = SignedTeacher(
            self.width, self.ridge, self.chi, self.cubic, self.steps, burn_in=self.steps // 2, starts=self.starts,
            hidden_variance=self.hidden_variance, readout_variance=self.readout_variance,
        )  # fmt: skip
        split, shape = jax.vmap(jax.random.split)(keys), (self.samples, self.dimension)
        inputs = jax.vmap(lambda key: jax.random.normal(key, shape, jnp.float32))(split[:, 0])
        traces = chains.traces(inputs, self.labels(chains.targets(inputs)), split[:, 1], sampler)
        means = adjusted(chains.means(traces), np.asarray(inputs, np.float64))
        # In the order of the traces.
        mixed = (self.rhat_linear, self.rhat_cubic, self.rhat_harmonic, self.rhat_overlap, self.rhat_radius)
        drawn = (self.ess_linear, self.ess_cubic, self.ess_harmonic, self.ess_overlap, self.ess_radius)
        series = [trace.transpose(0, 2, 1, 3) for trace in traces]
        return {
            self.linear: means.linear,
            self.hermite: means.cubic,
            self.overlap: means.overlap,
            self.radius: means.radius,
            self.response: means.response,
            self.harmonic_response: means.harmonic_response,
            **{quantity: rhat(each) for quantity, each in zip(mixed, series, strict=True)},
            **{quantity: ess(each) for quantity, each in zip(drawn, series, strict=True)},
        }

    def labels(self, targets: jax.Array) -> jax.Array:
        """What the networks are taught of the targets on their inputs, (replicates, signs, samples)."""
        return targets


@dataclass(frozen=True)
class WithoutRootTwo(Network):
    """Broken: noise of variance T dt in place of 2T dt, as arXiv:2310.03789 eq. 6 misread: half the temperature."""

    @batched(8)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:  # type: ignore[override]  # no port: it is the error
        return super().measure(keys, sampler=Underdamped(temperature=0.5))


@dataclass(frozen=True)
class ShuffledLabels(Network):
    """Broken: the labels belong to other inputs, so that there is nothing to learn."""

    def labels(self, targets: jax.Array) -> jax.Array:
        return jnp.roll(targets, 1, axis=-1)
