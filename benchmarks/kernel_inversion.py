"""Kernel matrices, their inversion, and learning curves: the hot loops of regression.

`track_*` are counts by formula, allocations, ratios within one run and physics at a fixed data set; wall times on a
shared machine only trend. These files are today's while the library may be that of an old commit: what that lacks is
skipped.
"""

import statistics
import time
import tracemalloc

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.data.synthetic import on_sphere
from fieldbench.regression import accelerator
from fieldbench.regression.cholesky import _factorise_on_device, blas_threads, factorise, factorise_jax
from fieldbench.regression.nested import NestedCholesky, prediction_flops, trace_flops
from fieldbench.theory import learning_curves, sphere
from fieldbench.theory.kernels import Kernel

try:
    from fieldbench.regression import tiles
    from fieldbench.regression.batched import batched_weights
    from fieldbench.regression.mixed import refined_weights
    from fieldbench.regression.ridges import ridge_weights
    from fieldbench.regression.tiled_cholesky import factorise_tiles
    from fieldbench.regression.tiled_regression import TiledRegression
except ImportError:  # a commit before tiles
    tiles = None

DIMENSION, RIDGE, COUNTS, DTYPES = 20, 0.01, [500, 2000], ["float32", "float64"]


def _points(count, dtype):
    with jax.enable_x64(True):
        return np.asarray(on_sphere(jax.random.key(0), count, DIMENSION)).astype(dtype)


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


class KernelBuild:
    """Kernel matrix of points on the sphere, by NumPy and by compiled JAX; compile time is a benchmark of its own."""

    params = (COUNTS, DTYPES, ["erf", "relu"])
    param_names = ("points", "dtype", "activation")
    version = "1"

    def setup(self, points, dtype, activation):
        self.kernel = Kernel(activation)
        self.inputs = _points(points, dtype)
        with jax.enable_x64(dtype == "float64"):
            self.on_device = jnp.asarray(self.inputs)
            self.compiled = jax.jit(self.kernel).lower(self.on_device, self.on_device).compile()
            self.compiled(self.on_device, self.on_device).block_until_ready()
        self.kernel(self.inputs, self.inputs)

    def time_numpy(self, points, dtype, activation):
        self.kernel(self.inputs, self.inputs)

    time_numpy.version = "1"

    def time_jax(self, points, dtype, activation):
        self.compiled(self.on_device, self.on_device).block_until_ready()

    time_jax.version = "1"

    def time_compile(self, points, dtype, activation):
        with jax.enable_x64(dtype == "float64"):
            # A fresh function each time: jax keeps what it has compiled for an old one.
            jax.jit(lambda x: self.kernel(x, x)).lower(self.on_device).compile()

    time_compile.version = "1"

    def track_bytes_jax(self, points, dtype, activation):
        memory = self.compiled.memory_analysis()
        return memory.output_size_in_bytes + memory.temp_size_in_bytes

    track_bytes_jax.unit = "bytes"
    track_bytes_jax.version = "1"


class KernelInversion:
    """One guarded Cholesky factorisation, LAPACK in place and compiled JAX."""

    params = (COUNTS, DTYPES)
    param_names = ("points", "dtype")
    version = "1"

    def setup(self, points, dtype):
        inputs = _points(points, dtype)
        self.gram = Kernel("erf")(inputs, inputs)
        with jax.enable_x64(dtype == "float64"):
            self.on_device = jnp.asarray(self.gram)
            self.ridge = jnp.asarray(RIDGE, dtype=dtype)
            self.compiled = _factorise_on_device.lower(self.on_device, self.ridge).compile()
            self.compiled(self.on_device, self.ridge).block_until_ready()
        factorise(self.gram, RIDGE)

    def time_lapack(self, points, dtype):
        factorise(self.gram, RIDGE)

    time_lapack.version = "1"

    def time_jax(self, points, dtype):
        with blas_threads():  # XLA calls the same LAPACK: two threads on shared cores are a hundred times slower
            self.compiled(self.on_device, self.ridge).block_until_ready()

    time_jax.version = "1"

    def track_flops(self, points, dtype):
        return points**3 / 3

    track_flops.unit = "flops"
    track_flops.version = "1"

    def track_bytes_lapack(self, points, dtype):
        """Peak of NumPy's allocations beside the argument: one copy of the matrix."""
        tracemalloc.start()
        factorise(self.gram, RIDGE)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    track_bytes_lapack.unit = "bytes"
    track_bytes_lapack.version = "1"


