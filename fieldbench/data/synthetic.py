"""Synthetic inputs from a key: Gaussian, uniform on the sphere |x|² = d, and on a band of latitudes of it."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from fieldbench.errors import BadInput
from fieldbench.typing import Array, Float


def gaussian(key: Array, count: int, dimension: int, *, dtype: Any = jnp.float64) -> Float[Array, "count dimension"]:
    """Independent inputs x ~ N(0, 1_d).

    Args:
        key: typed JAX key.
        count: number of points, at least 1.
        dimension: d, at least 1.
        dtype: floating type; float64 needs JAX's x64 mode.

    Raises:
        BadInput: no points, no dimension, or float64 asked for without x64.
    """
    if count < 1 or dimension < 1:
        raise BadInput(f"{count} points in dimension {dimension}: both must be at least 1")
    if jnp.dtype(dtype) == jnp.float64 and not jax.config.jax_enable_x64:  # type: ignore[attr-defined]
        raise BadInput("float64 inputs without x64 would be float32 in silence: enable jax_enable_x64 or pass dtype")
    points: Array = jax.random.normal(key, (count, dimension), dtype=dtype)
    return points


def on_sphere(key: Array, count: int, dimension: int, *, dtype: Any = jnp.float64) -> Float[Array, "count dimension"]:
    """Independent inputs uniform on the sphere |x|² = d: Gaussian vectors scaled to length √d.

    Args, Raises: as `gaussian`.
    """
    points = gaussian(key, count, dimension, dtype=dtype)
    norms = jnp.sqrt(jnp.sum(points * points, axis=1, keepdims=True))
    scaled: Array = points * (dimension**0.5 / norms)
    return scaled


def on_band(
    key: Array, count: int, dimension: int, reach: float, *, dtype: Any = jnp.float64
) -> Float[Array, "count dimension"]:
    """Independent inputs on the sphere |x|² = d whose first coordinate over √d is uniform on (−reach, reach).

    What is left of each, its longitude, is uniform: a measure that has lost the sphere's symmetry along one axis.

    Args:
        key, count, dtype: as `gaussian`.
        dimension: d, at least 2.
        reach: largest cosine with the axis, within 0 < reach ≤ 1.

    Raises:
        BadInput: as `gaussian`, or a reach outside its range.
    """
    if not 0.0 < reach <= 1.0 or dimension < 2:
        raise BadInput(f"reach {reach} in dimension {dimension}: cosines lie within 0 and 1, and a band needs d ≥ 2")
    along, around = jax.random.split(key)
    cosines = reach * jax.random.uniform(along, (count, 1), dtype=dtype, minval=-1.0, maxval=1.0)
    longitudes = on_sphere(around, count, dimension - 1, dtype=dtype) * (dimension / (dimension - 1)) ** 0.5
    points: Array = jnp.concatenate([cosines * dimension**0.5, jnp.sqrt(1.0 - cosines**2) * longitudes], axis=1)
    return points
