"""Standard normal numbers of NumPy from a JAX key."""

from __future__ import annotations

import jax
import numpy as np

from fieldbench.typing import Array, Float


def normals(key: Array, *shape: int) -> Float[np.ndarray, "..."]:
    """Independent N(0, 1) in float64, for measurements in NumPy.

    `jax.random.normal` is compiled for each shape, which costs more than a small measurement; this is not.

    Args:
        key: typed JAX key; equal keys and shapes give equal numbers.
        shape: of the result.
    """
    words = np.asarray(jax.random.key_data(key)).ravel()
    return np.random.default_rng([int(word) for word in words]).standard_normal(shape)
