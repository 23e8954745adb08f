"""What is measured: how much of each mode is learned: of Gaussian features, on the sphere, and of images together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity
from fieldbench.data import on_sphere
from fieldbench.regression import NestedRegression
from fieldbench.regression.modes import learned_modes, posterior_variances, rotation_averaged_learnability
from fieldbench.theory.kernels import sphere

from .population import KERNEL, population

TAUGHT, TARGETS, NOISE = 16, 32, 1.0  # y_k = ±1 for k ≤ 16, 32 choices of the signs, label noise of variance 1


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
    posterior = Quantity("mode", doc="posterior over prior variance of the coefficient, at the largest ridge")

    @property
    def eigenvalues(self) -> NDArray[np.float64]:
        return np.asarray(np.arange(1.0, self.features + 1) ** -1.5)

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        points, signs, noise = jax.random.split(key, 3)
        features, levels, watched = self.draw(points), jnp.asarray(self.eigenvalues), jnp.array(self.mode)
        taught = jax.random.rademacher(signs, (TAUGHT, TARGETS), dtype=features.dtype)
        labels = jnp.einsum("dpk,kt->dpt", features[:, :, :TAUGHT], taught)
        labels = labels + NOISE**0.5 * jax.random.normal(noise, labels.shape)
        learned, coefficients = learned_modes(features, levels, labels, jnp.asarray(self.ridge), self.mode)
        left = posterior_variances(features, levels, self.ridge[-1])[:, watched]
        return {
            self.learned: jnp.mean(learned, axis=0),
            self.between: jnp.mean(jnp.var(coefficients, axis=0, ddof=1), axis=-1),
            self.posterior: jnp.mean(left, axis=0) / levels[watched],
        }

    def draw(self, key: jax.Array) -> jax.Array:
        """φ_k(x_μ), (draws, samples, features)."""
        return jax.random.normal(key, (self.draws, self.samples, self.features))


@dataclass(frozen=True)
class ShuffledLabels(Gaussian):
    """Broken: each mode's labels belong to other inputs."""

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        features = self.draw(jax.random.split(key, 3)[0])
        labels, levels = jnp.roll(features, 1, axis=1), jnp.asarray(self.eigenvalues)
        _, coefficients = learned_modes(features, levels, labels, jnp.asarray(self.ridge), self.mode)
        own = [coefficients[:, :, place, mode] for place, mode in enumerate(self.mode)]
        return {self.learned: jnp.mean(jnp.stack(own, axis=2), axis=0)}


@dataclass(frozen=True)
class Sphere(Modes, stream="sphere"):
    """Inputs uniform on |x|² = d, erf kernel; L_l is averaged over all rotations of the target."""

    dimension: int

    mode = (1, 3)
    ridge_factor: ClassVar[float] = 1.0

    def measure(self, key: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        eigenvalues = sphere.eigenvalues(KERNEL, self.dimension, self.mode[-1] + 1)
        draws = []
        for draw in jax.random.split(key, self.draws):
            inputs = np.asarray(on_sphere(draw, self.samples, self.dimension))
            cosines = inputs @ inputs.T / self.dimension
            averaged = partial(
                rotation_averaged_learnability, gpr, KERNEL.of_cosine(cosines), cosines,
                sizes=[self.samples], dimension=self.dimension,
            )  # fmt: skip
            draws.append(
                [
                    [averaged(self.ridge_factor * T, degree=l, eigenvalue=eigenvalues[l])[0] for l in self.mode]
                    for T in self.ridge
                ]
            )
        return {self.learned: np.mean(draws, axis=0)}


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
