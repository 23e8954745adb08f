"""Effective ridge that depends on the position: one self-consistent ridge for each point of a data set.

The effective ridge takes every image to see the same average of the unlearned modes. Here each point i of a data set
of M has its own, from the coherent-potential approximation (Soven 1967) of sampling P of M points at random. With
p = P/M, sample precision 1/κ_i at the points drawn and 0 elsewhere, the medium of precisions 1/u_i is fixed by asking
that a point, drawn or not, scatters nothing on average:

    R = (K + diag u)^{-1},   c_i = 1/R_ii − u_i,   p u_i = κ_i + (1 − p) c_i.

c_i is the posterior variance at i when i is not drawn. The error at a point that is not drawn solves

    m_i R_ii² = (R y)_i² + ((1 − p)/p) Σ_{j≠i} R_ij² m_j.

With u the same for all points this is the effective ridge of a finite population, κ_eff = p u (learning_curves.py);
with κ_i uneven it describes an input-dependent noise. Neglected: the fluctuation of c_i between draws. Derived for
this project.
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


@dataclass(frozen=True)
class LocalRidge:
    """The solution at one P.

    Attributes:
        ridge: κ_eff,i = p u_i at each point, (M,).
        variance: c_i, posterior variance at i over draws that leave i out, (M,).
        error: m_i, mean squared error at i over draws that leave i out, (M,).
    """

    ridge: Vector
    variance: Vector
    error: Vector

    @property
    def test_error(self) -> float:
        """Mean squared error on held-out points."""
        return float(self.error.mean())


def local_ridge(
    gram: Matrix, targets: Vector, samples: int, ridge: Vector | float, start: float, tolerance: float = 1e-7
) -> LocalRidge:
    """Solve for a ridge at every point by iteration, each one M × M inverse (about M³ flops, 2 M² floats).

    Args:
        gram: K(x_i, x_j) over the M points, (M, M).
        targets: y(x_i), (M,).
        samples: P, 1 ≤ P < M.
        ridge: κ, one number or one for each point (M,), > 0.
        start: first guess of κ_eff, usually that of `learning_curves.effective_ridge`.
        tolerance: largest change of log u_i at which to stop; the map contracts, so the error is of the same order.

    Raises:
        BadInput: P outside 1 … M−1, a ridge that is not positive, or no convergence (a rank-deficient kernel with a
            tiny ridge and P close to the rank).
        NotPositiveDefinite: K + u has no Cholesky factor.
    """
    size = len(gram)
    fraction = samples / size
    bare = np.broadcast_to(np.asarray(ridge, dtype=np.float64), (size,))
    if not 1 <= samples < size or not (bare > 0.0).all() or not start > 0.0:
        raise BadInput(f"need 1 ≤ P < M and positive ridges; got P = {samples}, M = {size}, smallest {bare.min()}")
    medium = np.full(size, start / fraction)
    for _ in range(_LIMIT):
        resolvent = _inverse(gram, medium)
        diagonal = resolvent.diagonal()
        variance = 1.0 / diagonal - medium
        updated = (bare + (1.0 - fraction) * variance) / fraction
        change = float(np.abs(np.log(updated / medium)).max())
        medium = updated
        if change < tolerance:
            return LocalRidge(fraction * medium, variance, _errors(resolvent, targets, fraction))
    raise BadInput(f"no self-consistent ridge after {_LIMIT} iterations (last change {change:.1g}); raise the ridge")


def _inverse(gram: Matrix, diagonal: Vector) -> Matrix:
    """(K + diag u)^{-1} by Cholesky, symmetric."""
    matrix = np.array(gram, order="F")
    matrix[np.diag_indices_from(matrix)] += diagonal
    factor, info = scipy.linalg.lapack.dpotrf(matrix, lower=1, overwrite_a=1)
    if info != 0:
        raise NotPositiveDefinite(f"K + u is not positive definite (pivot {info}, smallest u {diagonal.min():.3g})")
    inverse, _ = scipy.linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    return np.asarray(np.tril(inverse) + np.tril(inverse, -1).T)


def _errors(resolvent: Matrix, targets: Vector, fraction: float) -> Vector:
    """m_i from its linear system, (M,)."""
    diagonal = resolvent.diagonal()
    left_out = (resolvent @ targets / diagonal) ** 2
    spread = (1.0 - fraction) / fraction * (resolvent / diagonal[:, None]) ** 2
    np.fill_diagonal(spread, 0.0)
    np.negative(spread, out=spread)
    np.fill_diagonal(spread, 1.0)
    return np.asarray(scipy.linalg.solve(spread, left_out, overwrite_a=True, check_finite=False))
