"""Normals of a chain's steps from a counter-based generator: two steps' noise from one block, and no state to carry.

Langevin dynamics of a small network spends more time on noise than on gradients if each step folds a key and inverts
the error function. Here entry e of block b is Threefry-2x32 (Salmon, Moraes, Dror & Shaw, SC 2011) of the counter
(e, b) under the chain's key, and its two words make two normals (Box & Muller 1958): one for each of two successive
steps, so that neither is thrown away and nothing has to be rearranged.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.errors import BadInput
from fieldbench.typing import Array

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = 0x1BD11BDA
_ROUNDS = 20


def normal_pairs(keys: Array, like: Any, block: Array) -> tuple[Any, Any]:
    """Two independent sets of standard normals for every leaf of `like`, a function of the keys and the block's number.

    Args:
        keys: typed Threefry keys with one axis for each batch axis of the leaves; along an axis of size one the chains
            share their noise.
        like: pytree of arrays (*batch, ...), whose own axes and dtypes the normals get; below 2³² entries a chain.
        block: uint32 scalar; different blocks are independent.

    Returns:
        Two pytrees with leaves keys.shape + the leaf's own axes. float32 reaches 5.9 standard deviations, float64 6.8
        (radii from 24 and 32 random bits).

    Raises:
        BadInput: keys of another generator.
    """
    words = jax.random.key_data(keys)
    if words.shape[-1] != 2:
        raise BadInput(f"keys of {words.shape[-1]} words: pass Threefry keys, as jax.random.key(seed) makes them")
    leaves, structure = jax.tree.flatten(like)
    first, second, offset = [], [], 0
    for leaf in leaves:
        own = leaf.shape[keys.ndim :]
        shape, size = keys.shape + own, math.prod(own)
        entry = jnp.arange(offset, offset + size, dtype=jnp.uint32).reshape((1,) * keys.ndim + own)
        key = [words[..., k].reshape(keys.shape + (1,) * len(own)) for k in (0, 1)]
        bits = threefry(*(jnp.broadcast_to(part, shape) for part in (*key, entry, block)))
        one, two = _box_muller(*bits, leaf.dtype)
        first.append(one)
        second.append(two)
        offset += size
    return jax.tree.unflatten(structure, first), jax.tree.unflatten(structure, second)


@partial(jax.jit, static_argnames=("shapes", "dtype"))
def normals(keys: Array, shapes: tuple[tuple[int, ...], ...], dtype: Any) -> list[Array]:
    """Standard normals, the first half of block 0: compiled in a third of the time that `jax.random.normal` takes.

    Args:
        keys: as in `normal_pairs`; use them for nothing else.
        shapes: (*batch, ...) of each array wanted.
        dtype: of all of them.
    """
    like = [jax.ShapeDtypeStruct(shape, dtype) for shape in shapes]  # type: ignore[no-untyped-call]
    drawn: list[Array] = normal_pairs(keys, like, jnp.uint32(0))[0]
    return drawn


def threefry(key_0: Array, key_1: Array, counter_0: Array, counter_1: Array) -> tuple[Array, Array]:
    """Threefry-2x32 with 20 rounds: two random words for each counter, all arguments uint32 of one shape.

    Written out, and not called from `jax.random`, because a rolled loop over rounds keeps XLA from vectorising it on a
    CPU (a factor of six); the tests hold it to JAX's own words.
    """
    schedule = (key_0, key_1, key_0 ^ key_1 ^ np.uint32(_PARITY))
    x, y = counter_0 + schedule[0], counter_1 + schedule[1]
    for group in range(_ROUNDS // 4):
        for rotation in _ROTATIONS[group % 2]:
            x = x + y
            y = ((y << np.uint32(rotation)) | (y >> np.uint32(32 - rotation))) ^ x
        x = x + schedule[(group + 1) % 3]
        y = y + schedule[(group + 2) % 3] + np.uint32(group + 1)
    return x, y


def _box_muller(radial: Array, angular: Array, dtype: Any) -> tuple[Array, Array]:
    """√(−2 ln u) (cos φ, sin φ) with u in (0, 1] and φ uniform on the circle, from two words."""
    kept = 24 if dtype == jnp.float32 else 32  # more than float32's mantissa would be rounded
    uniform = ((radial >> np.uint32(32 - kept)).astype(dtype) + dtype.type(0.5)) * dtype.type(2.0**-kept)
    radius = jnp.sqrt(dtype.type(-2) * jnp.log(uniform))
    cosine, sine = _circle(angular, dtype)
    return radius * cosine, radius * sine


def _circle(bits: Array, dtype: Any) -> tuple[Array, Array]:
    """A uniform point on the unit circle: an angle within ±π/4 from 30 bits, turned by a quadrant from the other two.

    Within ±π/4 the next terms of the Taylor polynomials are 2.4e-8 (cosine) and 3.1e-7 (sine): nothing a float32 normal
    could show. XLA's own cosine is three times slower. float64 takes the library's.
    """
    fraction = (bits << np.uint32(2)).astype(jnp.int32).astype(dtype) * dtype.type(math.pi * 2.0**-33)
    if dtype == jnp.float32:
        square = fraction * fraction
        cosine = _polynomial(square, (1, -1 / 2, 1 / 24, -1 / 720, 1 / 40320))
        sine = fraction * _polynomial(square, (1, -1 / 6, 1 / 120, -1 / 5040))
    else:
        cosine, sine = jnp.cos(fraction), jnp.sin(fraction)
    odd, far = (bits >> np.uint32(30)) & np.uint32(1) == 1, bits >> np.uint32(31) == 1
    turned = jnp.where(odd, -sine, cosine), jnp.where(odd, cosine, sine)
    return jnp.where(far, -turned[0], turned[0]), jnp.where(far, -turned[1], turned[1])


def _polynomial(x: Array, coefficients: tuple[float, ...]) -> Array:
    value = jnp.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * x + x.dtype.type(coefficient)
    return value
