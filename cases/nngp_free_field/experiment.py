"""What is measured: cumulants of random networks' outputs, their power by degree, and what their process learns."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity
from fieldbench.data import directions
from fieldbench.regression import NestedRegression
from fieldbench.regression.modes import rotation_averaged_learnability
from fieldbench.sampling.networks import prior
from fieldbench.theory.kernels import Kernel, SphereQuadrature, sphere

KERNEL, DEGREES, EXACTNESS = Kernel("erf"), (1, 3, 5, 7), 23
ANGLES = np.deg2rad([0.0, 45.0, 100.0])
INPUTS = np.concatenate([2.0**0.5 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1), [[-0.6, 1.0]]])
PAIRS = np.triu_indices(len(INPUTS))
QUADRUPLES = ((0, 0, 0, 0), (0, 0, 1, 1), (0, 0, 1, 2), (0, 1, 2, 3))


@dataclass(frozen=True)
class PlaneNetworks(Experiment, stream="plane"):
    """Random networks of width N at A, B, C on the circle |x|² = d = 2 and D inside; laws of their weights."""

    width: int
    networks: int
    hidden: str = "gaussian"
    readout: str = "gaussian"

    pair: ClassVar[tuple[str, ...]] = tuple(map("".join, itertools.combinations_with_replacement("ABCD", 2)))
    quadruple: ClassVar[tuple[str, ...]] = ("AAAA", "AABB", "AABC", "ABCD")

    covariance = Quantity("pair", symbol="⟨ff⟩", doc="covariance of the outputs given the hidden weights, averaged")
    four_point = Quantity("quadruple", symbol="N⟨ffff⟩_c", doc="coefficient of 1/N, by the law of total cumulance")

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        return self.given_hidden_weights(self.drawn(key))

    def given_hidden_weights(self, draws: prior.PriorDraws) -> dict[Quantity, Any]:
        """Cumulants without the noise of the readouts, which are integrated out."""
        return {
            self.covariance: np.asarray(draws.kernel, np.float64).mean(axis=0)[PAIRS],
            self.four_point: self.width * prior.four_point(draws, QUADRUPLES),
        }

    def drawn(self, key: jax.Array) -> prior.PriorDraws:
        """The networks at the four points."""
        return prior.draw(
            key, INPUTS, networks=self.networks, width=self.width, hidden=self.hidden, readout=self.readout,
            quadruples=QUADRUPLES,
        )  # fmt: skip


@dataclass(frozen=True)
class FewNeurons(PlaneNetworks, stream="few neurons"):
    """Networks so narrow that the cumulant of their outputs stands out of its scatter, which no width makes smaller."""

    output_covariance = Quantity("pair", symbol="⟨ff⟩", doc="covariance of the outputs themselves")
    output_cumulant = Quantity(symbol="N⟨f⁴⟩_c", doc="four-point function at A of the outputs themselves")

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        draws = self.drawn(key)
        outputs = np.asarray(draws.outputs, np.float64)
        return {
            **self.given_hidden_weights(draws),
            self.output_covariance: (outputs.T @ outputs / len(outputs))[PAIRS],
            self.output_cumulant: self.width * prior.output_four_point(draws, QUADRUPLES[:1])[0],
        }


@dataclass(frozen=True)
class HeavyTails(PlaneNetworks):
    """Broken: readouts from Student's t with 3 degrees of freedom, of the same variance and without fourth moment."""

    def drawn(self, key: jax.Array) -> prior.PriorDraws:
        return PlaneNetworks.drawn(replace(self, networks=self.networks // 5, readout="student-3"), key)


@dataclass(frozen=True)
class IdenticalPairs(PlaneNetworks):
    """Broken: two neurons share their hidden weights, which makes one of a readout of twice the variance."""

    def drawn(self, key: jax.Array) -> prior.PriorDraws:
        return PlaneNetworks.drawn(replace(self, networks=self.networks // 5, width=self.width // 2), key)


@dataclass(frozen=True)
class SphereNetworks(Experiment, stream="sphere"):
    """Random networks of width N with Gaussian weights on the sphere |x|² = 3, where quadrature is exact."""

    width: int
    networks: int

    degree: ClassVar[tuple[int, ...]] = DEGREES

    power = Quantity("degree", symbol="λ_l", doc="mean square of an output's coefficient on a harmonic of degree l")

    def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:
        points = SphereQuadrature.exact_to(EXACTNESS)
        outputs = prior.draw_outputs(key, points.points, networks=self.networks, width=self.width)
        return {self.power: points.power_by_degree(np.asarray(outputs, np.float64), DEGREES).mean(axis=0)}


@dataclass(frozen=True)
class Regression(Experiment, stream="regression"):
    """Regression with the networks' kernel on |x|² = d; a replicate averages `draws` data sets."""

    dimension: int
    samples: tuple[int, ...]
    draws: int
    ridge: float = 0.05

    degree: ClassVar[tuple[int, ...]] = DEGREES[:3]

    learned = Quantity("samples", "degree", symbol="L_l", doc="learnability of a degree, averaged over rotations")

    def measure(self, key: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        points = directions(key, self.draws, self.samples[-1], self.dimension)
        return {self.learned: np.mean([self._learned(unit, gpr) for unit in points], axis=0)}

    def _learned(self, unit: NDArray[np.float64], gpr: NestedRegression) -> NDArray[np.float64]:
        cosines = unit @ unit.T
        gram, values = KERNEL.of_cosine(cosines), sphere.eigenvalues(KERNEL, self.dimension, 6)
        columns = [
            rotation_averaged_learnability(
                gpr, gram, cosines, self.ridge, self.samples, degree=l, dimension=self.dimension, eigenvalue=values[l]
            )
            for l in self.degree
        ]
        return np.stack(columns, axis=1)
