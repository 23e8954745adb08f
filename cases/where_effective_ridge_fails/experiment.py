"""What is measured on circle and spheres: the error of exact regression, over all rotations of the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity
from fieldbench.data import directions, normals
from fieldbench.statistics import adjust
from fieldbench.theory.kernels import Kernel, Spectrum, sphere

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

WAVES, DEGREES = 128, 40  # modes k < 128 of the circle's kernels; degrees l < 40 listed on spheres
WITHOUT_RIDGE = 1024  # modes at κ = 0: no four of 100 points may come as close as a wavelength, or rounding shows
OCTAVES = 2 ** np.arange(7)  # 1, 2–3, 4–7, …: degrees whose pair sums' fluctuation is taken out
SMALL = 0.05  # κ/K(x, x) below which an error is no linear function of pair sums


@dataclass(frozen=True)
class Zonal(Experiment):
    """P points uniform on a homogeneous space, a kernel and a target's power by degree; κ in units of K(x, x).

    The error is averaged over all rotations of the target, exactly on each data set, and over `draws` data sets.
    """

    ridge: float
    samples: int
    target: str
    draws: int = 100

    ridge_factor: ClassVar[float] = 1.0
    more_points: ClassVar[int] = 0

    error = Quantity(symbol="MSE", doc="error over the whole space")

    @property
    def dimension(self) -> int:
        raise NotImplementedError

    @property
    def spectrum(self) -> Spectrum:
        """Degree by degree; what is not listed is `unresolved`."""
        raise NotImplementedError

    @property
    def power(self) -> Vector:
        """Σ y_k² in each degree."""
        raise NotImplementedError

    @property
    def noise(self) -> float:
        """κ."""
        return self.ridge * self.spectrum.trace

    def points(self, key: jax.Array) -> Matrix:
        """Where the samples of all data sets are, (draws, P, …)."""
        raise NotImplementedError

    def grams(self, points: Matrix) -> tuple[Matrix, Matrix, Matrix, Matrix, Vector]:
        """Of one data set: kernels with eigenvalues λ, λ², p and pλ for each degree, and pair sums of mean zero."""
        raise NotImplementedError

    def error_and_pairs(self, points: Matrix) -> tuple[float, Vector]:
        """Σp − 2 Tr A⁻¹K_pλ + Tr A⁻¹K_λ²A⁻¹K_p of one data set, A = K + κ, and its pair sums."""
        kernel, squared, target, seen, pairs = self.grams(points)
        inverse = np.linalg.inv(kernel + self.ridge_factor * self.noise * np.eye(len(kernel)))
        learned = np.sum((inverse @ squared @ inverse) * target)
        return float(self.power.sum() - 2.0 * np.sum(inverse * seen) + learned), pairs

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        errors, known = [], []
        for one in self.points(key):
            error, pairs = self.error_and_pairs(one)
            errors.append(error)
            known.append(pairs)
        if self.ridge < SMALL:
            return {self.error: np.mean(errors)}
        return {self.error: adjust(np.array(errors), np.array(known)).mean()}


@cache
def circle_spectrum(alpha: float, waves: int) -> Spectrum:
    k = np.arange(waves, dtype=np.float64)
    return Spectrum((1.0 + k) ** -alpha, np.where(k > 0.0, 2.0, 1.0))


@dataclass(frozen=True)
class Circle(Zonal, stream="circle"):
    """λ_k = (1 + k)^{−α}, k < 128, or 1024 without ridge, twice each but for k = 0."""

    alpha: float = 2.0

    dimension = 2

    @property
    def waves(self) -> int:
        return WAVES if self.ridge > 0.0 else WITHOUT_RIDGE

    @property
    def spectrum(self) -> Spectrum:
        return circle_spectrum(self.alpha, self.waves)

    @property
    def power(self) -> Vector:
        k = np.arange(self.waves)
        if self.target == "kernel":
            return np.asarray(self.spectrum.eigenvalues * self.spectrum.degeneracies)
        if self.target == "sign":
            return np.where(k % 2 == 1, 8.0 / np.pi**2 / np.maximum(k, 1) ** 2, 0.0)
        return np.where(k == int(self.target.removeprefix("cos") or 1), 1.0, 0.0)

    def points(self, key: jax.Array) -> Matrix:
        return angles(key, self.draws, self.samples + self.more_points)

    def error_and_pairs(self, points: Matrix) -> tuple[float, Vector]:
        """Without ridge A⁻¹ is large and its terms cancel: what a mode t is fitted by is √Λ QQᵀ e_t/√λ_t instead.

        Q is an orthonormal basis of the samples' columns of √λ_k φ_k.
        """
        if self.ridge > 0.0:
            return super().error_and_pairs(points)
        waves, levels = self.features(points), np.tile(self.spectrum.eigenvalues, 2)
        basis = np.linalg.qr((waves * np.sqrt(levels * np.tile(self.spectrum.degeneracies, 2))).T)[0]
        taught = np.tile(self.power / self.spectrum.degeneracies, 2)
        taught[self.waves] = 0.0  # sin 0
        learned = np.sum((basis.T * levels @ basis) * (basis.T * (taught / levels) @ basis))
        return float(self.power.sum() - 2.0 * taught @ np.sum(basis**2, axis=1) + learned), self.pair_sums(waves)

    def features(self, points: Matrix) -> Matrix:
        """cos kθ and sin kθ, (P, 2 k)."""
        phases = np.outer(points, np.arange(self.waves))
        return np.concatenate([np.cos(phases), np.sin(phases)], axis=1)

    def grams(self, points: Matrix) -> tuple[Matrix, Matrix, Matrix, Matrix, Vector]:
        waves = self.features(points)
        levels, counts, power = self.spectrum.eigenvalues, self.spectrum.degeneracies, self.power

        def gram(weights: Vector) -> Matrix:
            return np.asarray((waves * np.tile(weights, 2)) @ waves.T)

        of = (levels * counts, levels**2 * counts, power, power * levels)
        kernel, squared, target, seen = (gram(weights) for weights in of)
        return kernel, squared, target, seen, self.pair_sums(waves)

    @staticmethod
    def pair_sums(waves: Matrix) -> Vector:
        """Σ_{i≠j} cos k(θ_i − θ_j) is |Σ_i e^{ikθ_i}|² less P."""
        return np.add.reduceat((waves.sum(axis=0) ** 2).reshape(2, -1).sum(axis=0) / len(waves) - 1.0, OCTAVES)


@cache
def sphere_spectrum(dimension: int, depth: int) -> Spectrum:
    return sphere.spectrum(Kernel("relu", depth=depth), dimension, degrees=DEGREES)


@dataclass(frozen=True)
class Sphere(Zonal, stream="sphere"):
    """ReLU network of infinite width and some depth; the target one degree, or the kernel's own spectrum."""

    dimension: int = 5
    depth: int = 1

    @property
    def spectrum(self) -> Spectrum:
        return sphere_spectrum(self.dimension, self.depth)

    @property
    def power(self) -> Vector:
        if self.target == "kernel":
            return np.asarray(self.spectrum.eigenvalues * self.spectrum.degeneracies)
        return np.where(np.arange(DEGREES) == int(self.target), 1.0, 0.0)

    def points(self, key: jax.Array) -> Matrix:
        return directions(key, self.draws, self.samples + self.more_points, self.dimension)

    def grams(self, points: Matrix) -> tuple[Matrix, Matrix, Matrix, Matrix, Vector]:
        cosines = np.clip(points @ points.T, -1.0, 1.0)
        np.fill_diagonal(cosines, 1.0)
        levels, counts, power = self.spectrum.eigenvalues, self.spectrum.degeneracies, self.power
        squared, target, seen = (np.zeros_like(cosines) for _ in range(3))
        sums = np.zeros(DEGREES)
        for l, harmonic in enumerate(sphere.zonals(DEGREES, self.dimension, cosines)):
            squared += levels[l] ** 2 * counts[l] * harmonic
            target += power[l] * harmonic
            seen += power[l] * levels[l] * harmonic
            sums[l] = harmonic.sum() / len(cosines) - 1.0
        known = np.concatenate([sums[1:4], np.add.reduceat(sums, OCTAVES[2:5])])
        return Kernel("relu", depth=self.depth).of_cosine(cosines), squared, target, seen, known


class CircleRidgeDoubled(Circle):
    """Broken: twice the ridge."""

    ridge_factor = 2.0


class CirclePointsMore(Circle):
    """Broken: some samples more than said, a tenth of 50."""

    more_points = 5


class SphereRidgeDoubled(Sphere):
    """Broken: twice the ridge."""

    ridge_factor = 2.0


class SpherePointsMore(Sphere):
    """Broken: some samples more than said, a tenth of 50."""

    more_points = 5


def angles(key: jax.Array, draws: int, samples: int) -> Matrix:
    """Uniform on the circle, −π … π, (draws, samples)."""
    plane = normals(key, draws, samples, 2)
    return np.asarray(np.arctan2(plane[:, :, 1], plane[:, :, 0]))
