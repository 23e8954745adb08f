"""Solves in mixed precision: a float32 factorisation, refined to float64, where the conditioning allows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldbench.checked import checked_array, checked_order, checked_ridge
from fieldbench.errors import BadInput, NotPositiveDefinite
from fieldbench.regression.tiled import TiledTriangle, blas_threads, copied, factorise_tiles, solve_factored
from fieldbench.typing import AnyArray, Float

_MOST_STEPS = 40
_POWER_STEPS = 8
_SLOWEST = 0.5


@dataclass(frozen=True)
class Refined:
    """A solution in float64.

    Attributes:
        weights: α.
        residual: the largest over the targets of ‖(K + κ)α − y‖/(‖K + κ‖₂‖α‖ + ‖y‖), the normwise backward error.
        steps: refinement steps taken.
        condition: estimate of the condition number of K + κ, from below.
    """

    weights: Float[np.ndarray, "n t"]
    residual: float
    steps: int
    condition: float


def refined_weights(
    gram: Float[AnyArray, "n n"], ridge: float, targets: Float[AnyArray, "n t"], *, threads: int = 1
) -> Refined:
    """α = (K + κ)⁻¹y in float64 from a factorisation in float32, which costs half the time and half the memory.

    Iterative refinement: α ← α + (L Lᵀ)⁻¹(y − (K + κ)α), residual in float64, contracts by about cond·n·eps₃₂
    (Higham 2002, theorem 12.1) until the backward error is that of float64. What does not contract is refused, never
    returned.

    Args:
        gram: symmetric kernel matrix, float64.
        ridge: κ ≥ 0.
        targets: y, float64.
        threads: workers of the factorisation.

    Raises:
        BadInput: another dtype or shape, entries that are not finite or beyond the range of float32, a negative ridge;
            or a condition number at which refinement cannot work, with the estimate, its limit and what to do.
        NotPositiveDefinite: K + κ rounded to float32 is not positive definite: float64 may still be.
    """
    count, noise = checked_order(gram), checked_ridge(ridge)
    matrix = checked_array("gram", gram, (count, count))
    labels = checked_array("targets", targets, (count, None))
    if matrix.dtype != np.float64 or labels.dtype != np.float64:
        raise BadInput(f"gram and targets have dtypes {matrix.dtype} and {labels.dtype}: refinement ends in float64")
    factor = _single_factor(matrix, noise, threads)
    with blas_threads(1):
        largest, smallest = _extremes(matrix, noise, factor, threads)
        condition = largest / smallest
        limit = 1.0 / float(np.finfo(np.float32).eps)
        if not condition < limit:
            raise _refused(f"the condition number is at least {condition:.1e}, beyond 1/eps of float32 = {limit:.1e}")
        weights, error, steps = _refine(matrix, noise, factor, labels, largest, threads)
    return Refined(weights, error, steps, condition)


def _refine(
    matrix: Float[np.ndarray, "n n"],
    ridge: float,
    factor: TiledTriangle,
    labels: Float[np.ndarray, "n t"],
    norm: float,
    threads: int,
) -> tuple[Float[np.ndarray, "n t"], float, int]:
    # Residuals of n terms are known to n·eps in the worst case; roundings rarely add up, so a few √n are reached.
    enough = 4.0 * float(np.sqrt(len(labels)) * np.finfo(np.float64).eps)
    weights, before = np.zeros_like(labels), np.inf
    scales = np.linalg.norm(labels, axis=0)
    for step in range(_MOST_STEPS + 1):
        remainder = labels - matrix @ weights - ridge * weights
        denominator = norm * np.linalg.norm(weights, axis=0) + scales
        error = float(np.max(np.linalg.norm(remainder, axis=0) / np.where(denominator > 0.0, denominator, 1.0)))
        if error <= enough:
            return weights, error, step
        if not error < _SLOWEST * before:
            break
        before = error
        # Each column is scaled to length one: a small remainder would underflow in float32.
        lengths = np.linalg.norm(remainder, axis=0)
        lengths[lengths == 0.0] = 1.0
        weights = weights + lengths * solve_factored(factor, remainder / lengths, threads=threads).astype(np.float64)
    raise _refused(
        f"refinement stagnates at a backward error of {error:.1e} after {step} steps, float64 gives {enough:.1e}"
    )


def _single_factor(matrix: Float[np.ndarray, "n n"], ridge: float, threads: int) -> TiledTriangle:
    top = float(np.abs(np.diagonal(matrix)).max()) + ridge
    if top > float(np.finfo(np.float32).max):
        raise BadInput(f"diagonal {top:.1e} is beyond float32's largest number {np.finfo(np.float32).max:.1e}: rescale")
    try:
        return factorise_tiles(copied(matrix, ridge, threads=threads, dtype=np.float32), ridge, threads=threads)
    except NotPositiveDefinite as error:
        raise NotPositiveDefinite(f"in float32, {error}; or factorise in float64") from error


def _extremes(
    matrix: Float[np.ndarray, "n n"], ridge: float, factor: TiledTriangle, threads: int
) -> tuple[float, float]:
    """Largest and smallest eigenvalue of K + κ by a few power steps: a lower and an upper bound, so is the ratio."""
    start = np.random.default_rng(0).standard_normal((len(matrix), 1))
    vector, inverse, largest, reciprocal = start, start, 0.0, 0.0
    for _ in range(_POWER_STEPS):
        vector = vector / np.linalg.norm(vector)
        inverse = inverse / np.linalg.norm(inverse)
        vector = matrix @ vector + ridge * vector
        inverse = solve_factored(factor, inverse, threads=threads).astype(np.float64)
        largest, reciprocal = float(np.linalg.norm(vector)), float(np.linalg.norm(inverse))
    return largest, 1.0 / reciprocal


def _refused(reason: str) -> BadInput:
    return BadInput(f"mixed precision refused: {reason}; use a larger ridge, or factorise in float64")
