"""What users hand in, checked once and in one sentence: sizes, ridges, kernel matrices, arrays."""

from __future__ import annotations

import numpy as np

from fieldbench.errors import BadInput
from fieldbench.typing import AnyArray, Float, Int, Numbers, Sizes


def checked_sizes(sizes: Sizes, largest: int) -> Int[np.ndarray, " sizes"]:
    """Training sizes as a vector of integers within 1 … largest.

    Raises:
        BadInput: no size, a size that is not whole, or one outside 1 … largest.
    """
    vector = np.atleast_1d(np.asarray(sizes))
    if vector.ndim != 1 or vector.size == 0 or not np.issubdtype(vector.dtype, np.integer):
        raise BadInput(f"sizes {sizes!r}: need a non-empty vector of whole numbers")
    if vector.min() < 1 or vector.max() > largest:
        raise BadInput(f"size {vector.min() if vector.min() < 1 else vector.max()}: must lie within 1 and {largest}")
    return vector


def checked_order(gram: Float[AnyArray, "n n"]) -> int:
    """The number of points n of a kernel matrix.

    Raises:
        BadInput: not a square matrix, or an empty one.
    """
    shape = np.shape(gram)
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] == 0:
        raise BadInput(f"gram has shape {shape}: need a square kernel matrix (n, n) with n ≥ 1")
    return int(shape[0])


def checked_ridge(ridge: float | np.floating) -> float:
    """The ridge, if it is a noise variance: finite and not negative.

    Raises:
        BadInput: NaN, infinite or negative.
    """
    if not np.isfinite(ridge) or ridge < 0.0:
        raise BadInput(f"ridge {ridge} must be a finite number ≥ 0: it is a noise variance added to the diagonal")
    return float(ridge)


def checked_array(name: str, array: Numbers, shape: tuple[int | None, ...]) -> np.ndarray:
    """The array as NumPy, if its shape matches (None matches any length ≥ 1) and every entry is finite.

    Raises:
        BadInput: another shape, or NaN or infinite entries.
    """
    values = np.asarray(array)
    fits = values.ndim == len(shape) and all(
        have == want or (want is None and have >= 1) for have, want in zip(values.shape, shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if want is None else str(want) for want in shape)
        raise BadInput(f"{name} has shape {values.shape}: need ({wanted})")
    if not np.isfinite(values.sum()) and not np.all(np.isfinite(values)):
        first = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise BadInput(f"{name}{list(first)} is {values[first]}: remove or repair the inputs that are not finite")
    return values
