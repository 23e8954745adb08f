"""Images of a task with a kernel and its principal components: where the measurement and the theory both start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from fieldbench.data import Task, binary_task
from fieldbench.theory.kernels import EmpiricalSpectrum, Kernel, gram_matrix, principal_components

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@runtime_checkable
class Population(Protocol):
    """M points as the measure of a kernel, from which P are drawn without replacement."""

    @property
    def gram(self) -> Matrix:
        """K(x_i, x_j), (M, M)."""

    @property
    def targets(self) -> Vector:
        """y(x_i), (M,)."""

    @property
    def modes(self) -> EmpiricalSpectrum:
        """λ_k and φ_k(x_i)."""

    @property
    def coefficients(self) -> Vector:
        """y_k = (1/M) Σ_i φ_k(x_i) y(x_i), (M,)."""


@dataclass(frozen=True)
class ImagePopulation:
    """The first M images of a task."""

    dataset: str
    task: str
    images: int
    balanced: bool
    kernel: str

    @property
    def targets(self) -> Vector:
        """y(x_i), (M,)."""
        return _task(self).targets

    @property
    def gram(self) -> Matrix:
        """K(x_i, x_j), (M, M)."""
        return _gram(self)

    @property
    def modes(self) -> EmpiricalSpectrum:
        """λ_k and φ_k(x_i)."""
        return _modes(self)

    @property
    def coefficients(self) -> Vector:
        """y_k, (M,)."""
        return _coefficients(self)

    @property
    def power(self) -> Vector:
        """y_k², (M,)."""
        return self.coefficients**2


def _task(population: ImagePopulation) -> Task:
    return binary_task(population.dataset, population.task, population.images, population.balanced)


@lru_cache(maxsize=1)  # 800 MB for 10,000 images, and seconds to make again
def _gram(population: ImagePopulation) -> Matrix:
    return gram_matrix(Kernel(population.kernel), _task(population).inputs)


@cache  # also 800 MB, but minutes: all theories are asked for all populations before the first is measured
def _modes(population: ImagePopulation) -> EmpiricalSpectrum:
    return principal_components(_gram(population))


@cache
def _coefficients(population: ImagePopulation) -> Vector:
    return _modes(population).coefficients(_task(population).targets)
