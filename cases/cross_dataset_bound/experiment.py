"""What is measured: how much of a harmonic of the sphere a Gaussian process learns from a band around the equator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Experiment, Quantity
from fieldbench.data import on_band
from fieldbench.regression import NestedRegression
from fieldbench.regression.modes import harmonic
from fieldbench.theory.kernels import Kernel, SphereQuadrature, sphere

Vector = NDArray[np.float64]

KERNEL, DIMENSION, DEGREE, EXACTNESS = Kernel("erf"), 3, 3, 95
EIGENVALUE = float(sphere.eigenvalues(KERNEL, DIMENSION, DEGREE + 1)[DEGREE])
SPHERE = SphereQuadrature.exact_to(EXACTNESS)


def feature(inputs: Vector) -> Vector:
    """φ_t, the zonal harmonic of degree 3 along the axis, of unit power under q."""
    return np.asarray(harmonic(DEGREE, DIMENSION, inputs[:, 0] / DIMENSION**0.5))


@partial(jax.jit, static_argnums=(1, 2))
def _inputs_and_signs(key: jax.Array, samples: int, reach: float) -> tuple[jax.Array, jax.Array]:
    where, signs = jax.random.split(key)
    return on_band(where, samples, DIMENSION, reach), jax.random.rademacher(signs, (samples,), dtype=float)


@dataclass(frozen=True)
class Band(Experiment):
    """P training inputs on the band |cos| < reach, regression with ridge κ."""

    samples: int
    ridge: float
    reach: float = 0.5

    target: ClassVar[tuple[str, ...]] = ("harmonic", "signs")
    """Labels: the feature itself, and random signs."""
    stretch: ClassVar[tuple[float, ...]] = (1.0, 1.0, 1.0)

    ratio = Quantity("target", symbol="|⟨φ_t,f⟩_q|/bound", doc="overlap of predictor and feature, over its bound")
    difference = Quantity("target", doc="overlap by quadrature less λ_t φ_t(X)ᵀ(K + κ)⁻¹y, over the bound")
    over_own_strength = Quantity(doc="overlap over the bound, times 1 + λ_t P rms² φ_t/κ, for the feature as labels")

    def measure(self, key: jax.Array, *, gpr: NestedRegression) -> Mapping[Quantity, Any]:
        inputs, signs = map(np.asarray, _inputs_and_signs(key, self.samples, self.reach))
        values, seen = feature(inputs), inputs * self.stretch
        targets = np.stack([values, signs], axis=1)
        # The overlap is a sum of the predictor over points of the sphere; the eigenvalue enters by the formula only.
        overlap = (SPHERE.weights * feature(SPHERE.points)) @ KERNEL(SPHERE.points * self.stretch, seen)
        functionals = np.stack([overlap, EIGENVALUE * values])
        learned, formula = gpr.predictions(KERNEL(seen, seen), self.ridge, targets, functionals, [self.samples])[0]
        bound = EIGENVALUE * self.samples / self.ridge * np.sqrt(np.mean(values**2) * np.mean(targets**2, axis=0))
        strength = EIGENVALUE * self.samples * np.mean(values**2)
        return {
            self.ratio: np.abs(learned) / bound,
            self.difference: (learned - formula) / bound,
            self.over_own_strength: learned[0] / bound[0] * (1 + strength / self.ridge),
        }


@dataclass(frozen=True)
class Stretched(Band):
    """Broken: the kernel sees the axis three times as long, and φ_t is no eigenfunction of it under q."""

    stretch = (3.0, 1.0, 1.0)
