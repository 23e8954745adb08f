"""What is measured: the excess risk of least squares of minimum norm, from the fitted coefficients alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity
from fieldbench.data import normals


@dataclass(frozen=True)
class Regression(Experiment):
    """n samples of p independent Gaussian features, y = x_1 + noise; a replicate averages `draws` data sets."""

    features: int
    samples: int = 80
    draws: int = 64
    noise: float = 0.2

    risk = Quantity(symbol="R", doc="excess test error |β̂ − β|², in units of the signal r² = 1")

    @property
    def ratio(self) -> float:
        """γ = p/n."""
        return self.features / self.samples

    @property
    def deviation(self) -> float:
        """σ, where `noise` is σ²."""
        return self.noise**0.5

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        of_inputs, of_noise = jax.random.split(key)
        inputs = normals(of_inputs, self.draws, self.samples, self.features)
        labels = inputs[:, :, :1] + self.deviation * normals(of_noise, self.draws, self.samples, 1)
        missed = fitted(inputs, labels)[:, :, 0] - np.eye(1, self.features)
        return {self.risk: np.sum(missed**2, axis=1).mean()}


def fitted(inputs: NDArray[np.float64], labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of all coefficients that fit best, those of the smallest norm, (draws, features, 1)."""
    transposed = np.swapaxes(inputs, 1, 2)
    samples, features = inputs.shape[1:]
    if features < samples:
        return np.linalg.solve(transposed @ inputs, transposed @ labels)
    return np.asarray(transposed @ np.linalg.solve(inputs @ transposed, labels))


@dataclass(frozen=True)
class VarianceForDeviation(Regression):
    """Broken: σ² times a normal number for noise of variance σ²."""

    @property
    def deviation(self) -> float:
        return self.noise
