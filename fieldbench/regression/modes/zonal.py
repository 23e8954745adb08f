"""Exact learnability on the sphere without a test set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fieldbench.errors import BadInput
from fieldbench.regression import NestedRegression
from fieldbench.theory.kernels import sphere
from fieldbench.typing import AnyArray, Array, Float, Sizes

_ROWS = 32


def rotation_averaged_learnability(
    gpr: NestedRegression,
    gram: Float[AnyArray, "n n"],
    cosines: Float[AnyArray, "n n"],
    ridge: float,
    sizes: Sizes,
    *,
    degree: int,
    dimension: int,
    eigenvalue: float,
) -> Float[AnyArray, " sizes"]:
    """Learnability of a degree, averaged exactly over all rotations of the target: L̄_l = λ_l Tr[P_l(XXᵀ/d)(K + κ)⁻¹].

    From ∫ φ_lm(x) K(x, X) dμ = λ_l φ_lm(X) and the addition theorem Σ_m φ_lmφ_lm = deg_l P_l.

    Args:
        gpr: the regression (port).
        gram: kernel matrix of points on the sphere |x|² = d.
        cosines: XXᵀ/d.
        ridge: κ ≥ 0.
        sizes: nested training sizes.
        degree, dimension: l and d.
        eigenvalue: λ_l of the kernel, from `theory.sphere`.
    """
    if cosines.shape != gram.shape:
        raise BadInput(f"cosines of shape {cosines.shape} for a kernel matrix of shape {gram.shape}: both are (n, n)")
    return eigenvalue * gpr.traces(gram, ridge, zonal_matrix(degree, dimension, cosines), sizes)


def zonal_matrix(degree: int, dimension: int, cosines: Float[AnyArray, "n m"]) -> Float[AnyArray, "n m"]:
    """P_l of a matrix of cosines. Of NumPy's by blocks of rows: touching new memory costs more than the sums."""
    if not isinstance(cosines, np.ndarray):
        whole: Array = sphere.zonal(degree, dimension, cosines)
        return whole
    matrix = np.empty_like(cosines)
    for start in range(0, len(matrix), _ROWS):
        rows = slice(start, start + _ROWS)
        matrix[rows] = sphere.zonal(degree, dimension, cosines[rows])
    return matrix


def zonal_coefficients(
    gpr: NestedRegression,
    gram: Float[AnyArray, "n n"],
    inputs: Float[AnyArray, "n d"],
    direction: Float[AnyArray, " d"],
    ridge: float,
    sizes: Sizes,
    *,
    target_degrees: Sequence[int],
    degree: int,
    eigenvalue: float,
) -> Float[AnyArray, "sizes targets"]:
    """Coefficient ⟨f, φ_l⟩ of the posterior mean on a zonal harmonic, one column for each target φ_j of unit power.

    λ_l φ_l(X)ᵀ(K + κ)⁻¹φ_j(X), φ_l(x) = √deg_l P_l(w·x/√d): learnability of φ_l for j = l, its cross-learnability
    from φ_j else (zero in the mean, by symmetry).

    Args:
        gpr: the regression (port).
        gram: kernel matrix.
        inputs: X, on the sphere |x|² = d.
        direction: unit vector w.
        ridge: κ ≥ 0.
        sizes: nested training sizes.
        target_degrees: the degrees j.
        degree: l.
        eigenvalue: λ_l of the kernel.
    """
    dimension = inputs.shape[1]
    cosines = inputs @ direction / dimension**0.5
    targets = np.stack([harmonic(j, dimension, cosines) for j in target_degrees], axis=1)
    functional = eigenvalue * harmonic(degree, dimension, cosines)[None, :]
    return gpr.predictions(gram, ridge, targets, functional, sizes)[:, 0, :]


def harmonic(degree: int, dimension: int, cosines: Float[AnyArray, "*shape"]) -> Float[AnyArray, "*shape"]:
    """Zonal harmonic of unit power, √deg_l P_l(t)."""
    values: AnyArray = float(sphere.degeneracy(degree, dimension)) ** 0.5 * sphere.zonal(degree, dimension, cosines)
    return values
