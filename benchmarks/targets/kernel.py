"""Kernel inversion against its targets: ratios within one process, interleaved, medians; plain numbers out.

python -m benchmarks.targets.kernel factorisation | memory | growth
python -m benchmarks.targets.kernel largest 40000
"""

import json
import subprocess
import sys
import time

import jax
import numpy as np
from jax import lax

from fieldbench.data.synthetic import on_sphere
from fieldbench.data.tasks import binary_task
from fieldbench.errors import DataMissing
from fieldbench.regression.cholesky import blas_threads, lapack
from fieldbench.regression.tiled import tiles
from fieldbench.regression.tiled.cholesky import factorisation_flops, factorise_tiles
from fieldbench.regression.tiled_regression import TiledRegression
from fieldbench.theory.kernels.dual import Kernel

KERNEL, DIMENSION, RIDGE, THREADS, PRODUCT = Kernel("erf"), 20, 0.01, 2, 4096


def points(count, dimension=DIMENSION):
    """Float64 inputs uniform on the sphere."""
    with jax.enable_x64(True):
        return np.asarray(on_sphere(jax.random.key(0), count, dimension))


def interleaved(functions, rounds):
    """Seconds of each function, all of them in turn in each round, after one round unrecorded: name → (rounds,)."""
    seconds = {name: [] for name in functions}
    for _ in range(rounds + 1):
        for name, function in functions.items():
            prepared = function()
            started = time.perf_counter()
            prepared()
            seconds[name].append(time.perf_counter() - started)
    return {name: np.array(values[1:]) for name, values in seconds.items()}


def spread(name, values):
    """A figure as the median over the rounds, with its extremes."""
    return {name: float(np.median(values)), f"{name}_low": float(np.min(values)), f"{name}_high": float(np.max(values))}


def factorisation(count=8192, rounds=3):
    """Tiles, one LAPACK call and JAX's two ways against the matrix product of the same BLAS, with two threads each."""
    inputs, square = points(count), np.random.default_rng(0).standard_normal((PRODUCT, PRODUCT))
    gram = KERNEL(inputs, inputs)
    gram[np.diag_indices(count)] += RIDGE

    def tiled():
        triangle = tiles.copied(gram, 0.0)
        return lambda: factorise_tiles(triangle, RIDGE, threads=THREADS)

    def one_call():
        work = np.array(gram.T, order="F")
        return lambda: lapack("potrf", work)(work, lower=1, overwrite_a=1, clean=0)

    with jax.enable_x64(True), blas_threads(THREADS):
        on_device = jax.device_put(gram)
        plain = jax.jit(lambda a: lax.linalg.cholesky(a, symmetrize_input=False))
        usual = jax.jit(jax.numpy.linalg.cholesky)
        seconds = interleaved(
            {
                "product": lambda: lambda: square @ square,
                "tiles": tiled,
                "lapack": one_call,
                "lax": lambda: lambda: plain(on_device).block_until_ready(),
                "jnp": lambda: lambda: usual(on_device).block_until_ready(),
            },
            rounds,
        )
    rate, flops = 2e-9 * PRODUCT**3 / seconds["product"], 1e-9 * factorisation_flops(count)
    return {
        "points": count,
        **spread("product_gflops", rate),
        **spread("gflops", flops / seconds["tiles"]),
        **spread("over_product", flops / seconds["tiles"] / rate),
        **spread("lapack_over_product", flops / seconds["lapack"] / rate),
        **spread("lax_over_product", flops / seconds["lax"] / rate),
        **spread("over_lax", seconds["lax"] / seconds["tiles"]),
        **spread("over_jnp", seconds["jnp"] / seconds["tiles"]),
    }


