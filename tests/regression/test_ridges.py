"""Several ridges: both ways against full solves, chosen by counted flops."""

import numpy as np
import pytest

from fieldbench.errors import BadInput, NotPositiveDefinite
from fieldbench.regression import ridges
from fieldbench.regression.ridges import cheaper_by_eigenvectors, cholesky_flops, eigen_flops, ridge_weights
from fieldbench.theory.kernels.dual import Kernel


def _problem(count=80, dtype=np.float64):
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((count, 6)).astype(dtype)
    return Kernel()(inputs, inputs), rng.standard_normal((count, 2)).astype(dtype)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("number", [2, 40])  # a factorisation each, and one eigendecomposition
def test_weights_solve_each_system(number, dtype, threads):
    gram, targets = _problem(dtype=dtype)
    noises = np.geomspace(0.1, 10.0, number)
    found = ridge_weights(gram, noises, targets, threads=threads)
    assert found.shape == (number, 80, 2)
    assert found.dtype == dtype
    for ridge, weights in zip(noises, found, strict=True):
        full = gram.astype(np.float64) + ridge * np.eye(80)
        reference = np.linalg.solve(full, targets)
        tolerance = 10 * 81 * np.finfo(dtype).eps * np.linalg.cond(full) * np.abs(reference).max()
        np.testing.assert_allclose(weights, reference, atol=tolerance, rtol=0.0)


@pytest.mark.parametrize(("number", "expected"), [(1, False), (27, False), (29, True)])
def test_the_cheaper_way_is_taken(monkeypatch, number, expected):
    """9 n³ against n³/3 a ridge: 27 ridges, plus what the targets need."""
    called, original = [], ridges._by_eigenvectors
    monkeypatch.setattr(ridges, "_by_eigenvectors", lambda *args: called.append(1) or original(*args))
    gram, targets = _problem(400)
    ridge_weights(gram, [0.1] * number, targets[:, :1])
    assert bool(called) is expected is cheaper_by_eigenvectors(400, number, 1)


def test_counted_flops():
    assert eigen_flops(10, 3, 2) == 9 * 1000 + 2 * 100 * 2 * 4
    assert cholesky_flops(10, 3, 2) == 3 * (333 + 2 * 100 * 2)


@pytest.mark.parametrize("number", [1, 40])
def test_a_singular_kernel_is_refused_by_both_ways(number):
    gram, targets = _problem()
    gram[7], gram[:, 7] = gram[3], gram[:, 3]
    with pytest.raises(NotPositiveDefinite, match=r"ridge 0;.*remove duplicate points"):
        ridge_weights(gram, [0.0] * number, targets)


def test_bad_input_is_refused():
    gram, targets = _problem()
    for noises, message in (([], "no ridge"), ([0.1, -1.0], "ridge -1")):
        with pytest.raises(BadInput, match=message):
            ridge_weights(gram, noises, targets)
    gram[2, 2] = np.nan
    with pytest.raises(BadInput, match=r"gram\[2, 2\] is nan"):
        ridge_weights(gram, [0.1] * 40, targets)
