"""python -m benchmarks.on_accelerator FILE: the hot loops on whatever JAX sees first, as one JSON file.

The same code paths as on a CPU, where it runs too with `--largest 2048`: factorisation and learning curve as
`NestedCholesky` does them on an accelerator, and Langevin steps of claim A2's networks in growing batches. Rates are
over the products' own rate, measured in the same process; times are medians of `REPEATS` after one call that compiles.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.langevin import SIGNS, _run, _sizes, gradient_flops
from fieldbench.cells.numerics import numerics
from fieldbench.cells.provenance import collect
from fieldbench.regression import accelerator
from fieldbench.regression.cholesky import factorise_jax
from fieldbench.sampling import Underdamped

REPEATS, RIDGE, STEPS = 5, 0.01, 100
COUNTS = (2048, 4096, 8192, 16384, 32768, 65536)
CURVES = 16384
BATCHES = (1, 16, 256)
Row = dict[str, Any]


def timed(call: Callable[[], Any]) -> tuple[float, list[float]]:
    """Seconds of the first call, and of each of the next."""
    seconds = []
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        jax.block_until_ready(call())  # type: ignore[no-untyped-call]
        seconds.append(time.perf_counter() - start)
    return seconds[0], seconds[1:]


def row(what: str, call: Callable[[], Any], flops: float, **facts: Any) -> Row:
    try:
        first, later = timed(call)
    except jax.errors.JaxRuntimeError as error:
        failed = {"what": what, **facts, "failed": str(error).splitlines()[0]}
        print(json.dumps(failed), flush=True)
        return failed
    median = statistics.median(later)
    found = {
        "what": what, **facts, "seconds": median, "spread": [min(later), max(later)], "first": first,
        "teraflops": flops / median / 1e12,
    }  # fmt: skip
    print(json.dumps(found), flush=True)
    return found


def product(dtype: Any, count: int) -> Row:
    a = jax.random.normal(jax.random.key(0), (count, count), dtype)
    multiply = jax.jit(lambda left, right: left @ right)  # a constant would be folded
    return row("product", lambda: multiply(a, a), 2 * count**3, points=count, dtype=jnp.dtype(dtype).name)


def gram(count: int, dtype: Any) -> jax.Array:
    """A kernel matrix of full rank, made where it is used: nothing of 34 GB travels."""
    x = jax.random.normal(jax.random.key(1), (count, 64), dtype)
    return (x @ x.T / 64 + 1) ** 3 / 8 + jnp.eye(count, dtype=dtype)


def factorisation(count: int, dtype: Any) -> Row:
    matrix = jax.block_until_ready(jax.jit(gram, static_argnums=(0, 1))(count, dtype))  # type: ignore[no-untyped-call]
    dtype_name = jnp.dtype(dtype).name
    found = row("factorisation", lambda: factorise_jax(matrix, RIDGE), count**3 / 3, points=count, dtype=dtype_name)
    return {**found, "peak_bytes": peak()}  # the high-water mark so far, this row's included


def curve(count: int) -> Row:
    matrix = gram(count, jnp.float64)
    factor, sizes = factorise_jax(matrix, RIDGE), np.linspace(count // 40, count, 40).astype(int)
    targets, cross = np.asarray(matrix[:, :1]), np.asarray(matrix[:1000])
    call = lambda: accelerator.predictions(factor, targets, cross, sizes)  # noqa: E731
    return row("learning curve", call, count**2 * 41 + 2 * 1000 * count * 40, points=count, sizes=40, tests=1000)


def langevin(beta: float, batch: int) -> Row:
    dimension, samples, width, *_ = _sizes(beta)
    flops = STEPS * batch * len(SIGNS) * gradient_flops(dimension, samples, width)
    call = lambda: _run(beta, batch, STEPS, Underdamped())  # noqa: E731
    return row(f"{STEPS} Langevin steps", call, flops, beta=beta, batch=batch, networks=batch * len(SIGNS))


def peak() -> int | None:
    """Bytes in use at most so far, where the device says."""
    return (jax.devices()[0].memory_stats() or {}).get("peak_bytes_in_use")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.on_accelerator", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--largest", type=int, default=COUNTS[-1], help="points of the largest factorisation")
    options = parser.parse_args()
    with numerics():
        counts = [count for count in COUNTS if count <= options.largest] or [options.largest]
        square = min(8192, options.largest)
        options.file.parent.mkdir(parents=True, exist_ok=True)
        rows: list[Row] = []
        # Kept as they come: a lent machine may be taken back in the middle.
        for found in table(counts, square, small=options.largest < CURVES):
            rows.append(found)
            options.file.write_text(json.dumps({"provenance": collect(0), "rows": rows}, indent=1) + "\n")


def table(counts: list[int], square: int, *, small: bool) -> Iterator[Row]:
    yield product(jnp.float64, square)
    yield product(jnp.float32, square)
    for count in counts:
        yield factorisation(count, jnp.float64)
    yield factorisation(counts[-1] // 2, jnp.float32)
    yield curve(min(CURVES, counts[-1]))
    for beta in (0.24,) if small else (0.24, 1.0):
        for batch in BATCHES[: 1 if small else 3]:
            yield langevin(beta, batch)


if __name__ == "__main__":
    main()
