"""Learning curves by other people's tools: every size refitted, all with the erf kernel, float64, exact Cholesky.

Each function maps (inputs (P, d), targets (P, 1), tests (T, d), sizes) to predictions (sizes, T), and builds its own
kernel matrices. What a tool lets one keep between sizes is kept: scipy and jax.numpy build the kernel once. Compilation
is not the peers' fault here: run each once before timing.

    python -m benchmarks.peers.regressors NAME POINTS      peak memory of one fit, in matrices of POINTS × POINTS
"""

from __future__ import annotations

import functools
import json
import math
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fieldbench.regression.tiled_regression import TiledRegression
from fieldbench.theory.kernels.dual import Kernel

RIDGE, DIMENSION = 0.01, 20
KERNEL = Kernel("erf")

Curve = Callable[[np.ndarray, np.ndarray, np.ndarray, Sequence[int]], np.ndarray]


def fieldbench(
    inputs: np.ndarray, targets: np.ndarray, tests: np.ndarray, sizes: Sequence[int], threads: int = 1
) -> np.ndarray:
    """Ours: one factorisation, of tiles built straight from the kernel, for all sizes."""
    fitted = TiledRegression.fit(KERNEL, inputs, RIDGE, threads=threads)
    return np.asarray(fitted.predictions(fitted.weights(targets, sizes), tests))[:, :, 0]


