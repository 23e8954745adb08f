"""A learning curve at 40 sizes against scikit-learn refitted at each size: interleaved, with accuracy beside speed.

    pytest benchmarks/peers/test_learning_curve.py -s                     P = 4,000 and 2,000 test points
    pytest benchmarks/peers/test_learning_curve.py -s --benchmark-json=…  the same with a file of all timings

Both get one BLAS thread, the same points and the same kernel function; each builds its own kernel matrices.
"""

import time

import jax
import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Kernel as SklearnKernel
from sklearn.gaussian_process.kernels import NormalizedKernelMixin

from fieldbench.data.synthetic import on_sphere
from fieldbench.regression import NestedCholesky
from fieldbench.regression.cholesky import blas_threads
from fieldbench.theory.kernels import Kernel

DIMENSION, RIDGE, TESTS = 20, 0.01, 2_000
KERNEL = Kernel("erf")


class ArcSine(NormalizedKernelMixin, SklearnKernel):
    """Our kernel function as scikit-learn wants it."""

    def __init__(self):
        """No parameters; scikit-learn reads them from this signature."""

    def __call__(self, left, right=None, eval_gradient=False):
        return KERNEL(left, left if right is None else right)

    def is_stationary(self):
        return False


def nested(inputs, targets, tests, sizes):
    return NestedCholesky().predictions(KERNEL(inputs, inputs), RIDGE, targets, KERNEL(tests, inputs), sizes)


def refitted(inputs, targets, tests, sizes):
    curve = []
    for size in sizes:
        model = GaussianProcessRegressor(ArcSine(), alpha=RIDGE, optimizer=None)
        curve.append(model.fit(inputs[:size], targets[:size]).predict(tests).reshape(len(tests), -1))
    return np.stack(curve)


@pytest.mark.parametrize("largest", [4_000])
def test_learning_curve_against_scikit_learn(benchmark, largest):
    with jax.enable_x64(True):
        points = np.asarray(on_sphere(jax.random.key(0), largest + TESTS, DIMENSION))
    inputs, tests = points[:largest], points[largest:]
    targets = (inputs[:, :1] ** 3 - 3.0 * inputs[:, :1]) + inputs[:, :1]
    sizes = np.linspace(largest // 40, largest, 40).astype(int)
    peer_seconds = []

    def peer_first():
        """pytest-benchmark runs this before each round of ours: the two alternate on the same machine."""
        started = time.perf_counter()
        benchmark.extra_info["reference"] = refitted(inputs, targets, tests, sizes)
        peer_seconds.append(time.perf_counter() - started)
        return (inputs, targets, tests, sizes), {}

    with blas_threads(1):
        nested(inputs[:200], targets[:200], tests[:10], [100, 200])
        refitted(inputs[:200], targets[:200], tests[:10], [100, 200])
        found = benchmark.pedantic(nested, setup=peer_first, rounds=3)
    error = float(np.abs(found - benchmark.extra_info.pop("reference")).max())
    seconds = benchmark.stats.stats.data
    ratios = sorted(peer / ours for peer, ours in zip(peer_seconds, seconds, strict=True))
    benchmark.extra_info.update(
        peer="scikit-learn GaussianProcessRegressor(optimizer=None)",
        peer_seconds=peer_seconds,
        ratios=ratios,
        largest_difference=error,
        target_scale=float(np.abs(targets).max()),
    )
    print(f"\nP ≤ {largest}, 40 sizes, {TESTS} tests: ours {min(seconds):.2f} s, peer {min(peer_seconds):.2f} s")
    print(f"ratios {', '.join(f'{ratio:.1f}' for ratio in ratios)}, largest difference {error:.1e}")
    assert error < 1e-6 * np.abs(targets).max()
