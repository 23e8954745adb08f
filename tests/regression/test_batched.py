"""Batches of small systems: each member as alone, and the one that fails is named."""

import jax
import numpy as np
import pytest

from fieldbench.errors import BadInput, NotPositiveDefinite
from fieldbench.regression.batched import batched_weights, weights_on_device


def _batch(members, count, dtype=np.float64, columns=2):
    rng = np.random.default_rng(0)
    features = rng.standard_normal((members, count, count + 2)).astype(dtype)
    return features @ features.transpose(0, 2, 1) / count, rng.standard_normal((members, count, columns)).astype(dtype)


def _on_device(grams, ridges, targets):
    return weights_on_device(grams, np.broadcast_to(np.asarray(ridges, dtype=grams.dtype), grams.shape[:1]), targets)


WAYS = [batched_weights, lambda *args: batched_weights(*args, threads=2), _on_device]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("members", "count"), [(1, 1), (130, 3), (5, 33)])
def test_each_member_is_solved_as_alone(way, dtype, members, count):
    grams, targets = _batch(members, count, dtype)
    noises = np.linspace(0.5, 1.5, members)
    before = grams.copy()
    found = way(grams, noises, targets)
    assert found.dtype == dtype
    full = grams.astype(np.float64) + noises[:, None, None] * np.eye(count)
    tolerance = 20 * (count + 1) * np.finfo(dtype).eps * np.linalg.cond(full).max()
    np.testing.assert_allclose(found, np.linalg.solve(full, targets.astype(np.float64)), atol=tolerance, rtol=0.0)
    np.testing.assert_array_equal(grams, before)


@pytest.mark.parametrize("way", WAYS)
def test_the_member_that_fails_is_named(way):
    grams, targets = np.stack([np.eye(6)] * 100), np.ones((100, 6, 1))
    grams[71, 4, 4] = -0.5
    with pytest.raises(
        NotPositiveDefinite, match=r"member 71 of 100: .*pivot -5\.000e-01 at index 4 of 6 with ridge 0;"
    ):
        way(grams, 0.0, targets)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"grams": np.ones((2, 3, 4))}, r"shape \(2, 3, 4\)"),
        ({"grams": np.ones((3, 3))}, r"shape \(3, 3\)"),
        ({"grams": np.ones((2, 3, 3), dtype=np.int64)}, "dtype int64"),
        ({"grams": np.full((2, 3, 3), np.nan)}, r"grams\[0, 0, 0\] is nan"),
        ({"targets": np.ones((2, 4, 1))}, r"need \(2, 3, any\)"),
        ({"ridges": [0.1, 0.2, 0.3]}, "3 ridges for 2 systems"),
        ({"ridges": -0.1}, "ridge -0.1"),
    ],
)
def test_bad_input_is_refused(change, message):
    arguments = {"grams": np.stack([np.eye(3)] * 2), "ridges": 0.1, "targets": np.ones((2, 3, 1)), **change}
    with pytest.raises(BadInput, match=message):
        batched_weights(**arguments)


def test_float64_is_not_rounded_in_silence_on_a_device():
    with jax.enable_x64(False), pytest.raises(BadInput, match="x64 mode is off"):
        _on_device(np.stack([np.eye(3)]), 0.1, np.ones((1, 3, 1)))
