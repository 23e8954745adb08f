"""What is measured: how much of each harmonic a Gaussian process on the sphere learns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity
from fieldbench.data import directions
from fieldbench.regression import NestedRegression
from fieldbench.regression.modes import harmonic, rotation_averaged_learnability
from fieldbench.theory.kernels import Kernel, sphere

KERNEL, CUBIC = Kernel("erf"), 3
STAIRCASE = 0.1 * 6**0.5  # the normalised cubic coefficient of H_1 + 0.1 H_3


def points_on_sphere(key: jax.Array, draws: int, count: int, dimension: int) -> NDArray[np.float64]:
    """Uniform on |x|² = d, (draws, count, d)."""
    return np.asarray(dimension**0.5 * directions(key, draws, count, dimension))


@cache
def eigenvalues_in(dimension: int) -> NDArray[np.float64]:
    """λ_l of the kernel, l ≤ 3."""
    return np.asarray(sphere.eigenvalues(KERNEL, dimension, CUBIC + 1))


@dataclass(frozen=True)
class Sphere(Experiment):
    """Inputs uniform on |x|² = d, erf kernel; a replicate averages `draws` data sets of `largest` points."""

    dimension: int
    largest: int
    draws: int = 1
    ridge: float = 0.01

    @property
    def samples(self) -> NDArray[np.int_]:
        """Nested training sizes P."""
        return np.unique(np.round(np.geomspace(self.largest / 16, self.largest, 13)).astype(int))

    @property
    def early(self) -> NDArray[np.int_]:
        """Those up to about 2 P_50: all that matters to the linear part."""
        return self.samples[self.samples <= 0.6 * self.dimension**3]

    cubic = Quantity("samples", symbol="L_3", doc="learnability of the cubic harmonics, averaged over rotations")
    linear = Quantity("early", symbol="L_1", doc="learnability of the linear harmonics, averaged over them")
    cubic_from_linear = Quantity("early", symbol="L_31", doc="cubic coefficient learned from the linear part alone")
    cubic_alone = Quantity("early", doc="cubic coefficient learned from one zonal harmonic alone")
    cubic_with_linear = Quantity("early", doc="the same from the whole staircase")

    def measure(self, key: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        inputs, sizes = points_on_sphere(key, self.draws, self.largest, self.dimension), (self.samples, self.early)
        draws = [self._one_data_set(points, gpr, *sizes) for points in inputs]
        return {quantity: np.mean([draw[quantity] for draw in draws], axis=0) for quantity in draws[0]}

    def _one_data_set(
        self, inputs: NDArray[np.float64], gpr: NestedRegression, samples: NDArray[np.int_], early: NDArray[np.int_]
    ) -> dict[Quantity, Any]:
        cosines = inputs @ inputs.T / self.dimension
        gram, eigenvalues = KERNEL.of_cosine(cosines), eigenvalues_in(self.dimension)
        averaged = rotation_averaged_learnability(
            gpr, gram, cosines, self.ridge, samples, dimension=self.dimension, degree=CUBIC,
            eigenvalue=float(eigenvalues[CUBIC]),
        )  # fmt: skip
        # ⟨f, φ⟩ of f learned from each of x_1 … x_d, the linear harmonics, and from the zonal cubic one along x_1.
        few = early[-1]
        targets = np.column_stack([inputs, harmonic(CUBIC, self.dimension, inputs[:, 0] / self.dimension**0.5)])[:few]
        functionals = (targets * np.append(np.full(self.dimension, eigenvalues[1]), eigenvalues[CUBIC])).T
        learned = gpr.predictions(gram[:few, :few], self.ridge, targets, functionals, early)
        leaked, alone = learned[:, -1, 0], learned[:, -1, -1]
        return {
            self.cubic: averaged,
            self.linear: np.trace(learned[:, :-1, :-1], axis1=1, axis2=2) / self.dimension,
            self.cubic_from_linear: leaked,
            self.cubic_alone: alone,
            self.cubic_with_linear: alone + leaked / STAIRCASE,
        }


@dataclass(frozen=True)
class Stretched(Sphere):
    """Broken: the kernel sees the target's direction three times as long, and learns the cubic part early.

    Without rotation invariance ∫ φ_3 K(x, ·) dμ is not λ_3 φ_3: the coefficient is an average over test points.
    """

    def measure(self, key: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        stretch = np.ones(self.dimension)
        stretch[0] = 3.0
        train, test = points_on_sphere(key, 2, self.largest, self.dimension)
        targets, tests = (harmonic(CUBIC, self.dimension, x[:, 0] / self.dimension**0.5) for x in (train, test))
        functional = tests @ KERNEL(test * stretch, train * stretch) / (tests @ tests)
        gram = KERNEL(train * stretch, train * stretch)
        learned = gpr.predictions(gram, self.ridge, targets[:, None], functional[None, :], self.samples)
        return {self.cubic: learned[:, 0, 0]}
