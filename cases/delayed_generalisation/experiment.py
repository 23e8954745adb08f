"""What is measured: noisy gradient descent of erf networks from their prior, its errors against training time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from numpy.typing import NDArray
from scipy.special import erf

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.sampling import (
    EulerMaruyama,
    TwoLayerNetwork,
    Weights,
    fully_connected,
    sample_preconditioned,
)
from fieldbench.sampling.integrators import normals

from .curves import THRESHOLDS, observed

Values = NDArray[np.float64]

RECORDS, BINS = 200, 12
STEP = 0.15  # over the largest curvature at the start; training raises it up to tenfold where an input has |z| > 3
HIDDEN_VARIANCE = 0.5


@dataclass(frozen=True)
class Training(Experiment, stream="training"):
    """N neurons, Var(a) = σ_a²/N, trained for `horizon` units of θ' = −∇U + √2 ξ', θ = (w, a), from the prior.

    U is the posterior's: the time of the source's noisy gradient descent, learning rate times steps, over σ².
    """

    width: int
    readout: float
    horizon: float = 0.12
    dimension: int = 16
    samples: int = 96
    noise: float = 0.05
    cubic: float = -1.2

    @property
    def variance(self) -> float:
        """E[y²] = 1 + 6ε²."""
        return 1 + 6 * self.cubic**2

    @property
    def step(self) -> float:
        """h of Euler–Maruyama, in units of `horizon`."""
        return STEP / curvature(self)

    @property
    def thin(self) -> int:
        return math.ceil(self.horizon / self.step / RECORDS)

    @property
    def time(self) -> Values:
        """Zero, and the mean times of bins that are even in the logarithm."""
        moments = self.step * self.thin * np.arange(1, RECORDS + 1)
        return np.array([0.0, *(moments[part].mean() for part in bins())])

    @property
    def threshold(self) -> Values:
        """Of |w·w*|."""
        return THRESHOLDS

    hidden_scale: ClassVar[float] = 1.0  # of the hidden weights' metric: √ of their learning rate over the readouts'

    train = Quantity("time", symbol="⟨(f−y)²⟩/⟨y²⟩", doc="training error over the data set's own mean of y²")
    test = Quantity("time", symbol="E[(f−y)²]/E[y²]", doc="test error, exact")
    cubic_learned = Quantity("time", symbol="E[f H_3]/6ε", doc="1 if learned")
    beyond = Quantity("threshold", symbol="P(|w·w*| > m)", doc="share of neurons, in the last bin", discrete=True)

    @batched(4)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:
        energy, initial, noise = self.prepared(keys)
        return self.trained(energy, initial, noise)

    def prepared(self, keys: jax.Array) -> tuple[TwoLayerNetwork, Weights, jax.Array]:
        draw, noise = jnp.moveaxis(jax.vmap(jax.random.split)(keys), 1, 0)
        shapes = (self.samples, self.dimension), (self.width, self.dimension), (self.width, 1)
        inputs, *initial = normals(draw, tuple((len(keys), *shape) for shape in shapes), jnp.float32)
        z = inputs[..., 0]
        energy = fully_connected(
            inputs, self.labels(z + self.cubic * (z**3 - 3 * z)), width=self.width, ridge=self.noise,
            hidden_variance=HIDDEN_VARIANCE, readout_variance=self.readout,
        )  # fmt: skip
        return energy, Weights(*initial), noise

    def labels(self, targets: jax.Array) -> jax.Array:
        """What the networks are taught of the targets on their inputs, (replicates, samples)."""
        return targets

    def trained(self, energy: TwoLayerNetwork, initial: Weights, noise: jax.Array) -> dict[Quantity, Any]:
        # Coordinates η = θ: whitened weights are θ over the prior's standard deviations.
        scale = Weights(
            self.hidden_scale * math.sqrt(self.dimension / HIDDEN_VARIANCE),  # type: ignore[arg-type]
            math.sqrt(self.width / self.readout),  # type: ignore[arg-type]
        )
        observe = Partial(observed, energy)  # type: ignore[no-untyped-call]
        run = sample_preconditioned(
            EulerMaruyama(step=STEP), energy, initial, noise, scale=scale, curvature=curvature(self),
            steps=RECORDS * self.thin, burn_in=0, thin=self.thin, observe=observe,
        )  # fmt: skip
        start = jax.jit(observed)(energy, initial)
        series = {name: binned(np.asarray(start[name]), np.asarray(trace)) for name, trace in run.records.items()}
        own = np.mean(np.asarray(energy.targets, np.float64) ** 2, axis=-1)
        return {
            self.train: (series["train"] / own).T,
            self.test: self.error(series).T,
            self.cubic_learned: series["hermite"].T / (6 * self.cubic),
            self.beyond: series["beyond"][-1],
        }

    def error(self, found: Mapping[str, Values]) -> Values:
        """E[(f − y)²]/E[y²] of what was observed."""
        overlap = found["linear"] + self.cubic * found["hermite"]
        error: Values = (self.variance - 2 * overlap + found["norm"]) / self.variance
        return error


@cache
def bins() -> list[slice]:
    """Stretches of records, even in the logarithm of time."""
    edges = np.unique(np.round(np.geomspace(1, RECORDS + 1, BINS + 1)).astype(int)) - 1
    return [slice(*pair) for pair in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]


def binned(start: NDArray[Any], trace: NDArray[Any]) -> Values:
    """The start and the means of each bin, (1 + bins, replicates, …)."""
    return np.stack([start.astype(np.float64), *(trace[part].astype(np.float64).mean(axis=0) for part in bins())])


@cache
def curvature(at: Training) -> float:
    """Largest second derivative of U at the start: N/σ_a² of the prior, and of the tangent kernel's Gram over σ².

    Of one network and data set of a fixed seed: others differ by a fifth.
    """
    draw = np.random.default_rng(0)
    inputs = draw.normal(size=(at.samples, at.dimension))
    hidden = draw.normal(size=(at.width, at.dimension)) * math.sqrt(HIDDEN_VARIANCE / at.dimension)
    readout = draw.normal(size=at.width) * math.sqrt(at.readout / at.width)
    fields = inputs @ hidden.T
    features, slopes = erf(fields), 2 / math.sqrt(math.pi) * np.exp(-(fields**2)) * readout
    gram = features @ features.T + (slopes @ slopes.T) * (inputs @ inputs.T)
    return float(at.width / at.readout + np.linalg.eigvalsh(gram)[-1] / at.noise)


@dataclass(frozen=True)
class FrozenFeatures(Training):
    """Broken: hidden weights are not trained, only the readout is."""

    hidden_scale: ClassVar = 1e-4


@dataclass(frozen=True)
class ShuffledLabels(Training):
    """Broken: the labels belong to other inputs, so that there is nothing to learn."""

    def labels(self, targets: jax.Array) -> jax.Array:
        return jnp.roll(targets, 1, axis=-1)
