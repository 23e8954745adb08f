"""The error for a matrix whose Cholesky factor does not exist in floating point."""

from __future__ import annotations

from typing import Any

import numpy as np

from fieldbench.errors import NotPositiveDefinite


def not_positive(
    pivot: float, index: int, order: int, ridge: float, largest: float, dtype: Any, where: str = "kernel matrix"
) -> NotPositiveDefinite:
    """The error that names a pivot, its place, the ridge, and the ridge n·eps·max K_ii that would cover rounding."""
    remedy = order * float(np.finfo(dtype).eps) * largest
    return NotPositiveDefinite(
        f"{where} + ridge is not positive definite: smallest pivot {pivot:.3e} at index {index} of {order} with "
        f"ridge {ridge:g}; use a ridge of at least {max(remedy, -2.0 * pivot):.1e}, remove duplicate points, "
        "or check that the kernel is one"
    )
