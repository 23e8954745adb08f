"""What is measured: how much of each mode is learned: of Gaussian features, on the sphere, and of images together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.data import directions, normals
from fieldbench.regression import NestedRegression
from fieldbench.regression.modes import replacement, rotation_averaged_learnability
from fieldbench.regression.modes.replacement import Regressions, Sets
from fieldbench.theory.kernels import sphere

from .fluctuations import (
    adjusted,
    known_fluctuations,
    learned_of,
    posterior_over_prior,
    scatter_of_labels,
    spread_of_points,
)
from .population import KERNEL, population

REPLICATES = 16
TAUGHT, NOISE = 16, 1.0  # y_k = ±1 for k ≤ 16, label noise of variance 1


@dataclass(frozen=True)
class Modes(Experiment):
    """P samples of a measure whose modes are known, at several ridges T; a replicate averages `draws` data sets."""

    samples: int
    draws: int
    ridge: tuple[float, ...]

    mode: ClassVar[tuple[int, ...]]
    """The modes that are looked at; on the sphere, the degrees."""

    learned = Quantity("ridge", "mode", symbol="L_k", doc="learnability, the mode taught alone and without noise")


@dataclass(frozen=True)
class Gaussian(Modes, stream="gaussian"):
    """Independent Gaussian features with λ_k = k^{−3/2}."""

    features: int = 64

    mode = (0, 1, 3, 7)

    between = Quantity("ridge", "mode", symbol="Var f_k", doc="variance over data sets of what mixed targets teach")
    posterior = Quantity("ridge", "mode", doc="posterior over prior variance of the coefficient")

    @property
    def eigenvalues(self) -> NDArray[np.float64]:
        return np.asarray(np.arange(1.0, self.features + 1) ** -1.5)

    @property
    def power(self) -> NDArray[np.float64]:
        """y_k² of the mixed targets, over whose signs is averaged, (features,)."""
        return np.where(np.arange(self.features) < TAUGHT, 1.0, 0.0)

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        features, levels, watched = self.draw(key), self.eigenvalues, list(self.mode)
        learned, between, posterior = [], [], []
        for ridge in self.ridge:
            fit = replacement.regress(features, levels, ridge)
            known = known_fluctuations(fit, ridge, watched)
            labels = np.concatenate([known, scatter_of_labels(fit, self.power, NOISE, watched)], axis=2)
            alone, squares = adjusted(learned_of(fit, watched), known), adjusted(self.squares(fit), labels)
            learned.append(alone.mean(axis=0))
            # The square of the mean, without what its own scatter adds to it.
            between.append(squares.mean(axis=0) - learned[-1] ** 2 + alone.var(axis=0, ddof=1) / len(alone))
            posterior.append(adjusted(posterior_over_prior(features, levels, ridge, watched), known).mean(axis=0))
        return {
            self.learned: np.stack(learned),
            self.between: np.stack(between),
            self.posterior: np.stack(posterior),
        }

    def draw(self, key: jax.Array) -> Sets:
        """φ_k(x_μ), (draws, samples, features)."""
        return normals(key, self.draws, self.samples, self.features)

    def squares(self, fit: Regressions) -> Sets:
        """f_k², averaged over the signs of the target's coefficients and over label noise, (draws, modes)."""
        watched = list(self.mode)
        seen = fit.inverse @ fit.features[:, :, watched]
        labels = np.swapaxes(seen, 1, 2) @ fit.features[:, :, :TAUGHT]
        return np.asarray(
            self.eigenvalues[watched] ** 2 * (np.sum(labels**2, axis=2) + NOISE * np.sum(seen**2, axis=1))
        )


@dataclass(frozen=True)
class ShuffledLabels(Gaussian):
    """Broken: each mode's labels belong to other inputs."""

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        features, levels, watched = self.draw(key), self.eigenvalues, list(self.mode)
        seen, others = features[:, :, watched], np.roll(features, 1, axis=1)[:, :, watched]
        fits = [replacement.regress(features, levels, ridge) for ridge in self.ridge]
        learned = [levels[watched] * np.sum(seen * (fit.inverse @ others), axis=1) for fit in fits]
        return {self.learned: np.mean(learned, axis=1)}


@dataclass(frozen=True)
class NextPoint(Gaussian):
    """Broken: one point more than said."""

    def draw(self, key: jax.Array) -> Sets:
        return normals(key, self.draws, self.samples + 1, self.features)


@dataclass(frozen=True)
class Sphere(Modes, stream="sphere"):
    """Inputs uniform on |x|² = d, erf kernel; L_l is averaged over all rotations of the target."""

    dimension: int

    mode = (1, 3)
    ridge_factor: ClassVar[float] = 1.0

    @batched(REPLICATES)
    def measure(self, keys: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        eigenvalues = sphere.eigenvalues(KERNEL, self.dimension, self.mode[-1] + 1)
        inputs = np.concatenate([directions(key, self.draws, self.samples, self.dimension) for key in keys])
        cosines = inputs @ np.swapaxes(inputs, 1, 2)
        averaged = partial(rotation_averaged_learnability, gpr, sizes=[self.samples], dimension=self.dimension)
        learned = [
            [
                averaged(gram, one, self.ridge_factor * T, degree=l, eigenvalue=eigenvalues[l])[0]
                for T in self.ridge
                for l in self.mode
            ]
            for gram, one in zip(KERNEL.of_cosine(cosines), cosines, strict=True)
        ]
        spread = spread_of_points(cosines, self.dimension, self.mode[-1])
        known = np.broadcast_to(spread[:, None], (len(spread), len(learned[0]), spread.shape[1]))
        found = adjusted(np.array(learned), known)
        return {self.learned: found.reshape(len(keys), self.draws, len(self.ridge), len(self.mode)).mean(axis=1)}


class DoubledRidge(Sphere):
    """Broken: twice the ridge."""

    ridge_factor = 2.0


@dataclass(frozen=True)
class Images(Experiment, stream="images"):
    """P of M images; the measure is that of the M, whose kernel matrix has the modes."""

    dataset: str
    images: int
    samples: int
    ridge: float = 0.01

    conserved = Quantity(symbol="ΣL_k − Tr K(K + T)⁻¹", doc="mode by mode, and from the drawn points' own spectrum")

    @property
    def datasets(self) -> tuple[str, ...]:
        """The one that the images are from."""
        return (self.dataset,)

    @property
    def kept(self) -> int:
        """How many of the modes are added up."""
        return self.images

    def measure(self, key: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        gram, modes = population(self.dataset, self.images)
        rows = np.asarray(jax.random.permutation(key, self.images))[: self.samples]
        features = modes.functions[rows, : self.kept]
        functional = (features * modes.eigenvalues[: self.kept]).T
        trained = gram[np.ix_(rows, rows)]
        learned = np.diagonal(gpr.predictions(trained, self.ridge, features, functional, [self.samples])[0])
        levels = np.linalg.eigvalsh(trained)
        return {self.conserved: np.sum(learned) - np.sum(levels / (levels + self.ridge))}


class ForgottenModes(Images):
    """Broken: a tenth of the modes is left out, those that learn least."""

    @property
    def kept(self) -> int:
        return self.images - self.images // 10
