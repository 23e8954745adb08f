"""Regression on tiles against full solves: targets, test sets and nested sizes from one factorisation."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.regression import NestedCholesky, tiled_regression
from fieldbench.regression.tiled_regression import TiledRegression
from fieldbench.theory.kernels.dual import Kernel

RIDGE = 0.05


def _problem(count=150, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, 6)), rng.standard_normal((count, 2)), rng.standard_normal((33, 6))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("tile", [7, 32, 400])
def test_curves_equal_refits_at_each_size(tile, threads):
    inputs, targets, tests = _problem()
    fitted = TiledRegression.fit(Kernel(), inputs, RIDGE, tile=tile, threads=threads)
    sizes = [150, 1, 64, 32, 33]
    weights = fitted.weights(targets, sizes)
    assert weights.shape == (5, 150, 2)
    for tested in (tests, tests[:1]):
        found = fitted.predictions(weights, tested)
        for size, means in zip(sizes, found, strict=True):
            gram = Kernel()(inputs[:size], inputs[:size]) + RIDGE * np.eye(size)
            direct = Kernel()(tested, inputs[:size]) @ np.linalg.solve(gram, targets[:size])
            # Conditioning (1 + n/ridge) eps bounds both.
            np.testing.assert_allclose(means, direct, atol=1e-15 * 150 / RIDGE * 10.0, rtol=0.0)


def test_predictions_equal_those_of_the_dense_regression():
    inputs, targets, tests = _problem()
    fitted = TiledRegression.fit(Kernel("relu", depth=2), inputs, RIDGE, tile=48)
    dense = NestedCholesky().predictions(
        Kernel("relu", depth=2)(inputs, inputs), RIDGE, targets, Kernel("relu", depth=2)(tests, inputs), [40, 150]
    )
    found = fitted.predictions(fitted.weights(targets, [40, 150]), tests)
    # eps (1 + n K/κ) < 1e-12 for the factor and for each of the two solves, with weights of order 1/κ summed.
    np.testing.assert_allclose(found, dense, atol=1e-11, rtol=0.0)


@pytest.mark.parametrize("threads", [1, 2])
def test_residual_is_the_dense_one_and_sees_a_wrong_weight(threads):
    inputs, targets, _ = _problem()
    fitted = TiledRegression.fit(Kernel(), inputs, RIDGE, tile=32, threads=threads)
    (weights,) = fitted.weights(targets)
    assert (fitted.residual(weights, targets) < 1e-13 * 150 / RIDGE).all()
    weights[149, 1] += 1e-3
    full = Kernel()(inputs, inputs) + RIDGE * np.eye(150)
    dense = np.linalg.norm(full @ weights - targets, axis=0) / np.linalg.norm(targets, axis=0)
    assert dense[1] > 1e-5
    np.testing.assert_allclose(fitted.residual(weights, targets), dense, rtol=1e-9, atol=1e-13)


def test_float32_stays_float32_and_its_residual_is_that_of_float32():
    inputs, targets, tests = (array.astype(np.float32) for array in _problem())
    fitted = TiledRegression.fit(Kernel(), inputs, RIDGE)
    weights = fitted.weights(targets)
    assert weights.dtype == fitted.predictions(weights, tests).dtype == np.float32
    assert (fitted.residual(weights[0], targets) < 150 * np.finfo(np.float32).eps / RIDGE).all()


def test_one_factorisation_for_everything(monkeypatch):
    calls, original = [], tiled_regression.factorise_tiles
    monkeypatch.setattr(
        tiled_regression, "factorise_tiles", lambda *args, **options: calls.append(1) or original(*args, **options)
    )
    inputs, targets, tests = _problem()
    fitted = TiledRegression.fit(Kernel(), inputs, RIDGE)
    for columns in (targets, targets[:, :1]):
        fitted.predictions(fitted.weights(columns, range(1, 151)), tests)
    assert len(calls) == 1


def test_stages_are_reported():
    seen = []
    TiledRegression.fit(Kernel(), _problem()[0], RIDGE, tile=50, progress=lambda *now: seen.append(now))
    assert seen == [("kernel", i, 3) for i in (1, 2, 3)] + [("factor", i, 6) for i in range(1, 7)]


def test_bad_input_is_refused():
    inputs, targets, tests = _problem()
    fitted = TiledRegression.fit(Kernel(), inputs, RIDGE)
    with pytest.raises(BadInput, match=r"need \(150, any\)"):
        fitted.weights(targets[:149])
    with pytest.raises(BadInput, match="size 151"):
        fitted.weights(targets, [151])
    with pytest.raises(BadInput, match=r"tests has shape \(33, 5\)"):
        fitted.predictions(fitted.weights(targets), tests[:, :5])
    with pytest.raises(BadInput, match="zero everywhere"):
        fitted.residual(np.zeros((150, 1)), np.zeros((150, 1)))
