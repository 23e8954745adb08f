"""Measures of data whose integrals with a kernel are known, so that errors are exact and need no test set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol, runtime_checkable

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.data import directions, normals
from fieldbench.regression import NestedRegression
from fieldbench.regression.modes import Integrals, population_moments, with_harmonics
from fieldbench.theory.decimation import truncate
from fieldbench.theory.kernels import Kernel, Spectrum, sphere

from .random_harmonics import quadratic_targets

Vector = NDArray[np.float64]

DEGREES = 10  # at d = 50 harmonics of degree ≥ 10 have L < 1e-8 at any P here: their trace is ridge
NOISELESS = 1e-5  # of no account beside any tail, and enough to solve the control that leaves the tail out


@dataclass(frozen=True)
class DataSet:
    """Drawn points: integrals under the kernel, and under one with other eigenvalues; targets with their weights."""

    kernel: Integrals
    series: Callable[[Vector], Integrals]
    weights: Vector

    def moments(self, gpr: NestedRegression, ridge: float, sizes: Sequence[int]) -> Vector:
        """Error and ∫fy dμ, means over targets at each P, (2, sizes)."""
        return self._mean(gpr, self.kernel, ridge, sizes)

    def truncated_error(self, gpr: NestedRegression, low: Spectrum, noise: float, size: int) -> float:
        """The error with a truncated kernel and nothing but its noise, at one P."""
        return float(self._mean(gpr, self.series(low.eigenvalues), NOISELESS + noise, [size])[0, 0])

    def _mean(self, gpr: NestedRegression, integrals: Integrals, ridge: float, sizes: Sequence[int]) -> Vector:
        return np.stack(population_moments(gpr, integrals, ridge, sizes)) @ self.weights


@runtime_checkable
class KnownMeasure(Protocol):
    """A measure of data with a kernel and a target."""

    @property
    def spectrum(self) -> Spectrum:
        """λ_k with degeneracies."""

    @property
    def power(self) -> Vector:
        """The target's power in each space, y_k²."""

    def truncated(self, kept: int, size: int) -> tuple[Spectrum, float]:
        """The truncated kernel that `kept` stands for at P = size, and the trace of all the rest, its noise."""

    def draw(self, key: jax.Array, count: int) -> DataSet:
        """Points and targets of this power."""


@dataclass(frozen=True)
class UniformOnSphere:
    """|x|² = d, ReLU kernel; all linear targets, exactly, and random quadratic ones have half of the power each.

    Truncated kernels are polynomials, of degree `kept`.
    """

    dimension: int
    targets: int = 128
    kernel = Kernel("relu")

    @property
    def spectrum(self) -> Spectrum:
        return _on_sphere(self.kernel, self.dimension)

    @property
    def power(self) -> Vector:
        return np.asarray(np.eye(DEGREES)[1:3].sum(axis=0) / 2)

    def truncated(self, kept: int, size: int) -> tuple[Spectrum, float]:
        return truncate(self.spectrum, kept + 1)

    def draw(self, key: jax.Array, count: int) -> DataSet:
        inputs, targets = self.dimension**0.5 * directions(key, count, self.dimension), self.targets
        cosines = inputs @ inputs.T / self.dimension
        quadratic = quadratic_targets(jax.random.fold_in(key, 1), inputs, targets)
        values = np.concatenate([inputs, quadratic], axis=1)
        counts = [self.dimension, targets]
        degrees, weights = np.repeat([1, 2], counts), np.repeat([0.5 / self.dimension, 0.5 / targets], counts)

        def series(eigenvalues: Vector) -> Integrals:
            return with_harmonics(eigenvalues, self.dimension, cosines, values, degrees)

        # The kernel itself, not its series of DEGREES terms.
        whole = replace(series(self.spectrum.eigenvalues), gram=self.kernel.of_cosine(cosines))
        return DataSet(whole, series, weights)


@dataclass(frozen=True)
class IndependentFeatures:
    """Gaussian features, λ_k = y_k² = k^−exponent; averaged exactly over the signs of all y_k.

    The mean of y yᵀ over signs is S = Σ_k y_k²φ_kφ_kᵀ, that of y hᵀ with the overlaps h is O = Σ_k λ_ky_k²φ_kφ_kᵀ: as
    targets serve the columns of L, S = LLᵀ, with those of OL⁻ᵀ as their overlaps.

    Truncated kernels keep P times `kept` modes.
    """

    features: int
    exponent: float

    @property
    def spectrum(self) -> Spectrum:
        return Spectrum(self.power)

    @property
    def power(self) -> Vector:
        return np.asarray(np.arange(1.0, self.features + 1) ** -self.exponent)

    def truncated(self, kept: int, size: int) -> tuple[Spectrum, float]:
        return truncate(self.spectrum, kept * size)

    def draw(self, key: jax.Array, count: int) -> DataSet:
        features = normals(key, count, self.features)
        labels = np.linalg.cholesky((features * self.power) @ features.T)
        powers = np.full(count, self.power.sum() / count)

        def series(eigenvalues: Vector) -> Integrals:
            few = np.flatnonzero(eigenvalues)
            seen, weighted = features[:, few], features[:, few] * eigenvalues[few]
            overlaps = np.linalg.solve(labels, (weighted * self.power[few]) @ seen.T).T
            return Integrals(weighted @ seen.T, weighted @ weighted.T, labels, overlaps, powers)

        return DataSet(series(self.power), series, np.ones(count))


@cache
def _on_sphere(kernel: Kernel, dimension: int) -> Spectrum:
    return sphere.spectrum(kernel, dimension, degrees=DEGREES)
