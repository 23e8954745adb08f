"""Quadrature on the sphere in three dimensions and on a band around its equator; power of functions by degree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.kernels.sphere import zonal

Vector = NDArray[np.float64]

_DIMENSION = 3


@dataclass(frozen=True)
class SphereQuadrature:
    """Points on |x|² = 3 and their weights under a measure that is uniform in x_1 and in the longitude about it.

    Attributes:
        points: x (n, 3).
        weights: (n,), of sum one.
    """

    points: Vector
    weights: Vector

    @classmethod
    def exact_to(cls, degree: int, reach: float = 1.0) -> SphereQuadrature:
        """Averages polynomials up to a degree exactly: Gauss–Legendre in the latitude, equidistant in the longitude.

        Args:
            degree: of the polynomials.
            reach: largest |x_1|/√3, within 0 < reach ≤ 1: that of a band; 1 is the whole sphere.

        Raises:
            BadInput: negative degree, or a reach outside its range.

        >>> sphere = SphereQuadrature.exact_to(2)
        >>> round(float(sphere.weights @ sphere.points[:, 0] ** 2), 12)
        1.0
        """
        if degree < 0 or not 0.0 < reach <= 1.0:
            raise BadInput(f"degree {degree}, reach {reach}: a degree is not negative, cosines lie within 0 and 1")
        longitudes = 2.0 * np.pi * np.arange(degree + 1) / (degree + 1)
        heights, latitudes = np.polynomial.legendre.leggauss(degree // 2 + 1)
        cosines = reach * heights[:, None]
        across = np.sqrt(1.0 - cosines**2)
        columns = np.broadcast_arrays(cosines, across * np.cos(longitudes), across * np.sin(longitudes))
        points = _DIMENSION**0.5 * np.stack([column.ravel() for column in columns], axis=1)
        return cls(points, np.repeat(latitudes / 2.0, degree + 1) / (degree + 1))

    def power_by_degree(self, values: Vector, degrees: Sequence[int]) -> Vector:
        """(1/deg_l) Σ_m ⟨f, φ_lm⟩² = ∫∫ f(x) P_l(x·z/d) f(z) dμ dμ, by the addition theorem Σ_m φ_lmφ_lm = deg_l P_l.

        On the whole sphere its mean over a random function of rotation-invariant covariance is the covariance's
        eigenvalue λ_l.

        Args:
            values: f at the points (functions, n).
            degrees: l.

        Returns:
            (functions, degrees).

        Raises:
            BadInput: values of another shape.
        """
        if values.ndim != 2 or values.shape[1] != len(self.points):
            raise BadInput(f"values of shape {values.shape} at {len(self.points)} points: need (functions, n)")
        weighted, cosines = values * self.weights, self.points @ self.points.T / _DIMENSION
        powers = [((weighted @ zonal(l, _DIMENSION, cosines)) * weighted).sum(axis=1) for l in degrees]
        return np.stack(powers, axis=1)
