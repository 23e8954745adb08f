"""What is measured: errors on a flat noisy spectrum, with a tail of small modes, without noise, and at the peak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity
from fieldbench.data import normals
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

    def noisy(self, clean: Floats, unit: Floats) -> Floats:
        """The mean over data sets, with label noise in training and test."""
        return np.asarray(np.mean(clean + (self.taught_noise * unit + NOISE), axis=0))


@dataclass(frozen=True)
class Flat(Noisy, stream="flat"):
    """With a ridge T."""

    error = Quantity("samples", symbol="MSE", doc="test error with a ridge")

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        features = normals(key, self.draws, self.samples[-1], MODES)
        return {self.error: self.noisy(*_flat_errors(features, self.ridge, self.samples))}


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
        features = normals(key, self.draws, self.samples[-1], MODES + TAIL)
        eigenvalues = np.concatenate([FLAT, self.tail_factor * self.tail])
        error = self.noisy(*_errors(features, eigenvalues, BARE, self.samples))
        alone = self.noisy(*_flat_errors(features[:, :, :MODES], BARE + self.ridge, self.samples))
        return {self.error: error, self.tail_change: np.log(error / alone)}


class DoubledTail(Tailed):
    """Broken: twice the tail."""

    tail_factor = 2.0


@dataclass(frozen=True)
class Noiseless(Experiment, stream="noiseless"):
    """The flat spectrum without noise and with hardly a ridge."""

    ridge: float = 1e-9
    draws: int = 8
    samples: tuple[int, ...] = (10, 25, 40)

    error = Quantity("samples", symbol="MSE", doc="test error without noise")

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        features = normals(key, self.draws, self.samples[-1], MODES)
        clean, _ = _errors(features, FLAT, self.ridge, self.samples)
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
        levels = _levels(normals(key, self.draws, self.modes, self.modes))
        # T/λ: the error made of noise depends on nothing else.
        ridges = self.ridge_factor * np.array(self.scaled)[:, None, None] / self.modes
        return {self.height: 1.0 + np.mean(np.sum(levels / (levels + ridges) ** 2, axis=-1), axis=-1)}


class DoubledRidge(Square):
    """Broken: twice the ridge."""

    ridge_factor = 2.0


def _errors(features: Floats, eigenvalues: Floats, ridge: float, samples: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Population error on clean labels, and what unit label noise adds, (data sets, samples); D modes are taught."""
    power = np.where(np.arange(eigenvalues.size) < MODES, 1.0 / MODES, 0.0)
    clean, noise = sign_averaged_errors(features, eigenvalues, power[None], [ridge], samples)
    return clean[:, 0, 0], noise[:, 0]


def _flat_errors(features: Floats, ridge: float, samples: tuple[int, ...]) -> tuple[Floats, Floats]:
    """The same without a tail: equal eigenvalues leave sums over the singular values of the features."""
    clean, noise = [], []
    for size in samples:
        levels = FLAT[0] * _levels(features[:, :size])
        missed = ridge / (levels + ridge)
        clean.append((MODES - levels.shape[1] + np.sum(missed**2, axis=1)) / MODES)
        noise.append(np.sum(FLAT[0] * levels / (levels + ridge) ** 2, axis=1))
    return np.stack(clean, axis=1), np.stack(noise, axis=1)


def _levels(features: Floats) -> Floats:
    """Squared singular values of each data set, (data sets, min(P, D))."""
    seen = features if features.shape[1] >= features.shape[2] else np.swapaxes(features, 1, 2)
    return np.asarray(np.maximum(np.linalg.eigvalsh(np.swapaxes(seen, 1, 2) @ seen), 0.0))
