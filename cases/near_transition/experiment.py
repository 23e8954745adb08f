"""What is measured: erf networks in mean-field scaling, taught z ∓ |ε| H_3(z), and how neurons are distributed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.sampling import Sampler, TwoLayerNetwork, Weights, fully_connected
from fieldbench.sampling.networks import erf_network, overlap_density
from fieldbench.statistics import ess, rhat
from fieldbench.typing import Array

THIN = 4  # as in feature-learning-complexity: the stiffest modes turn by up to 1.2 rad a step
FRAMES, APART = 4, 16  # of a chain at which the density is read, steps from one to the next
ASKED = 4  # one neuron of so many is asked for its density: as much work as ten steps a frame
OVERLAPS = np.arange(-22, 23) / 10  # where: beyond the outer wells


@dataclass(frozen=True)
class Network(Experiment, stream="network"):
    """N neurons in d dimensions taught H_1 + ε H_3 on n samples with ridge κ, χ = N.

    `steps` of a chain after a burn-in from the prior. Data sets scatter the results, chains hardly do.

    The density is read off its continuation with half the step: it needs residuals, whose variance the sampler's own
    step makes 4 % too large, so that d⟨m²⟩ of the density would be 3.4 % larger than that of the neurons (half the
    step: 1 %, in pilots at d = 25).
    """

    dimension: int
    samples: int
    width: int
    ridge: float
    cubic: float
    readout_variance: float = 8.0
    hidden_variance: float = 1.0
    steps: int = 128
    burn_in: int = 180

    @property
    def overlap(self) -> NDArray[np.float64]:
        """|w·w*|."""
        return OVERLAPS[OVERLAPS > -1e-9]

    @property
    def moment(self) -> tuple[str, ...]:
        """Of a data set along its teacher."""
        return ("z²", "zH_3", "H_3²")

    linear = Quantity(symbol="L_1", doc="E[f z], the share of the linear part that is learned", chain=True)
    cubic_learned = Quantity(symbol="L_3", doc="E[f H_3]/6ε", chain=True)
    variance_along = Quantity(symbol="d⟨m²⟩", doc="variance of w along the teacher, times d", chain=True)
    fourth_along = Quantity(symbol="d²⟨m⁴⟩", doc="fourth moment of w along the teacher, times d²", chain=True)
    variance_across = Quantity(symbol="d⟨w_⊥²⟩", doc="variance of its other components, times d", chain=True)
    density = Quantity(
        "overlap",
        symbol="p(w·w*)",
        doc="density of neurons, each given all else; 0 below 10⁻³⁸",
        chain=True,
        discrete=True,
    )
    moments = Quantity("moment", doc="of the data set: means of z² − 1, z H_3 and H_3²/6 − 1, which have none")
    drift = Quantity(symbol="Δd⟨m²⟩/d⟨m²⟩", doc="d⟨m²⟩ in the chain's second half over that in its first, less one")
    rhat_linear = Quantity(doc="split R-hat of L_1")
    rhat_cubic = Quantity(doc="of L_3")
    rhat_along = Quantity(doc="of d⟨m²⟩")
    ess_linear = Quantity(doc="effective samples of L_1")
    ess_cubic = Quantity(doc="of L_3")
    ess_along = Quantity(doc="of d⟨m²⟩")

    @batched(4)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Mapping[Quantity, Any]:
        split = jax.vmap(lambda key: jax.random.split(key, 4))(keys)
        shape = (self.samples, self.dimension)
        inputs = jax.vmap(lambda key: jax.random.normal(key, shape, jnp.float32))(split[:, 0])
        energy = self.energy(inputs)
        chain = sampler.sample(
            energy, self.prior(split[:, 1]), split[:, 2], steps=self.steps, burn_in=self.burn_in, thin=THIN,
            observe=Partial(observed, energy),  # type: ignore[no-untyped-call]
        )  # fmt: skip
        finer = replace(energy, curvature=4 * energy.curvature)  # half the step
        end = sampler.sample(
            finer, chain.final, split[:, 3], steps=FRAMES * APART, burn_in=APART, thin=APART,
            observe=Partial(density, finer),  # type: ignore[no-untyped-call]
        )  # fmt: skip
        found = {name: np.asarray(trace, np.float64) for name, trace in (chain.records | end.records).items()}
        cubic = found["hermite"] / (6 * self.cubic)
        series = {"linear": found["linear"], "cubic": cubic, "along": found["overlap"]}
        early, late = np.array_split(found["overlap"], 2)
        right, left = (found["density"][..., side * OVERLAPS > -1e-9] for side in (1, -1))
        return {
            self.linear: found["linear"].mean(axis=0),
            self.cubic_learned: cubic.mean(axis=0),
            self.variance_along: found["overlap"].mean(axis=0),
            self.fourth_along: found["fourth"].mean(axis=0),
            self.variance_across: found["radius"].mean(axis=0),
            self.density: (right + left[..., ::-1]).mean(axis=0) / 2,  # (w, a) and (−w, −a) are one neuron
            self.drift: late.mean(axis=0) / early.mean(axis=0) - 1,
            self.moments: moments(np.asarray(inputs[..., 0], np.float64)),
            **{getattr(self, f"rhat_{name}"): rhat(trace[:, None]) for name, trace in series.items()},
            **{getattr(self, f"ess_{name}"): ess(trace[:, None]) for name, trace in series.items()},
        }

    def energy(self, inputs: jax.Array) -> TwoLayerNetwork:
        """U of one network on each data set."""
        return fully_connected(
            inputs, self.labels(inputs), width=self.width, ridge=self.ridge, feature_scale=self.width,
            hidden_variance=self.hidden_variance, readout_variance=self.readout_variance,
        )  # fmt: skip

    def labels(self, inputs: jax.Array) -> jax.Array:
        """z + ε H_3(z), z the first coordinate, (replicates, samples)."""
        z = inputs[..., 0]
        return z + self.cubic * (z**3 - 3 * z)

    def prior(self, keys: jax.Array) -> Weights:
        def one(key: jax.Array) -> Weights:
            hidden, readout = jax.random.split(key)
            normal = jax.random.normal
            return Weights(
                normal(hidden, (self.width, self.dimension), jnp.float32), normal(readout, (self.width, 1), jnp.float32)
            )

        start: Weights = jax.vmap(one)(keys)
        return start


def observed(energy: TwoLayerNetwork, whitened: Weights) -> dict[str, Array]:
    """Order parameters and d²⟨m⁴⟩, (replicates,)."""
    weights = energy.physical(whitened)
    fourth = energy.inputs.shape[-1] ** 2 * jnp.mean(weights.hidden[..., 0] ** 4, axis=-1)
    return erf_network(weights) | {"fourth": fourth}


def density(energy: TwoLayerNetwork, whitened: Weights) -> dict[str, Array]:
    """p(m) at OVERLAPS, (replicates, overlaps)."""
    return {"density": overlap_density(energy, whitened, OVERLAPS, max(1, energy.width // ASKED))}


def moments(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of z² − 1, z H_3 and H_3²/6 − 1 of data sets, (sets, samples) → (sets, 3); their expectations are zero."""
    cubic = z**3 - 3 * z
    return np.stack([(z**2).mean(-1) - 1, (z * cubic).mean(-1), (cubic**2).mean(-1) / 6 - 1], axis=-1)
