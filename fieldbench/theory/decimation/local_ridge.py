"""Effective ridge that depends on the position: one self-consistent ridge for each point of a data set.

The effective ridge takes every image to see the same average of the unlearned modes. Here each point i of a data set
of M has its own, from the coherent-potential approximation (Soven 1967) of sampling P of M points at random. With
p = P/M, sample precision 1/κ_i at the points drawn and 0 elsewhere, the medium of precisions 1/u_i is fixed by asking
that a point, drawn or not, scatters nothing on average:

    R = (K + diag u)^{-1},   c_i = 1/R_ii − u_i,   p u_i = κ_i + (1 − p) c_i.

c_i is the posterior variance at i when i is not drawn. The error at a point that is not drawn solves

    m_i R_ii² = (R y)_i² + ((1 − p)/p) Σ_{j≠i} R_ij² m_j.

The mean predictor is ⟨f⟩ = K R y. With u the same for all points this is the effective ridge of a finite population,
κ_eff = p u (learning_curves.py); with κ_i uneven it describes an input-dependent noise. Neglected: the fluctuation of
c_i between draws. Derived for this project.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from fieldbench.errors import BadInput, NotPositiveDefinite

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_LIMIT = 200
_LARGEST_STEP = 0.9  # of the mixing: the plain iteration contracts, its acceleration must not run away


@dataclass(frozen=True)
class LocalRidge:
    """The solution at one P.

    Attributes:
        ridge: κ_eff,i = p u_i at each point, (M,).
        variance: c_i, posterior variance at i over draws that leave i out, (M,).
        error: m_i, mean squared error at i over draws that leave i out, (M,).
        weights: R y, of which K R y is the mean predictor, (M,).
    """

    ridge: Vector
    variance: Vector
    error: Vector
    weights: Vector

    @property
    def test_error(self) -> float:
        """Mean squared error on held-out points."""
        return float(self.error.mean())


def local_ridge(
    kernel: Matrix,
    targets: Vector,
    samples: int,
    ridge: Vector | float,
    start: Vector | float,
    tolerance: float = 1e-7,
) -> LocalRidge:
    """Solve for a ridge at every point by iteration, mixing the last two steps (Anderson).

    An iteration costs about 2M³/3 flops and M² floats, or 3Mr² with a factor of rank r; the errors M³ once.

    Args:
        kernel: K(x_i, x_j) over the M points, (M, M), or a factor B of K = BBᵀ, (M, r) with r < M.
        targets: y(x_i), (M,).
        samples: P, 1 ≤ P < M.
        ridge: κ, one number or one for each point (M,), > 0.
        start: first guess of κ_eff, for all or for each point (M,); usually `learning_curves.effective_ridge`.
        tolerance: largest change of log u_i at which to stop; the map contracts, so the error is of the same order.

    Raises:
        BadInput: P outside 1 … M−1, a ridge that is not positive, or no convergence (a rank-deficient kernel with a
            tiny ridge and P close to the rank).
        NotPositiveDefinite: K + u has no Cholesky factor.
    """
    size = len(kernel)
    fraction = samples / size
    bare = np.broadcast_to(np.asarray(ridge, dtype=np.float64), (size,))
    guess = np.broadcast_to(np.asarray(start, dtype=np.float64), (size,))
    if not 1 <= samples < size or not (bare > 0.0).all() or not (guess > 0.0).all():
        raise BadInput(f"need 1 ≤ P < M and positive ridges; got P = {samples}, M = {size}, smallest {bare.min()}")
    dense = kernel.shape[1] == size
    whitened = _whitened if dense else _whitened_factor
    log_medium = np.log(guess / fraction)
    before: tuple[Vector, Vector] | None = None
    for _ in range(_LIMIT):
        medium = np.exp(log_medium)
        variance = 1.0 / _diagonal(whitened(kernel, medium), medium, dense) - medium
        step = np.log((bare + (1.0 - fraction) * variance) / fraction) - log_medium
        change = float(np.abs(step).max())
        if change < tolerance:
            medium = np.exp(log_medium + step)
            resolvent = _resolvent(whitened(kernel, medium), medium, dense)
            variance = 1.0 / resolvent.diagonal() - medium
            errors = _errors(resolvent, targets, fraction)
            return LocalRidge(fraction * medium, variance, errors, resolvent @ targets)
        following = log_medium + step
        if before is not None:
            bend = step - before[1]
            mixing = np.clip(step @ bend / (bend @ bend), -_LARGEST_STEP, _LARGEST_STEP)
            following = following - mixing * (following - before[0] - before[1])
        before, log_medium = (log_medium, step), following
    raise BadInput(f"no self-consistent ridge after {_LIMIT} iterations (last change {change:.1g}); raise the ridge")


def _whitened(gram: Matrix, medium: Vector) -> Matrix:
    """L⁻¹ with LLᵀ = K + diag u, so that R = L⁻ᵀL⁻¹."""
    factor = _cholesky(gram, medium)
    inverse, _ = scipy.linalg.lapack.dtrtri(factor, lower=1, overwrite_c=1)
    return np.asarray(inverse)


def _whitened_factor(factor: Matrix, medium: Vector) -> Matrix:
    """V, (r, M), with R = 1/u − VᵀV (Woodbury)."""
    scaled = factor / medium[:, None]
    lower = _cholesky(factor.T @ scaled, np.ones(factor.shape[1]))
    return np.asarray(scipy.linalg.solve_triangular(lower, scaled.T, lower=True, check_finite=False))


def _diagonal(whitened: Matrix, medium: Vector, dense: bool) -> Vector:
    """R_ii, (M,)."""
    squares = np.einsum("ai,ai->i", whitened, whitened)
    return np.asarray(squares if dense else 1.0 / medium - squares)


def _resolvent(whitened: Matrix, medium: Vector, dense: bool) -> Matrix:
    product = whitened.T @ whitened
    if dense:
        return np.asarray(product)
    np.negative(product, out=product)
    product[np.diag_indices_from(product)] += 1.0 / medium
    return np.asarray(product)


def _cholesky(matrix: Matrix, diagonal: Vector) -> Matrix:
    """L of matrix + diag, its upper triangle zero."""
    shifted = np.array(matrix, order="F")
    shifted[np.diag_indices_from(shifted)] += diagonal
    factor, info = scipy.linalg.lapack.dpotrf(shifted, lower=1, clean=1, overwrite_a=1)
    if info != 0:
        raise NotPositiveDefinite(f"K + u is not positive definite (pivot {info}, smallest u {diagonal.min():.3g})")
    return np.asarray(factor)


def _errors(resolvent: Matrix, targets: Vector, fraction: float) -> Vector:
    """m_i from its linear system, (M,)."""
    diagonal = resolvent.diagonal()
    left_out = (resolvent @ targets / diagonal) ** 2
    spread = (1.0 - fraction) / fraction * (resolvent / diagonal[:, None]) ** 2
    np.fill_diagonal(spread, 0.0)
    np.negative(spread, out=spread)
    np.fill_diagonal(spread, 1.0)
    return np.asarray(scipy.linalg.solve(spread, left_out, overwrite_a=True, check_finite=False))
