"""The error for a matrix whose Cholesky factor does not exist in floating point."""

from __future__ import annotations

import numpy as np

from fieldbench.errors import NotPositiveDefinite


def not_positive(
    pivot: float,
    index: int,
    order: int,
    ridge: float,
    largest: float,
    dtype: np.dtype,
    *,
    where: str = "kernel matrix",
    quantity: str = "pivot",
) -> NotPositiveDefinite:
    """The error that names a pivot, its place, the ridge, and the ridge n·eps·max K_ii that would cover rounding.

    Args:
        pivot: the pivot, or the eigenvalue, that is not positive; NaN if it is.
        index: its place, from 0.
        order: n.
        ridge: κ.
        largest: max K_ii, or the largest eigenvalue.
        dtype: of the factorisation.
        where: what was factorised.
        quantity: "pivot" or "eigenvalue".
    """
    remedy = max(order * float(np.finfo(dtype).eps) * largest, -2.0 * pivot)
    return NotPositiveDefinite(
        f"{where} + ridge is not positive definite: smallest {quantity} {pivot:.3e} at index {index} of {order} with "
        f"ridge {ridge:g}; use a ridge of at least {remedy:.1e}, remove duplicate points, "
        "or check that the kernel is one"
    )
