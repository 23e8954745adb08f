"""Array types whose shapes are readable: jaxtyping where it is installed (tests, type checkers), plain arrays
elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from jax import Array

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int, Real
else:
    try:
        from jaxtyping import Bool, Float, Int, Real
    except ImportError:

        class _Shaped:
            """Stands in for a jaxtyping dtype: `Float[Array, "n d"]` is then just `Array`."""

            def __class_getitem__(cls, item: tuple[Any, str]) -> Any:
                return item[0]

        Bool = Float = Int = Real = _Shaped

AnyArray: TypeAlias = Array | np.ndarray
"""NumPy's or JAX's, for functions that take both: `Float[AnyArray, "n d"]`."""

Numbers: TypeAlias = float | Sequence[float | Sequence[float] | np.ndarray] | np.ndarray | Array
"""A number or many, for `np.asarray`. Not NumPy's ArrayLike: checked at run time, that refuses tuples."""

Scalar: TypeAlias = float | Real[Array, ""]
"""A number, as Python's outside of compiled programs and traced inside (a whole one as an integer)."""

Whole: TypeAlias = int | Int[Array, ""]
"""A whole number, inside and outside likewise."""

Sizes: TypeAlias = Sequence[int] | Int[np.ndarray, " sizes"]
"""Whole numbers in a vector: Python's or NumPy's."""

__all__ = ["AnyArray", "Array", "Bool", "Float", "Int", "Numbers", "Scalar", "Sizes", "Whole"]
