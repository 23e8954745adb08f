"""Numbers of NumPy from a JAX key: `jax.random` compiles for each shape, which costs more than a small measurement."""

from __future__ import annotations

import jax
import numpy as np

from fieldbench.typing import Array, Float


def generator(key: Array, purpose: int = 0) -> np.random.Generator:
    """NumPy's generator, seeded by all bits of a typed JAX key; what is drawn for different purposes is independent."""
    return np.random.default_rng([*np.asarray(jax.random.key_data(key)).ravel().tolist(), purpose])


def normals(key: Array, *shape: int) -> Float[np.ndarray, "..."]:
    """Independent N(0, 1) in float64, for measurements in NumPy.

    Args:
        key: typed JAX key; equal keys and shapes give equal numbers.
        shape: of the result.
    """
    return generator(key).standard_normal(shape)


def directions(key: Array, *shape: int) -> Float[np.ndarray, "..."]:
    """Independent unit vectors, uniform on the sphere, along the last axis; arguments as `normals`."""
    points = normals(key, *shape)
    points /= np.linalg.norm(points, axis=-1, keepdims=True)
    return points
