"""Array types whose shapes are readable: jaxtyping where it is installed (tests, type checkers), plain arrays
elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jax import Array

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
else:
    try:
        from jaxtyping import Bool, Float, Int
    except ImportError:

        class _Shaped:
            """Stands in for a jaxtyping dtype: `Float[Array, "n d"]` is then just `Array`."""

            def __class_getitem__(cls, item: tuple[Any, str]) -> Any:
                return item[0]

        Bool = Float = Int = _Shaped

__all__ = ["Array", "Bool", "Float", "Int"]