class LearningCurve:
    """Whole learning curves at forty nested sizes, and the theory of one."""

    params = (COUNTS, DTYPES)
    param_names = ("points", "dtype")
    version = "1"

    def setup(self, points, dtype):
        inputs, tests = _points(points + 1000, dtype)[:points], _points(points + 1000, dtype)[points:]
        kernel = Kernel("erf")
        cosines = inputs @ inputs.T / DIMENSION
        self.gram, self.cross = kernel.of_cosine(cosines), kernel(tests, inputs)
        self.cubic, self.linear = sphere.zonal(3, DIMENSION, cosines), sphere.zonal(1, DIMENSION, cosines)
        self.targets = inputs[:, :1].copy()
        self.sizes = np.linspace(points // 40, points, 40).astype(int)
        self.spectrum = sphere.spectrum(kernel, DIMENSION)
        self.gpr = NestedCholesky()
        self.time_predictions(points, dtype)

    def time_predictions(self, points, dtype):
        self.gpr.predictions(self.gram, RIDGE, self.targets, self.cross, self.sizes)

    time_predictions.version = "1"

    def time_traces_low_rank(self, points, dtype):
        self.gpr.traces(self.gram, RIDGE, self.linear, self.sizes)

    time_traces_low_rank.version = "1"

    def time_traces_full_rank(self, points, dtype):
        self.gpr.traces(self.gram, RIDGE, self.cubic, self.sizes)

    time_traces_full_rank.version = "1"

    def time_theory(self, points, dtype):
        learning_curves.effective_ridge(self.spectrum, self.sizes, RIDGE)

    time_theory.version = "1"

    def track_flops_predictions(self, points, dtype):
        return prediction_flops(points, 1000, 1, 40)

    track_flops_predictions.unit = "flops"
    track_flops_predictions.version = "1"

    def track_flops_traces_full_rank(self, points, dtype):
        return trace_flops(points)

    track_flops_traces_full_rank.unit = "flops"
    track_flops_traces_full_rank.version = "1"

    def track_cubic_learnability(self, points, dtype):
        """Physics, not speed: the rotation-averaged cubic learnability of this data set."""
        eigenvalue = self.spectrum.eigenvalues[3]
        return float(eigenvalue * self.gpr.traces(self.gram, RIDGE, self.cubic, self.sizes)[-1])

    track_cubic_learnability.unit = "learnability"
    track_cubic_learnability.version = "1"

    def track_prediction_checksum(self, points, dtype):
        """Root mean square of the posterior mean over tests and sizes."""
        means = self.gpr.predictions(self.gram, RIDGE, self.targets, self.cross, self.sizes)
        return float(np.sqrt(np.mean(np.asarray(means, dtype=np.float64) ** 2)))

    track_prediction_checksum.unit = "output"
    track_prediction_checksum.version = "1"


class TiledInversion:
    """Build, factorise and solve on tiles of the lower triangle, with one worker and with two."""

    params = ([1000, 3000], DTYPES, [1, 2])
    param_names = ("points", "dtype", "threads")
    version = "1"

    def setup(self, points, dtype, threads):
        _needs_tiles()
        self.inputs, self.kernel = _points(points, dtype), Kernel("erf")
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
        inputs = _points(points + 1000, "float64")
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
        inputs = _points(1000, "float64")
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


class DeviceInversion:
    """The accelerator's path: factorisation and a curve of forty sizes, on JAX's CPU and on a GPU where there is one."""

    params = (COUNTS, DTYPES, ["cpu", "gpu"])
    param_names = ("points", "dtype", "device")
    version = "1"

    def setup(self, points, dtype, device):
        try:
            self.device = jax.devices(device)[0]
        except RuntimeError as error:
            raise NotImplementedError(f"no {device} here") from error
        inputs = _points(points, dtype)
        self.gram, self.x64 = Kernel("erf")(inputs, inputs), dtype == "float64"
        self.targets, self.sizes = inputs[:, :1].copy(), np.linspace(points // 40, points, 40).astype(int)
        self.time_curve(points, dtype, device)

    def time_factor(self, points, dtype, device):
        with jax.enable_x64(self.x64), jax.default_device(self.device), blas_threads():
            factorise_jax(self.gram, RIDGE).block_until_ready()

    time_factor.version = "1"

    def time_curve(self, points, dtype, device):
        with jax.enable_x64(self.x64), jax.default_device(self.device), blas_threads():
            accelerator.predictions(factorise_jax(self.gram, RIDGE), self.targets, self.gram[:100], self.sizes)

    time_curve.version = "1"
