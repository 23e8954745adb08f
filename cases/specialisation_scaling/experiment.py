"""What is measured: erf networks of finite width that are taught a cubic of one direction."""

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
from fieldbench.sampling.integrators import normals
from fieldbench.sampling.networks import TwoLayerNetwork, Weights, fully_connected, order_parameters
from fieldbench.statistics import ess, rhat
from fieldbench.typing import Array

BORDERS = (0.8, 1.0)  # of |w·w*| beyond which a neuron counts as specialised
THIN = 10  # steps
STEP = 1.4 / math.sqrt(0.4)  # of the sampler, times √P

# Of A, E[f z] and M d/N on the means of z H_3/√6 and H_3²/6 over a data set: fits to pilots.
SLOPES, SLOPES_OF_LINEAR, SLOPES_OF_COUNT = (np.array(slopes) for slopes in ((0.24, 0.085), (0.64, 0.0), (0.0, 0.33)))


@dataclass(frozen=True)
class Network(Experiment, stream="network"):
    """N neurons in d dimensions on P = x√(Nd) samples: `time` of a chain after `burn_in`, from the prior.

    Times are in units of the prior's own frequency.
    """

    dimension: int
    width: int
    load: float
    time: float = 24.0
    burn_in: float = 40.0

    @property
    def samples(self) -> int:
        return round(self.load * math.sqrt(self.width * self.dimension))

    @property
    def border(self) -> NDArray[np.float64]:
        return np.array(BORDERS)

    alignment = Quantity(symbol="A", doc="E[f H_3]/√6, 1 if the cubic is learned", chain=True)
    linear = Quantity(symbol="E[f z]", doc="linear part of what is answered, of which the target has none", chain=True)
    specialised = Quantity("border", symbol="M", doc="neurons with |w·w*| beyond a border", chain=True)
    rhat_alignment = Quantity(doc="split R-hat of A")
    drift = Quantity(symbol="ΔM√(d/N)", doc="M at the larger border in the chain's second half less that in its first")
    ess_alignment = Quantity(doc="effective samples of A")
    ess_specialised = Quantity(doc="of M at the larger border")

    @batched(4)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Mapping[Quantity, Any]:
        draw, noise = jnp.moveaxis(jax.vmap(jax.random.split)(keys), 1, 0)
        # One draw for data and start: a compilation less.
        rows = (self.samples, self.dimension), (self.width, self.dimension), (self.width, 1)
        inputs, *start = normals(draw, tuple((len(keys), *shape) for shape in rows), jnp.float32)
        targets = self.labels(cubic(inputs[..., 0]))
        energy = fully_connected(inputs, targets, width=self.width, ridge=1.0)
        burn_in, steps = (THIN * round(t * math.sqrt(self.samples) / STEP / THIN) for t in (self.burn_in, self.time))
        samples = sampler.sample(
            energy, Weights(*start), noise,
            steps=steps, burn_in=burn_in, thin=THIN,
            observe=Partial(observed, energy),  # type: ignore[no-untyped-call]
        )  # fmt: skip
        traces = {name: np.asarray(trace, np.float64) for name, trace in samples.records.items()}
        excess = moments(np.asarray(inputs[..., 0], np.float64))
        alignment, count = traces["alignment"][:, None], traces["specialised"][:, None, :, -1]
        early, late = np.array_split(count, 2)
        turn = self.width / self.dimension * excess @ SLOPES_OF_COUNT
        return {
            self.alignment: traces["alignment"].mean(axis=0) - excess @ SLOPES,
            self.linear: traces["linear"].mean(axis=0) - excess @ SLOPES_OF_LINEAR,
            self.specialised: traces["specialised"].mean(axis=0) - turn[:, None],
            self.rhat_alignment: rhat(alignment),
            self.drift: (late.mean(axis=(0, 1)) - early.mean(axis=(0, 1))) * math.sqrt(self.dimension / self.width),
            self.ess_alignment: ess(alignment),
            self.ess_specialised: ess(count),
        }

    def labels(self, targets: jax.Array) -> jax.Array:
        """What the networks are taught of the targets on their inputs, (replicates, samples)."""
        return targets


def cubic(z: Any) -> Any:
    """H_3(z)/√6, of unit variance."""
    return (z**3 - 3 * z) / math.sqrt(6)


def moments(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of z H_3/√6 and of H_3²/6 − 1 over each data set, (replicates, 2): of expectation zero."""
    return np.stack([(z * cubic(z)).mean(axis=1), (cubic(z) ** 2).mean(axis=1) - 1], axis=1)


def observed(energy: TwoLayerNetwork, weights: Weights) -> dict[str, Array]:
    """A, E[f z] and M at each border, each (replicates, …)."""
    found = order_parameters(energy, weights)
    overlap = jnp.abs(energy.physical(weights).hidden[..., :1])
    counts = jnp.sum(overlap > jnp.asarray(BORDERS, overlap.dtype)[None, None], axis=-2)
    return {"alignment": found["hermite"] / math.sqrt(6), "linear": found["linear"], "specialised": counts}


@dataclass(frozen=True)
class WithoutRootTwo(Network):
    """Broken: noise of variance T dt in place of 2T dt, as arXiv:2310.03789 eq. 6 misread: half the temperature."""

    @batched(4)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:  # type: ignore[override]  # no port: it is the error
        return super().measure(keys, sampler=Underdamped(temperature=0.5))


@dataclass(frozen=True)
class ShuffledLabels(Network):
    """Broken: the labels belong to other inputs, so that there is nothing to learn."""

    def labels(self, targets: jax.Array) -> jax.Array:
        return jnp.roll(targets, 1, axis=-1)
