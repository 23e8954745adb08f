"""Population error without a test set, where the kernel's integrals over the data measure are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.checked import checked_array
from fieldbench.errors import BadInput
from fieldbench.regression import NestedRegression
from fieldbench.theory.kernels.sphere import degeneracy
from fieldbench.typing import Sizes

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Integrals:
    """A drawn data set with all that its exact error needs.

    Attributes:
        gram: K(x_i, x_j), (n, n).
        squared: K₂(x_i, x_j), K₂(x, z) = ∫K(x, u)K(u, z)dμ, with eigenvalues λ_k², (n, n).
        labels: y(x_i) of t targets, (n, t).
        overlaps: ∫K(x_i, x)y(x)dμ, (n, t); in the eigenspace of λ this is λ y(x_i).
        powers: ∫y²dμ, (t,).
    """

    gram: Matrix
    squared: Matrix
    labels: Matrix
    overlaps: Matrix
    powers: Vector


def with_features(features: Matrix, eigenvalues: Vector, coefficients: Matrix) -> Integrals:
    """K = Σ_k λ_kφ_kφ_k with φ orthonormal under the data measure, and targets Σ_k y_kφ_k.

    Args:
        features: φ_k(x_i), (n, k).
        eigenvalues: λ_k ≥ 0, (k,).
        coefficients: y_k of each target, (k, t).
    """
    weighted = features * eigenvalues
    power = (coefficients**2).sum(axis=0)
    return Integrals(
        weighted @ features.T, weighted @ weighted.T, features @ coefficients, weighted @ coefficients, power
    )


def with_harmonics(
    eigenvalues: Vector, dimension: int, cosines: Matrix, targets: Matrix, degrees: NDArray[np.int_]
) -> Integrals:
    """A rotation-invariant kernel on the sphere, with targets of unit power that are harmonics of one degree each.

    Targets of different degrees add up: averaged over independent signs of its parts, the error of a sum is the sum of
    the errors.

    Args:
        eigenvalues: λ_l, degree by degree from 0, (l,).
        dimension: d.
        cosines: x_i·x_j/d, (n, n).
        targets: their values, (n, t).
        degrees: the degree of each target, (t,).
    """
    gram, squared = (zonal_series(levels, dimension, cosines) for levels in (eigenvalues, eigenvalues**2))
    return Integrals(gram, squared, targets, targets * eigenvalues[degrees], np.ones(len(degrees)))


def population_errors(gpr: NestedRegression, integrals: Integrals, ridge: float, sizes: Sizes) -> Matrix:
    """∫(f − y)²dμ of the posterior mean f alone, see `population_moments`."""
    return population_moments(gpr, integrals, ridge, sizes)[0]


def population_moments(
    gpr: NestedRegression, integrals: Integrals, ridge: float, sizes: Sizes
) -> tuple[Matrix, Matrix]:
    """∫(f − y)²dμ and ∫fy dμ of the posterior mean f, exactly and on every data set, for each target y.

    With α = (K + κ)⁻¹y(X) and h the overlaps they are ∫y² − 2hᵀα + αᵀK₂α and hᵀα.

    Args:
        gpr: the regression (port).
        integrals: the data set.
        ridge: κ ≥ 0.
        sizes: nested training sizes (s,).

    Returns:
        Two of (s, t). Rounding is a few eps of the power, whatever the error.

    Raises:
        BadInput, NotPositiveDefinite: shapes that do not fit, and as the port.
    """
    values = checked_array("labels", integrals.labels, (len(integrals.gram), None))
    fields = checked_array("overlaps", integrals.overlaps, values.shape)
    whole = checked_array("powers", integrals.powers, (values.shape[1],))
    doubled = checked_array("squared", integrals.squared, np.shape(integrals.gram))
    alphas = np.asarray(gpr.predictions(integrals.gram, ridge, values, np.eye(len(values)), sizes))
    learned = np.stack([(alpha * fields).sum(axis=0) for alpha in alphas])
    squares = np.stack([(alpha * (doubled @ alpha)).sum(axis=0) for alpha in alphas])
    return whole - 2.0 * learned + squares, learned


def zonal_series(
    coefficients: Vector | Sequence[float], dimension: int, cosines: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Σ_l c_l deg_l P_l(t): the kernel with eigenvalues c_l, of the degrees 0 … len(c) − 1.

    By Clenshaw's backward recurrence on (l + d − 2)P_{l+1} = (2l + d − 2)tP_l − lP_{l−1}: three matrices at a time.

    Args:
        coefficients: c_l, (l,).
        dimension: d ≥ 3.
        cosines: t, an array of any shape.

    Raises:
        BadInput: d < 3, or no coefficient.
    """
    scaled = [float(c) * float(degeneracy(l, dimension)) for l, c in enumerate(coefficients)]
    if dimension < 3 or not scaled:
        raise BadInput(f"{len(scaled)} coefficients in dimension {dimension}: need at least one, and d ≥ 3")
    while len(scaled) > 1 and scaled[-1] == 0.0:
        scaled.pop()
    above, current = np.zeros_like(cosines), np.full_like(cosines, scaled[-1])
    for l in range(len(scaled) - 2, -1, -1):
        rising = (2 * l + dimension - 2) / (l + dimension - 2)
        falling = (l + 1) / (l + dimension - 1)
        above, current = current, scaled[l] + rising * cosines * current - falling * above
    return current
