"""Power of functions on the sphere by degree, from their values: what degree l holds of random networks' outputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.kernels.sphere import zonal

Vector = NDArray[np.float64]


def sphere_quadrature(exactness: int) -> tuple[Vector, Vector]:
    """Points x on |x|² = 3 and weights of sum one that average polynomials up to degree `exactness` exactly.

    Gauss–Legendre in the latitude, equidistant in the longitude.

    Returns:
        points (n, 3) and weights (n,).

    Raises:
        BadInput: negative degree.
    """
    if exactness < 0:
        raise BadInput(f"exactness {exactness}: a degree is not negative")
    heights, latitude = np.polynomial.legendre.leggauss(exactness // 2 + 1)
    longitudes = 2.0 * np.pi * np.arange(exactness + 1) / (exactness + 1)
    radius = np.sqrt(1.0 - heights**2)[:, None]
    columns = radius * np.cos(longitudes), radius * np.sin(longitudes), np.repeat(heights[:, None], exactness + 1, 1)
    weights = np.repeat(latitude / 2.0, exactness + 1) / (exactness + 1)
    return 3.0**0.5 * np.stack([column.ravel() for column in columns], axis=1), weights


def power_by_degree(outputs: Vector, points: Vector, weights: Vector, degrees: Sequence[int]) -> Vector:
    """(1/deg_l) Σ_m ⟨f, φ_lm⟩² = ∫∫ f(x) P_l(x·z/d) f(z) dμ dμ, by the addition theorem Σ_m φ_lmφ_lm = deg_l P_l.

    Its mean over a random function of rotation-invariant covariance is the eigenvalue λ_l of the covariance.

    Args:
        outputs: f at the points (functions, n).
        points: (n, d) on |x|² = d.
        weights: (n,) of the quadrature.
        degrees: l.

    Returns:
        (functions, degrees).

    Raises:
        BadInput: shapes that do not fit.
    """
    if outputs.ndim != 2 or outputs.shape[1] != len(points) or weights.shape != (len(points),):
        raise BadInput(f"outputs {outputs.shape} and weights {weights.shape} for {len(points)} points: (f, n) and (n,)")
    dimension = points.shape[1]
    weighted, cosines = outputs * weights, points @ points.T / dimension
    return np.stack([((weighted @ zonal(l, dimension, cosines)) * weighted).sum(axis=1) for l in degrees], axis=1)
