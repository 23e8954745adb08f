"""Nested regression against scikit-learn, tinygp and plain linear algebra."""

import jax
import numpy as np
import pytest
import tinygp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF

from fieldbench.errors import BadInput, NotPositiveDefinite
from fieldbench.regression import NestedCholesky, NestedRegression, accelerator, nested
from fieldbench.regression.cholesky import factorise_jax

SIZES = [1, 7, 40, 41, 90]


class OnAccelerator:
    """The accelerator's path, run on whatever device is there."""

    def predictions(self, gram, ridge, targets, cross, sizes):
        return accelerator.predictions(factorise_jax(gram, ridge), targets, cross, np.asarray(sizes))

    def traces(self, gram, ridge, symmetric, sizes):
        return accelerator.traces(factorise_jax(gram, ridge), symmetric, np.asarray(sizes))


IMPLEMENTATIONS = [NestedCholesky(), NestedCholesky(threads=2), OnAccelerator()]


def _problem(count=90, tests=5, columns=2, seed=0):
    rng = np.random.default_rng(seed)
    points, fresh = rng.standard_normal((count, 3)), rng.standard_normal((tests, 3))
    return points, fresh, RBF(1.5)(points), RBF(1.5)(fresh, points), rng.standard_normal((count, columns))


@pytest.mark.parametrize("gpr", IMPLEMENTATIONS)
@pytest.mark.parametrize("tests", [3, 200])  # few test points: forward sums; many: backward solves
def test_predictions_equal_scikit_learn_refitted_at_each_size(gpr, tests):
    points, fresh, gram, cross, targets = _problem(tests=tests)
    found = gpr.predictions(gram, 0.1, targets, cross, SIZES)
    assert found.shape == (len(SIZES), tests, 2)
    for size, prediction in zip(SIZES, found, strict=True):
        oracle = GaussianProcessRegressor(RBF(1.5), alpha=0.1, optimizer=None).fit(points[:size], targets[:size])
        np.testing.assert_allclose(prediction, oracle.predict(fresh), rtol=1e-9, atol=1e-11)


