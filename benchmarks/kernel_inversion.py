"""Kernel matrices, their inversion, and learning curves: the hot loops of regression.

`track_*` are counts by formula, allocations, physics at a fixed data set; wall times on a shared machine only trend.
"""

import tracemalloc

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.data.synthetic import on_sphere
from fieldbench.regression import accelerator
from fieldbench.regression.cholesky import _factorise_on_device, blas_threads, factorise, factorise_jax
from fieldbench.regression.nested import NestedCholesky, prediction_flops, trace_flops
from fieldbench.theory.curves import learning_curves
from fieldbench.theory.kernels import sphere
from fieldbench.theory.kernels.dual import Kernel

DIMENSION, RIDGE, COUNTS, DTYPES = 20, 0.01, [500, 2000], ["float32", "float64"]


def points_on_sphere(count, dtype):
    with jax.enable_x64(True):
        return np.asarray(on_sphere(jax.random.key(0), count, DIMENSION)).astype(dtype)


class KernelBuild:
    """Kernel matrix of points on the sphere, by NumPy and by compiled JAX; compile time is a benchmark of its own."""

    params = (COUNTS, DTYPES, ["erf", "relu"])
    param_names = ("points", "dtype", "activation")
    version = "1"

    def setup(self, points, dtype, activation):
        self.kernel = Kernel(activation)
        self.inputs = points_on_sphere(points, dtype)
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
        inputs = points_on_sphere(points, dtype)
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
        inputs, tests = points_on_sphere(points + 1000, dtype)[:points], points_on_sphere(points + 1000, dtype)[points:]
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


class DeviceInversion:
    """The accelerator's path, factorisation and a curve of forty sizes, on JAX's CPU and on a GPU if there is one."""

    params = (COUNTS, DTYPES, ["cpu", "gpu"])
    param_names = ("points", "dtype", "device")
    version = "1"

    def setup(self, points, dtype, device):
        try:
            self.device = jax.devices(device)[0]
        except RuntimeError as error:
            raise NotImplementedError(f"no {device} here") from error
        inputs = points_on_sphere(points, dtype)
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
