"""The noise generator: JAX's own Threefry word for word, the normal law, and who shares what."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.random import threefry_2x32
from scipy import stats

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators.noise import normal_pairs, threefry

COUNT = 2_000_000
pairs = jax.jit(normal_pairs)  # as integrators call it, within their program


def block(number=0, *, keys=None, dtype=jnp.float32, shape=(COUNT,)):
    keys = jax.random.split(jax.random.key(3), 1) if keys is None else keys
    like = jnp.zeros((*keys.shape, *shape), dtype)
    return [np.asarray(z) for z in pairs(keys, like, jnp.uint32(number))]


def test_the_words_are_those_of_jax_threefry():
    counters = jax.random.bits(jax.random.key(0), (2, 1000), jnp.uint32)
    key = jax.random.key_data(jax.random.key(123456789))
    ours = jax.jit(threefry)(*(jnp.broadcast_to(part, (1000,)) for part in key), *counters)
    np.testing.assert_array_equal(np.concatenate(ours), threefry_2x32(key, counters.reshape(-1)))


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_both_halves_are_standard_normal(dtype):
    """Kolmogorov–Smirnov on 2·10⁶ draws notices a shift of the law by 1.4e-3; the moments' errors are √(k!!/n)."""
    for draws in block(dtype=dtype):
        draws = draws.ravel().astype(np.float64)
        assert stats.kstest(draws, "norm").pvalue > 1e-4
        for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96), (6, 15, 10395 - 225)):
            assert abs((draws**power).mean() - moment) < 4.5 * np.sqrt(variance / COUNT), power
        beyond = np.sum(np.abs(draws) > 4.0)
        assert abs(beyond - COUNT * 2 * stats.norm.sf(4.0)) < 4.5 * np.sqrt(COUNT * 2 * stats.norm.sf(4.0))


def test_nothing_correlates_with_anything():
    """Halves of a pair, neighbouring entries, neighbouring blocks, neighbouring chains, and their squares."""
    keys = jax.random.split(jax.random.key(5), 2)
    first, second = block(0, keys=keys)
    later, _ = block(1, keys=keys)
    both = {
        "halves": (first[0], second[0]),
        "entries": (first[0, :-1], first[0, 1:]),
        "blocks": (first[0], later[0]),
        "chains": (first[0], first[1]),
    }
    for name, (a, b) in both.items():
        a, b = a.astype(np.float64), b.astype(np.float64)
        for x, y in ((a, b), (a * a - 1, b * b - 1), (a, b * b - 1)):
            scale = np.sqrt((x * x).mean() * (y * y).mean() / len(x))
            assert abs((x * y).mean()) < 4.5 * scale, name


def test_leaves_differ_and_axes_of_size_one_share():
    keys = jax.random.split(jax.random.key(1), 3)[:, None]
    like = (jnp.zeros((3, 2, 5)), jnp.zeros((3, 2, 5)))
    (left, right), _ = pairs(keys, like, jnp.uint32(0))
    assert left.shape == (3, 1, 5)
    assert not np.any(np.asarray(left) == np.asarray(right))
    alone, _ = pairs(keys[1:2], jax.tree.map(lambda x: x[1:2], like), jnp.uint32(0))
    np.testing.assert_array_equal(alone[0], left[1:2])


def test_another_generator_is_refused():
    with pytest.raises(BadInput, match="Threefry"):
        block(keys=jax.random.split(jax.random.key(0, impl="rbg"), 1), shape=(4,))
