"""Tiles, ridges, batches and mixed precision.

`track_*` are allocations, residuals and ratios within one run; wall times on a shared machine only trend. This file is
today's while the library may be that of an old commit: what that lacks is skipped.
"""

import statistics
import time
import tracemalloc

import numpy as np

from benchmarks.kernel_inversion import DTYPES, RIDGE, points_on_sphere
from fieldbench.regression.cholesky import blas_threads
from fieldbench.theory.kernels.dual import Kernel

try:
    from fieldbench.regression.batched import batched_weights
    from fieldbench.regression.mixed import refined_weights
    from fieldbench.regression.ridges import ridge_weights
    from fieldbench.regression.tiled import tiles
    from fieldbench.regression.tiled.cholesky import factorise_tiles
    from fieldbench.regression.tiled_regression import TiledRegression
except ImportError:  # a commit before tiles
    tiles = None


def _needs_tiles():
    if tiles is None:
        raise NotImplementedError("this commit has no tiles")


def _ratio(numerator, denominator, rounds=5):
    """Median of seconds of one over the other, in turn."""
    ratios = []
    for _ in range(rounds):
        marks = [time.perf_counter()]
        for function in (numerator, denominator):
            function()
            marks.append(time.perf_counter())
        ratios.append((marks[1] - marks[0]) / (marks[2] - marks[1]))
    return statistics.median(ratios)


class TiledInversion:
    """Build, factorise and solve on tiles of the lower triangle, with one worker and with two."""

    params = ([1000, 3000], DTYPES, [1, 2])
    param_names = ("points", "dtype", "threads")
    version = "1"

    def setup(self, points, dtype, threads):
        _needs_tiles()
        self.inputs, self.kernel = points_on_sphere(points, dtype), Kernel("erf")
        self.targets = self.inputs[:, :1].copy()
        self.gram = self.kernel(self.inputs, self.inputs)
        self.square = np.random.default_rng(0).standard_normal((1024, 1024)).astype(dtype)
        self.regression = TiledRegression.fit(self.kernel, self.inputs, RIDGE, threads=threads)

    def time_build(self, points, dtype, threads):
        tiles.build(self.kernel, self.inputs, RIDGE, threads=threads)

    time_build.version = "1"

    def time_fit(self, points, dtype, threads):
        TiledRegression.fit(self.kernel, self.inputs, RIDGE, threads=threads)

    time_fit.version = "1"

    def time_solve(self, points, dtype, threads):
        self.regression.weights(self.targets)

    time_solve.version = "1"

    def track_over_product(self, points, dtype, threads):
        """Rate of the factorisation, its half copy included, over that of one matrix product on one core."""

        def factor():
            factorise_tiles(tiles.copied(self.gram, RIDGE, threads=threads), RIDGE, threads=threads)

        with blas_threads(1):
            ratio = _ratio(factor, lambda: self.square @ self.square)
        return points**3 / 3 / (2 * len(self.square) ** 3) / ratio

    track_over_product.unit = "rates of one core's matrix product"
    track_over_product.version = "1"

    def track_bytes(self, points, dtype, threads):
        """Peak of NumPy's allocations in build and factorisation."""
        tracemalloc.start()
        TiledRegression.fit(self.kernel, self.inputs, RIDGE, threads=threads)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    track_bytes.unit = "bytes"
    track_bytes.version = "1"

    def track_residual(self, points, dtype, threads):
        return float(self.regression.residual(self.regression.weights(self.targets)[0], self.targets)[0])

    track_residual.unit = "relative"
    track_residual.version = "1"


class TiledLearningCurve:
    """Forty nested sizes straight from the kernel, with 1,000 test points."""

    params = ([1000, 3000], [1, 2])
    param_names = ("points", "threads")
    version = "1"

    def setup(self, points, threads):
        _needs_tiles()
        inputs = points_on_sphere(points + 1000, "float64")
        self.inputs, self.tests, self.kernel = inputs[:points], inputs[points:], Kernel("erf")
        self.targets = self.inputs[:, :1].copy()
        self.sizes = np.linspace(points // 40, points, 40).astype(int)

    def time_curve(self, points, threads):
        fitted = TiledRegression.fit(self.kernel, self.inputs, RIDGE, threads=threads)
        fitted.predictions(fitted.weights(self.targets, self.sizes), self.tests)

    time_curve.version = "1"


class ManySystems:
    """Sixty-four ridges, a thousand small systems, and mixed precision against float64."""

    version = "1"

    def setup(self):
        _needs_tiles()
        inputs = points_on_sphere(1000, "float64")
        self.gram, self.targets = Kernel("erf")(inputs, inputs), inputs[:, :1].copy()
        self.small = np.stack([self.gram[i : i + 32, i : i + 32] for i in range(960)])
        self.ridges = np.geomspace(1e-3, 1e1, 64)

    def time_ridges(self):
        ridge_weights(self.gram[:400, :400], self.ridges, self.targets[:400])

    time_ridges.version = "1"

    def time_batch(self):
        batched_weights(self.small, RIDGE, np.ones((960, 32, 1)))

    time_batch.version = "1"

    def time_mixed(self):
        refined_weights(self.gram, RIDGE, self.targets)

    time_mixed.version = "1"

    def time_float64(self):
        ridge_weights(self.gram, [RIDGE], self.targets)

    time_float64.version = "1"

    def track_mixed_residual(self):
        return refined_weights(self.gram, RIDGE, self.targets).residual

    track_mixed_residual.unit = "backward error"
    track_mixed_residual.version = "1"

    def track_mixed_steps(self):
        return refined_weights(self.gram, RIDGE, self.targets).steps

    track_mixed_steps.unit = "steps"
    track_mixed_steps.version = "1"
