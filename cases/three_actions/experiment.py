"""What is measured: the error of regression over P and ridge, on the sphere, with Gaussian features and on digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.data import binary_task
from fieldbench.regression import NestedRegression
from fieldbench.regression.modes import sign_averaged_errors
from fieldbench.theory.kernels import Kernel, gram_matrix

from .known_measure import NOISELESS, DataSet, IndependentFeatures, KnownMeasure, UniformOnSphere

Array = NDArray[np.float64]

RIDGES = (1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0)
BLOCK = 16


class Regression(Experiment):
    """Nested training sizes P at ridges T; a replicate averages over `draws` data sets."""

    samples: tuple[int, ...]
    draws: int
    ridges: tuple[float, ...]

    error = Quantity("samples", "ridges", symbol="MSE", doc="mean squared error of the posterior's mean")

    def averaged(self, keys: jax.Array, one: Callable[[jax.Array], Array]) -> Array:
        """What is measured of one data set, over those of each replicate, (replicates, …)."""
        return np.array([np.mean([one(draw) for draw in jax.random.split(key, self.draws)], axis=0) for key in keys])


class Synthetic(Regression):
    """Exact errors; and, without ridge, truncated kernels with the trace of all the rest as noise beside the kernel."""

    kept: tuple[int, ...]
    truncation: ClassVar[Quantity]
    noise: ClassVar[float] = 1.0

    @property
    def data(self) -> KnownMeasure:
        """Where training sets are drawn from."""
        raise NotImplementedError

    learned = Quantity("samples", "ridges", symbol="ΣL_ky_k²/Σy_k²", doc="∫fy over ∫y²: the target's learnability")

    @batched(BLOCK)
    def measure(self, keys: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        def moments(key: jax.Array) -> Array:
            """Error and ∫fy (2, samples, ridges), then errors of truncated kernels beside a row of no meaning."""
            data = self.data.draw(key, max(self.samples))
            ridges = (*self.ridges, NOISELESS) if self.kept else self.ridges
            whole = [data.moments(gpr, ridge, self.samples) for ridge in ridges]
            cut = [np.broadcast_to(self._truncated(data, kept, gpr), whole[0].shape) for kept in self.kept]
            return np.stack([*whole, *cut], axis=2)

        last = len(self.ridges)
        found, noiseless, truncated = np.split(self.averaged(keys, moments), [last, last + 1], axis=3)
        return {
            self.error: found[:, 0],
            self.learned: found[:, 1] / self.data.power.sum(),
            self.truncation: np.log(truncated[:, 0] / noiseless[:, 0]),
        }

    def _truncated(self, data: DataSet, kept: int, gpr: NestedRegression) -> Array:
        kernels = [(size, *self.data.truncated(kept, size)) for size in self.samples]
        return np.array([data.truncated_error(gpr, low, self.noise * trace, size) for size, low, trace in kernels])


@dataclass(frozen=True)
class Sphere(Synthetic, stream="sphere"):
    """|x|² = d, ReLU kernel, target half linear and half quadratic; `kept` are degrees of polynomial kernels."""

    dimension: int
    samples: tuple[int, ...]
    draws: int
    targets: int = 128
    ridges: tuple[float, ...] = RIDGES
    kept: tuple[int, ...] = (1, 2)

    truncation = Quantity("samples", "kept", symbol="δ ln MSE", doc="of K_{≤r} with the noise K(1) − K_{≤r}(1)")

    @property
    def data(self) -> UniformOnSphere:
        return UniformOnSphere(self.dimension, self.targets)


class TailLeftOut(Sphere):
    """Broken: what is integrated out leaves no ridge; one data set a replicate is enough to notice."""

    noise = 0.0

    @batched(BLOCK)
    def measure(self, keys: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        found = Sphere.measure(replace(self, draws=1, ridges=()), keys, gpr=gpr)
        return {self.truncation: found[self.truncation]}


class TailDoubled(TailLeftOut):
    """Broken: it leaves twice its trace."""

    noise = 2.0


@dataclass(frozen=True)
class GaussianFeatures(Synthetic, stream="gaussian features"):
    """Independent Gaussian features, λ_k = y_k² = k^−exponent; truncated kernels keep P times `kept` modes."""

    features: int
    samples: tuple[int, ...]
    draws: int
    exponent: float = 1.5
    ridges: tuple[float, ...] = RIDGES
    kept: tuple[int, ...] = (1, 2)

    truncation = Quantity("samples", "kept", symbol="δ ln MSE", doc="of K_{≤k} with the noise Σ_{j>k} λ_j")

    @property
    def data(self) -> IndependentFeatures:
        return IndependentFeatures(self.features, self.exponent)


@dataclass(frozen=True)
class ManySets(Regression, stream="many sets"):
    """The same features at few points, in so many data sets that the orders in 1/P stand out.

    The error is averaged over the signs of all y_k exactly.
    """

    features: int
    samples: tuple[int, ...]
    draws: int
    exponent: float = 2.0
    ridges: tuple[float, ...] = RIDGES

    @property
    def data(self) -> IndependentFeatures:
        return IndependentFeatures(self.features, self.exponent)

    @batched(BLOCK)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:
        levels = self.data.power

        def errors(key: jax.Array) -> Array:
            features = np.asarray(jax.random.normal(key, (self.draws, max(self.samples), self.features), float))
            found = sign_averaged_errors(features, levels, levels[None], self.ridges, self.samples)
            return np.asarray(found.clean[:, :, 0].mean(axis=0).T)

        return {self.error: np.stack([errors(key) for key in keys])}


@dataclass(frozen=True)
class Digits(Regression, stream="digits"):
    """P of M images of odd against even digits, erf kernel; the error is that on the images that are not drawn."""

    images: int
    samples: tuple[int, ...]
    draws: int
    ridges: tuple[float, ...] = RIDGES

    datasets = ("digits",)

    @property
    def targets(self) -> Array:
        """y(x_i), (M,)."""
        return binary_task("digits", "odd/even", self.images).targets

    @property
    def gram(self) -> Array:
        """K(x_i, x_j), (M, M)."""
        return _gram(self.images)

    @batched(BLOCK)
    def measure(self, keys: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        def errors(key: jax.Array) -> Array:
            train, rest = np.split(np.asarray(jax.random.permutation(key, self.images)), [max(self.samples)])
            gram, cross, labels = self.gram[train][:, train], self.gram[rest][:, train], self.targets[train, None]
            means = [gpr.predictions(gram, ridge, labels, cross, self.samples)[:, :, 0] for ridge in self.ridges]
            return np.stack([((mean - self.targets[rest]) ** 2).mean(axis=1) for mean in means], axis=1)

        return {self.error: self.averaged(keys, errors)}


@cache
def _gram(images: int) -> Array:
    return gram_matrix(Kernel("erf"), binary_task("digits", "odd/even", images).inputs)
