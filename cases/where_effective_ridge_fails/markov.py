"""Interpolation on the circle with a Markov kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import numpy as np

from fieldbench.claims import Experiment, Quantity
from fieldbench.statistics import adjust

from .experiment import Matrix, angles


@dataclass(frozen=True)
class Markov(Experiment, stream="markov"):
    """Interpolation on the circle with λ_k = 1/(k² + m²), k ∈ ℤ; errors averaged over the phase of the target."""

    samples: int = 40
    mass: float = 1.0
    wavenumber: tuple[int, ...] = (1, 5, 10, 20, 40)
    draws: int = 200

    ridge: ClassVar[float] = 0.0
    mass_factor: ClassVar[float] = 1.0

    error = Quantity("wavenumber", symbol="MSE_k", doc="error of a target of unit power and one wavenumber")
    of_prior = Quantity(symbol="⟨V⟩", doc="error of targets drawn from the prior: mean posterior variance")
    of_noise = Quantity(symbol="E_0 − 1", doc="error made of label noise, per unit of its variance")

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        places = angles(key, self.draws, self.samples)
        apart = np.abs(places[:, :, None] - places[:, None, :])
        kernel, squared = kernels(apart, self.mass_factor * self.mass)
        inverse = np.linalg.inv(kernel + self.ridge * np.eye(self.samples))
        level = kernels(np.zeros(1), self.mass_factor * self.mass)[0][0]
        both = inverse @ squared @ inverse
        known = moments_of_gaps(places)
        errors = []
        for k in self.wavenumber:
            waves = np.cos(k * apart)
            eigenvalue = 1.0 / (k**2 + (self.mass_factor * self.mass) ** 2)
            found = 1.0 + np.sum((both - 2.0 * eigenvalue * inverse) * waves, axis=(1, 2))
            errors.append(adjust(found, known).mean())
        prior = level - np.sum(inverse * squared, axis=(1, 2))
        noise = np.trace(both, axis1=1, axis2=2)
        return {
            self.error: np.array(errors),
            self.of_prior: adjust(prior, known).mean(),
            self.of_noise: adjust(noise, known).mean(),
        }


class MassTimesRootTwo(Markov):
    """Broken: twice m² in the regression's kernel."""

    mass_factor = 2.0**0.5


class WithRidge(Markov):
    """Broken: a ridge of a hundredth of K(x, x), π/tanh π at m = 1."""

    ridge = 0.0315


def kernels(angle: Matrix, mass: float) -> tuple[Matrix, Matrix]:
    """Σ_k λ_k e^{ikθ} and Σ_k λ_k² e^{ikθ}, the second −(1/2m) d/dm of the first, for 0 ≤ θ ≤ 2π."""
    rest, end = np.pi - angle, np.pi * mass
    even, odd, sine = np.cosh(mass * rest), np.sinh(mass * rest), np.sinh(end)
    first = np.pi * even / (mass * sine)
    second = even / (mass * sine) + np.pi * even * np.cosh(end) / sine**2 - rest * odd / sine
    return np.asarray(first), np.asarray(np.pi / (2.0 * mass**2) * second)


def moments_of_gaps(places: Matrix) -> Matrix:
    """Σ g^j over the P gaps of each data set over its mean, less one, j = 2 … 6: ⟨g^j⟩ = j!(P − 1)!/(P − 1 + j)!."""
    ordered, samples = np.sort(places, axis=1) / (2.0 * np.pi), places.shape[1]
    gaps = np.diff(ordered, axis=1, append=ordered[:, :1] + 1.0)
    found, mean = [], 1.0 / samples  # ⟨g⟩, and by steps ⟨g^j⟩ = ⟨g^{j−1}⟩ j/(P − 1 + j)
    for j in range(2, 7):
        mean *= j / (samples - 1.0 + j)
        found.append(np.sum(gaps**j, axis=1) / (samples * mean) - 1.0)
    return np.stack(found, axis=1)
