"""What is measured on real data: a cubic harmonic, learned from images by a deep ReLU network of infinite width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar

import jax
import numpy as np
from numpy.typing import NDArray
from scipy.special import roots_gegenbauer

from fieldbench.claims import Experiment, Quantity
from fieldbench.data import binary_task
from fieldbench.regression import batched_weights
from fieldbench.regression.modes import harmonic
from fieldbench.theory.kernels import Kernel, gram_matrix, sphere

Vector = NDArray[np.float64]

KERNEL, DEGREE, DIMENSION = Kernel("relu", depth=2), 3, 64
EIGENVALUE = float(sphere.eigenvalues(KERNEL, DIMENSION, DEGREE + 1)[DEGREE])
"""λ_t under q, the uniform measure on the sphere that the images are scaled to: from the kernel's power series."""


@dataclass(frozen=True)
class Measure:
    """M images as the measure: kernel (M, M); feature and labels of unit power, (M,) each; rms² φ_t before."""

    gram: NDArray[np.float64]
    feature: Vector
    labels: Vector
    power: float


@lru_cache(maxsize=1)
def measure_of(images: int) -> Measure:
    """φ_t is the zonal harmonic along the difference of the classes' mean images, odd from even digits."""
    task = binary_task("digits", "odd/even", images, True)
    inputs, labels = task.inputs, task.targets
    direction = inputs[labels > 0.0].mean(axis=0) - inputs[labels < 0.0].mean(axis=0)
    cosines = inputs @ direction / (DIMENSION**0.5 * np.linalg.norm(direction))
    values = np.asarray(harmonic(DEGREE, DIMENSION, cosines))
    power = float(np.mean(values**2))
    return Measure(gram_matrix(KERNEL, inputs), values / power**0.5, labels, power)


def eigenvalue_by_quadrature() -> float:
    """∫K(t)P_l(t)dμ over the cosine t on the sphere, with weight (1 − t²)^{(d−3)/2}: not by the series."""
    nodes, weights = roots_gegenbauer(96, DIMENSION / 2 - 1)
    zonal = sphere.zonal(DEGREE, DIMENSION, nodes)
    return float(weights @ (KERNEL.of_cosine(nodes) * zonal) / weights.sum())


@dataclass(frozen=True)
class Digits(Experiment, stream="digits"):
    """P of `images` digits; a replicate averages `draws` sets of the largest P, each of which makes several smaller."""

    images: int = 500
    draws: int = 80

    datasets: ClassVar[tuple[str, ...]] = ("digits",)
    target: ClassVar[tuple[str, ...]] = ("harmonic", "labels")
    """What is learned: the feature itself, and odd from even."""
    ridge: ClassVar[tuple[float, ...]] = (0.01, 0.1, 1.0)
    samples: ClassVar[tuple[int, ...]] = (40, 120)

    overlap = Quantity("target", "ridge", "samples", doc="⟨φ_t, f⟩_q over λ_t P/κ, feature and target of unit power")
    largest = Quantity("target", "ridge", "samples", doc="largest |⟨φ_t, f⟩_q| over its bound, of all sets drawn")

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        data, whole = measure_of(self.images), max(self.samples)
        orders = np.asarray(jax.random.uniform(key, (self.draws, self.images))).argsort(axis=1)[:, :whole]
        strength = eigenvalue_by_quadrature() / EIGENVALUE
        shape = (len(self.ridge), len(self.samples))
        overlap, largest = np.empty((2, *shape)), np.empty((2, *shape))
        for column, size in enumerate(self.samples):
            sets = orders.reshape(-1, size)
            grams, feature = data.gram[sets[:, :, None], sets[:, None, :]], data.feature[sets]
            targets = np.stack([feature, data.labels[sets]], axis=2)
            powers = np.mean(feature**2, axis=1)[:, None] * np.mean(targets**2, axis=1)
            for row, ridge in enumerate(self.ridge):
                weights = batched_weights(grams, self.noise(ridge), targets)
                learned = strength * ridge / size * np.einsum("bn,bnt->bt", feature, weights)
                overlap[:, row, column] = learned.mean(axis=0)
                largest[:, row, column] = (np.abs(learned) / np.sqrt(powers)).max(axis=0)
        return {self.overlap: overlap, self.largest: largest}

    def noise(self, ridge: float) -> float:
        """The variance κ."""
        return ridge


class RidgeSquared(Digits):
    """Broken: κ is taken for a standard deviation, as in papers that write κ²; an eighth of the draws."""

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        return Digits.measure(replace(self, draws=self.draws // 8), key)

    def noise(self, ridge: float) -> float:
        return ridge**2