def memory(count=16_384):
    """Peak resident set of build, factorisation and solve above the baseline after imports, in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.targets.kernel", "_memory", str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def _memory(count):
    inputs = points(count)
    targets = inputs[:, :1].copy()
    small = TiledRegression.fit(KERNEL, inputs[:600], RIDGE, threads=THREADS)  # loads whatever is loaded on first use
    small.residual(small.weights(targets[:600])[0], targets[:600])
    baseline, started = _resident("VmRSS"), time.perf_counter()
    fitted = TiledRegression.fit(KERNEL, inputs, RIDGE, threads=THREADS)
    weights = fitted.weights(targets)[0]
    seconds, peak = time.perf_counter() - started, _resident("VmHWM")
    return {
        "points": count,
        "baseline_bytes": baseline,
        "peak_bytes": peak,
        "matrices": (peak - baseline) / (8 * count**2),
        "triangle_bytes": fitted.factor.bytes,
        "seconds": seconds,
        "residual": float(fitted.residual(weights, targets)[0]),
    }


def _resident(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(field + ":"))


def largest(count=40_000, progress=False):
    """One exact regression, verified by its residual: MNIST images where they are, else points on the same sphere."""
    try:
        task = binary_task("mnist", "odd/even", count, balanced=False)
        inputs, targets, images = task.inputs, task.targets[:, None], 1
    except DataMissing:
        inputs, images = points(count, 784), 0
        targets = np.sign(inputs[:, :1])
    stages, last = {}, [time.perf_counter(), 0.0]

    def report(stage, done, total):
        now = time.perf_counter()
        stages[stage] = now
        if progress and (now - last[1] > 10.0 or done == total):
            last[1] = now
            print(f"{stage} {done}/{total} {now - last[0]:.0f} s", file=sys.stderr, flush=True)

    fitted = TiledRegression.fit(KERNEL, inputs, RIDGE, threads=THREADS, progress=report)
    factorised = time.perf_counter()
    weights = fitted.weights(targets)[0]
    solved = time.perf_counter()
    residual = fitted.residual(weights, targets, progress=lambda done, total: report("residual", done, total))
    return {
        "points": len(inputs),
        **({"image_points": len(inputs)} if images else {}),
        "images": images,
        "build_seconds": stages["kernel"] - last[0],
        "factor_seconds": factorised - stages["kernel"],
        "solve_seconds": solved - factorised,
        "residual_seconds": time.perf_counter() - solved,
        "seconds": time.perf_counter() - last[0],
        "gflops": factorisation_flops(len(inputs)) / (factorised - stages["kernel"]) / 1e9,
        "peak_bytes": _resident("VmHWM"),
        "residual": float(residual[0]),
    }


def growth(counts=(2048, 4096, 6144), rounds=3):
    """Fitted exponents of seconds against n beside the counted ones (leading order): kernel, factor, solve."""
    seconds = {"kernel": [], "factor": [], "solve": []}
    for count in counts:
        inputs, state = points(count), {}

        def build(inputs=inputs, state=state):
            return lambda: state.update(triangle=tiles.build(KERNEL, inputs, RIDGE, threads=THREADS))

        def factor(state=state):
            return lambda: factorise_tiles(state["triangle"], RIDGE, threads=THREADS)

        def solve(inputs=inputs, state=state):
            fitted = TiledRegression(KERNEL, inputs, RIDGE, state["triangle"], THREADS)
            return lambda: fitted.weights(inputs[:, :1].repeat(40, axis=1))

        for name, value in interleaved({"kernel": build, "factor": factor, "solve": solve}, rounds).items():
            seconds[name].append(np.median(value))
    exponents = {name: float(np.polyfit(np.log(counts), np.log(values), 1)[0]) for name, values in seconds.items()}
    return {
        "exponent": exponents["factor"],
        "counted": 3.0,
        "kernel_exponent": exponents["kernel"],
        "kernel_counted": 2.0,
        "solve_exponent": exponents["solve"],
        "solve_counted": 2.0,
    }


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    options = {"progress": True} if name == "largest" else {}
    print(json.dumps(globals()[name](*map(int, arguments), **options)))