def test_predictions_equal_tinygp():
    points, fresh, gram, cross, targets = _problem()
    found = NestedCholesky().predictions(gram, 0.1, targets, cross, [60])

    @jax.jit
    def posterior(points, targets, fresh):
        kernel = tinygp.kernels.ExpSquared(1.5, distance=tinygp.kernels.distance.L2Distance())
        return tinygp.GaussianProcess(kernel, points, diag=0.1).condition(targets, fresh).gp.loc

    oracle = posterior(points[:60], targets[:60, 0], fresh)
    np.testing.assert_allclose(found[0, :, 0], oracle, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("gpr", IMPLEMENTATIONS)
@pytest.mark.parametrize("rank", [4, 300])  # a factor of low rank, and the half product of two triangles
@pytest.mark.parametrize("count", [90, 600])  # one block, and several
def test_traces_equal_those_of_leading_blocks(gpr, rank, count):
    _, _, gram, _, _ = _problem(count)
    features = np.random.default_rng(1).standard_normal((count, rank))
    symmetric = features @ features.T
    sizes = [1, 30, 90] if count == 90 else [550, count]
    reference = [np.trace(np.linalg.solve(gram[:p, :p] + 0.1 * np.eye(p), symmetric[:p, :p])) for p in sizes]
    np.testing.assert_allclose(gpr.traces(gram, 0.1, symmetric, sizes), reference, rtol=1e-9)


def test_traces_of_an_indefinite_matrix():
    _, _, gram, _, _ = _problem()
    symmetric = np.random.default_rng(2).standard_normal((90, 90))
    symmetric += symmetric.T
    found = NestedCholesky().traces(gram, 0.1, symmetric, [50])
    np.testing.assert_allclose(
        found, np.trace(np.linalg.solve(gram[:50, :50] + 0.1 * np.eye(50), symmetric[:50, :50])), rtol=1e-9
    )


@given(seed=st.integers(0, 1000), ridge=st.floats(1e-6, 1e3), sizes=st.lists(st.integers(1, 30), min_size=1))
@settings(max_examples=25, deadline=None)
def test_sizes_come_in_any_order_and_forward_equals_backward(seed, ridge, sizes):
    _, _, gram, cross, targets = _problem(30, seed=seed)
    forward = NestedCholesky().predictions(gram, ridge, targets, cross[:1], sizes)
    backward = NestedCholesky().predictions(gram, ridge, targets, np.repeat(cross[:1], 500, axis=0), sizes)
    direct = [cross[:1, :p] @ np.linalg.solve(gram[:p, :p] + ridge * np.eye(p), targets[:p]) for p in sizes]
    # Conditioning (1 + n/ridge) times eps bounds all three.
    tolerance = 1e-14 * (1.0 + 30.0 / ridge) * np.abs(targets).max()
    np.testing.assert_allclose(forward, direct, rtol=1e-9, atol=tolerance)
    np.testing.assert_allclose(backward[:, :1], direct, rtol=1e-9, atol=tolerance)


@pytest.mark.parametrize("tests", [2, 400])
def test_one_factorisation_for_the_whole_curve(monkeypatch, tests):
    calls = []
    original = nested.factorise_tiles
    counted = lambda *args, **options: calls.append(1) or original(*args, **options)  # noqa: E731
    monkeypatch.setattr(nested, "factorise_tiles", counted)
    _, _, gram, cross, targets = _problem(tests=tests)
    NestedCholesky().predictions(gram, 0.1, targets, cross, np.arange(1, 91))
    assert len(calls) == 1
    NestedCholesky().traces(gram, 0.1, np.ones_like(gram), np.arange(1, 91))
    assert len(calls) == 2


def test_one_compilation_a_shape_on_the_accelerator(monkeypatch):
    traced = []
    for name in ("_predictions", "_traces"):
        monkeypatch.setattr(accelerator, name, _counted(name, getattr(accelerator, name).__wrapped__, traced))
    for seed in range(3):
        _, _, gram, cross, targets = _problem(25, seed=seed)
        OnAccelerator().predictions(gram, 0.1, targets, cross, [5, 25])
        OnAccelerator().traces(gram, 0.1, gram, [5, 25])
    assert traced == ["_predictions", "_traces"]


def _counted(name, function, traced):
    return jax.jit(lambda *arguments: traced.append(name) or function(*arguments))


def test_arguments_are_left_alone_and_dtype_is_kept():
    _, _, *arrays = _problem()
    arrays = [array.astype(np.float32) for array in arrays]
    copies = [array.copy() for array in arrays]
    gram, cross, targets = arrays
    assert NestedCholesky().predictions(gram, 0.1, targets, cross, SIZES).dtype == np.float32
    assert NestedCholesky().traces(gram, 0.1, gram, SIZES).dtype == np.float32
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_flop_counts_follow_the_cheaper_way():
    few, many = nested.prediction_flops(1000, 1, 1, 40), nested.prediction_flops(1000, 2000, 1, 40)
    assert few - 1000**3 // 3 - 1000**2 == 1000**2 + 2 * 1000  # forward: one solve and one sum
    assert many - 1000**3 // 3 - 1000**2 == 40 * (1000**2 + 2 * 1000 * 2000)  # backward: forty of each
    assert nested.trace_flops(300) == 300**3
    assert nested.trace_flops(300, rank=10) == 300**3 // 3 + 300**2 * 10 + 300 * 100


def test_default_implements_the_port():
    assert isinstance(NestedCholesky(), NestedRegression)
    assert not isinstance(object(), NestedRegression)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ridge": -0.1}, "ridge -0.1"),
        ({"sizes": [0]}, "size 0.*1 and 90"),
        ({"sizes": [91]}, "size 91"),
        ({"sizes": []}, "non-empty"),
        ({"sizes": [2.5]}, "whole numbers"),
        ({"targets": np.ones(90)}, r"targets has shape \(90,\)"),
        ({"targets": np.ones((89, 1))}, r"need \(90, any\)"),
        ({"targets": np.full((90, 1), np.nan)}, r"targets\[0, 0\] is nan"),
        ({"cross": np.ones((5, 89))}, r"cross has shape \(5, 89\)"),
        ({"cross": np.ones((0, 90))}, r"cross has shape \(0, 90\)"),
        ({"gram": np.ones((90, 89))}, r"gram has shape \(90, 89\)"),
        ({"gram": np.full((90, 90), np.inf)}, r"gram\[0, 0\] is inf"),
    ],
)
def test_bad_input_is_refused(change, message):
    _, _, gram, cross, targets = _problem()
    arguments = {"gram": gram, "ridge": 0.1, "targets": targets, "cross": cross, "sizes": [3], **change}
    with pytest.raises(BadInput, match=message):
        NestedCholesky().predictions(**arguments)


@pytest.mark.usefixtures("unchecked")
def test_bad_symmetric_matrix_and_singular_kernel_are_refused():
    with pytest.raises(BadInput, match=r"symmetric has shape \(3, 3\)"):
        NestedCholesky().traces(np.eye(4), 0.1, np.eye(3), [2])
    with pytest.raises(NotPositiveDefinite, match="index 1 of 4"):
        NestedCholesky().traces(np.ones((4, 4)), 0.0, np.eye(4), [2])