def scipy_linalg(inputs: np.ndarray, targets: np.ndarray, tests: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """cho_factor and cho_solve on a slice of one kernel matrix."""
    from scipy.linalg import cho_factor, cho_solve

    gram, cross = KERNEL(inputs, inputs), KERNEL(tests, inputs)
    gram[np.diag_indices_from(gram)] += RIDGE
    curve = []
    for size in sizes:
        factor = cho_factor(np.asfortranarray(gram[:size, :size]), lower=True, overwrite_a=True, check_finite=False)
        curve.append(cross[:, :size] @ cho_solve(factor, targets[:size, 0], check_finite=False))
    return np.stack(curve)


@functools.cache
def _jitted() -> tuple[Callable[..., Any], Callable[..., Any]]:
    import jax
    import jax.numpy as jnp
    import jax.scipy.linalg as jsl

    @jax.jit
    def kernel(left: Any, right: Any) -> Any:
        def norm(x: Any) -> Any:
            return 1 + 2 * jnp.sum(x * x, axis=1) / DIMENSION

        cosine = 2 * (left @ right.T) / DIMENSION / jnp.sqrt(jnp.outer(norm(left), norm(right)))
        return 2 / math.pi * jnp.arcsin(cosine)

    @functools.partial(jax.jit, static_argnames="size")
    def predict(gram: Any, cross: Any, targets: Any, size: int) -> Any:
        factor = jsl.cho_factor(gram[:size, :size] + RIDGE * jnp.eye(size), lower=True)
        return cross[:, :size] @ jsl.cho_solve(factor, targets[:size, 0])

    return kernel, predict


def jax_numpy(inputs: np.ndarray, targets: np.ndarray, tests: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Plain jitted jax.numpy, one program a size: padding every size to the largest costs four times the flops."""
    kernel, predict = _jitted()
    gram, cross = kernel(inputs, inputs), kernel(tests, inputs)
    return np.stack([np.asarray(predict(gram, cross, targets, int(size))) for size in sizes])


@functools.cache
def _sklearn_kernel() -> Any:
    from sklearn.gaussian_process.kernels import Kernel as SklearnKernel
    from sklearn.gaussian_process.kernels import NormalizedKernelMixin

    class ArcSine(NormalizedKernelMixin, SklearnKernel):  # type: ignore[misc]
        """Our kernel function as scikit-learn wants it."""

        def __init__(self) -> None:
            """No parameters; scikit-learn reads them from this signature."""

        def __call__(self, left: Any, right: Any = None, eval_gradient: bool = False) -> Any:
            return KERNEL(left, left if right is None else right)

        def is_stationary(self) -> bool:
            return False

    return ArcSine()


def scikit_learn(inputs: np.ndarray, targets: np.ndarray, tests: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """GaussianProcessRegressor without hyperparameter search."""
    from sklearn.gaussian_process import GaussianProcessRegressor

    curve = []
    for size in sizes:
        model = GaussianProcessRegressor(_sklearn_kernel(), alpha=RIDGE, optimizer=None)
        curve.append(model.fit(inputs[:size], targets[:size, 0]).predict(tests))
    return np.stack(curve)


@functools.cache
def _tinygp_predict() -> Callable[..., Any]:
    import jax
    import jax.numpy as jnp
    import tinygp

    class ArcSine(tinygp.kernels.Kernel):  # type: ignore[misc]
        def evaluate(self, left: Any, right: Any) -> Any:
            norms = (1 + 2 * left @ left / DIMENSION) * (1 + 2 * right @ right / DIMENSION)
            return 2 / math.pi * jnp.arcsin(2 * (left @ right) / DIMENSION / jnp.sqrt(norms))

    @jax.jit
    def predict(inputs: Any, targets: Any, tests: Any) -> Any:
        return tinygp.GaussianProcess(ArcSine(), inputs, diag=RIDGE).predict(targets, tests)

    return predict


def tinygp(inputs: np.ndarray, targets: np.ndarray, tests: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """GaussianProcess.predict, jitted, one program a size."""
    predict = _tinygp_predict()
    return np.stack([np.asarray(predict(inputs[:size], targets[:size, 0], tests)) for size in sizes])


@functools.cache
def _gpytorch_model() -> type:
    import gpytorch
    import torch

    class ArcSine(gpytorch.kernels.Kernel):  # type: ignore[misc]
        def forward(self, left: Any, right: Any, diag: bool = False, **_: Any) -> Any:
            norms = [1 + 2 * (x * x).sum(-1) / DIMENSION for x in (left, right)]
            if diag:
                cosine = 2 * (left * right).sum(-1) / DIMENSION / torch.sqrt(norms[0] * norms[1])
            else:
                cosine = 2 * (left @ right.mT) / DIMENSION / torch.sqrt(norms[0][..., None] * norms[1][..., None, :])
            return 2 / math.pi * torch.arcsin(cosine)

    class Model(gpytorch.models.ExactGP):  # type: ignore[misc]
        def __init__(self, inputs: Any, targets: Any) -> None:
            noise = torch.full_like(targets, RIDGE)
            super().__init__(inputs, targets, gpytorch.likelihoods.FixedNoiseGaussianLikelihood(noise))
            self.mean, self.kernel = gpytorch.means.ZeroMean(), ArcSine()

        def forward(self, x: Any) -> Any:
            return gpytorch.distributions.MultivariateNormal(self.mean(x), self.kernel(x))

    return Model


def gpytorch(inputs: np.ndarray, targets: np.ndarray, tests: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """ExactGP with Cholesky in place of conjugate gradients, posterior variances skipped."""
    import gpytorch
    import torch

    x, y, t = (torch.as_tensor(array) for array in (inputs, targets[:, 0], tests))
    exact = gpytorch.settings.fast_computations(covar_root_decomposition=False, log_prob=False, solves=False)
    curve = []
    with torch.no_grad(), exact, gpytorch.settings.skip_posterior_variances():
        for size in sizes:
            model = _gpytorch_model()(x[:size], y[:size]).eval()
            # A prediction at all test points builds the kernel between them too, which means do not need: one point
            # makes the cache (K + κ)⁻¹y, and the kernel with the training points does the rest.
            model(t[:1])
            curve.append((model.kernel(t, x[:size]).to_dense() @ model.prediction_strategy.mean_cache).numpy())
    return np.stack(curve)


PEERS: dict[str, Curve] = {
    "scikit-learn": scikit_learn,
    "tinygp": tinygp,
    "gpytorch": gpytorch,
    "jax.numpy": jax_numpy,
    "scipy.linalg": scipy_linalg,
}


def peak_in_matrices(name: str, points: int) -> float:
    """Peak resident memory of one fit and prediction above that of a tiny one, over POINTS² float64 numbers.

    In a fresh process, whose high-water mark is its own. Raises RuntimeError with what the process said if it died.
    """
    command = [sys.executable, "-m", "benchmarks.peers.regressors", name, str(points)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise RuntimeError(f"{name} at {points} points: exit {done.returncode}: {said[-1] if said else 'no message'}")
    return float(json.loads(done.stdout.strip().splitlines()[-1]))


def _peak(name: str, points: int) -> float:
    import jax

    jax.config.update("jax_enable_x64", True)
    curve = {"fieldbench": fieldbench, **PEERS}[name]
    draw = np.random.default_rng(0).standard_normal((points, DIMENSION))
    inputs = draw * DIMENSION**0.5 / np.linalg.norm(draw, axis=1, keepdims=True)
    targets = inputs[:, :1].copy()
    curve(inputs[:100], targets[:100], inputs[:100], [100])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    curve(inputs, targets, inputs[:100], [points])
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / (8 * points**2)


if __name__ == "__main__":
    print(json.dumps(_peak(sys.argv[1], int(sys.argv[2]))))
