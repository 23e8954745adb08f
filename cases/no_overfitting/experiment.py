"""What is measured: errors on a flat noisy spectrum, with a tail of small modes, without noise, and at the peak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity
from fieldbench.regression.modes import sign_averaged_errors

Floats = NDArray[np.float64]

MODES, TAIL = 50, 300  # D, and how many small modes follow
NOISE, BARE = 0.25, 1e-6  # variance of the labels; the ridge beside a tail
FLAT = np.full(MODES, 1.0 / MODES)


@dataclass(frozen=True)
class Noisy(Experiment):
    """D equal modes share a target of unit power; T is a ridge or a tail's sum; a replicate averages `draws` data sets.

    Each kind has an error of its own, for checks that speak of one; this class's is that of both.
    """

    ridge: float
    draws: int = 64
    samples: tuple[int, ...] = (25, 50, 75)

    taught_noise: ClassVar[float] = NOISE

    error = Quantity("samples", symbol="MSE", doc="test error against noisy labels, averaged over signs and noise")

    def errors(self, features: Floats, eigenvalues: Floats, ridge: float) -> Floats:
        clean, unit = _errors(features, eigenvalues, ridge, self.samples)
        return np.asarray(np.mean(clean + (self.taught_noise * unit + NOISE), axis=0))


@dataclass(frozen=True)
class Flat(Noisy, stream="flat"):
    """With a ridge T."""

    error = Quantity("samples", symbol="MSE", doc="test error with a ridge")

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        points, _ = jax.random.split(key)
        return {self.error: self.errors(_features(points, self, MODES), FLAT, self.ridge)}


class NoiseLeftOut(Flat):
    """Broken: the labels of the training set have no noise."""

    taught_noise = 0.0


@dataclass(frozen=True)
class Tailed(Noisy, stream="tailed"):
    """With a tail of small modes, untaught, of sum T, and hardly a ridge."""

    tail_factor: ClassVar[float] = 1.0

    error = Quantity("samples", symbol="MSE", doc="test error with a tail")
    tail_change = Quantity("samples", symbol="ln MSE/MSE_T", doc="the tail against a ridge T, on the same low modes")

    @property
    def tail(self) -> Floats:
        """λ_k ∝ k^{−6/5}, k > D."""
        levels = np.arange(MODES + 1.0, MODES + TAIL + 1) ** -1.2
        return np.asarray(self.ridge * levels / levels.sum())

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        points, tails = jax.random.split(key)
        low, small = _features(points, self, MODES), _features(tails, self, TAIL)
        eigenvalues = np.concatenate([FLAT, self.tail_factor * self.tail])
        error = self.errors(np.concatenate([low, small], axis=2), eigenvalues, BARE)
        return {self.error: error, self.tail_change: np.log(error / self.errors(low, FLAT, BARE + self.ridge))}


class DoubledTail(Tailed):
    """Broken: twice the tail."""

    tail_factor = 2.0


@dataclass(frozen=True)
class Noiseless(Experiment, stream="noiseless"):
    """The flat spectrum without noise and with hardly a ridge."""

    ridge: float = 1e-9
    draws: int = 64
    samples: tuple[int, ...] = (10, 25, 40)

    error = Quantity("samples", symbol="MSE", doc="test error without noise")

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        points, _ = jax.random.split(key)
        clean, _ = _errors(_features(points, self, MODES), FLAT, self.ridge, self.samples)
        return {self.error: np.mean(clean, axis=0)}


@dataclass(frozen=True)
class Square(Experiment, stream="square"):
    """P = D, where the peak is: from the singular values of square matrices of features, at ridges in units of λ/D."""

    modes: int
    draws: int
    scaled: tuple[float, ...] = (0.01, 0.1, 1.0, 10.0)

    ridge_factor: ClassVar[float] = 1.0

    height = Quantity("scaled", symbol="E_0", doc="error made of unit label noise, averaged over the noise")

    @property
    def ridge(self) -> Floats:
        """T, with λ = 1/D."""
        return np.array(self.scaled) / self.modes**2

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        features = jax.random.normal(key, (self.draws, self.modes, self.modes))
        levels = jnp.linalg.svd(features, compute_uv=False)[None] ** 2
        # T/λ: the error made of noise depends on nothing else.
        ridges = self.ridge_factor * jnp.array(self.scaled)[:, None, None] / self.modes
        return {self.height: 1.0 + jnp.mean(jnp.sum(levels / (levels + ridges) ** 2, axis=-1), axis=-1)}


class DoubledRidge(Square):
    """Broken: twice the ridge."""

    ridge_factor = 2.0


def _features(key: jax.Array, at: Noisy | Noiseless, modes: int) -> Floats:
    return np.asarray(jax.random.normal(key, (at.draws, at.samples[-1], modes)))


def _errors(features: Floats, eigenvalues: Floats, ridge: float, samples: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Population error on clean labels, and what unit label noise adds, (data sets, samples); D modes are taught."""
    power = np.where(np.arange(eigenvalues.size) < MODES, 1.0 / MODES, 0.0)
    clean, noise = sign_averaged_errors(features, eigenvalues, power[None], [ridge], samples)
    return clean[:, 0, 0], noise[:, 0]
