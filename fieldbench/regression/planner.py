"""What a regression will cost and how it will be done, said before anything is allocated; refused if too large."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import DTypeLike

from fieldbench.errors import BadInput
from fieldbench.regression import accelerator
from fieldbench.regression.memory import available_bytes
from fieldbench.regression.tiled import ONE_TILE, factorisation_flops, tile_size

Method = Literal["lapack", "tiles", "accelerator"]
_RESERVE = 0.05  # of the available memory, for the interpreter, BLAS buffers and kernel temporaries


@dataclass(frozen=True)
class Plan:
    """How a factorisation of n points will be done.

    Attributes:
        points: n.
        dtype: "float32" or "float64".
        method: one LAPACK call, tiles, or JAX on an accelerator.
        bytes: memory at the peak, inputs not counted.
        available: bytes it may use.
        flops: n³/3, n² a right-hand side and triangle, and the kernel's 2n²d/2 on tiles, 2n²d else.
        sentence: all of this for people.
    """

    points: int
    dtype: str
    method: Method
    bytes: int
    available: int
    flops: int
    sentence: str


def plan(
    points: int,
    dimension: int,
    *,
    columns: int = 1,
    dtype: DTypeLike = np.float64,
    available: int | None = None,
    on_accelerator: bool | None = None,
) -> Plan:
    """Choose the method for kernel, factorisation and solve of one training set, or say why it cannot be done.

    Args:
        points: n ≥ 1.
        dimension: d of the inputs.
        columns: right-hand sides t; for a learning curve the number of sizes times targets.
        dtype: float32 or float64.
        available: bytes; by default what the operating system, its control groups or the accelerator say.
        on_accelerator: by default whether JAX sees one.

    Raises:
        BadInput: a count below 1, another dtype, or more memory needed than available: with the largest n that fits and
            what to do.
    """
    kind = np.dtype(dtype)
    if min(points, dimension, columns) < 1:
        raise BadInput(f"points {points}, dimension {dimension}, columns {columns}: each must be at least 1")
    if kind not in (np.float32, np.float64):
        raise BadInput(f"dtype {kind}: need float32 or float64")
    remote = accelerator.available() if on_accelerator is None else on_accelerator
    method: Method = "accelerator" if remote else "lapack" if points <= ONE_TILE else "tiles"
    free = available if available is not None else _device_bytes() if remote else available_bytes()
    usable = int((1.0 - _RESERVE) * free)
    needed = required_bytes(points, columns, kind.itemsize, method)
    if needed > usable:
        raise BadInput(_too_large(points, columns, kind, method, needed, usable))
    flops = factorisation_flops(points) + 2 * points**2 * columns
    flops += points**2 * dimension * (1 if method == "tiles" else 2)
    sentence = (
        f"{points:,} points in {kind} {_WAYS[method]}: {_gib(needed)} of {_gib(usable)} GiB, {flops / 1e9:,.1f} GFLOP"
    )
    return Plan(points, str(kind), method, needed, usable, flops, sentence)


def required_bytes(points: int, columns: int, itemsize: int, method: Method) -> int:
    """Peak memory beside the inputs: (n² + nb)/2 entries on tiles, n² for one LAPACK call in place, 2n² for JAX, which
    returns the factor beside its argument; three arrays (n, t) for the solves."""
    entries = {
        "tiles": (points**2 + points * tile_size(points)) // 2,
        "lapack": points**2,
        "accelerator": 2 * points**2,
    }[method]
    return itemsize * (entries + 3 * points * columns)


def largest(columns: int, itemsize: int, usable: int, *, on_accelerator: bool = False) -> int:
    """The largest n whose regression fits into usable bytes; 0 if none does."""
    low, high = 0, math.isqrt(2 * usable // itemsize) + 2
    while high - low > 1:
        middle = (low + high) // 2
        method: Method = "accelerator" if on_accelerator else "lapack" if middle <= ONE_TILE else "tiles"
        if required_bytes(middle, columns, itemsize, method) <= usable:
            low = middle
        else:
            high = middle
    return low


_WAYS: dict[Method, str] = {
    "lapack": "by one LAPACK call in place",
    "tiles": "on tiles of the lower triangle",
    "accelerator": "by JAX on the accelerator",
}


def _too_large(points: int, columns: int, kind: np.dtype, method: Method, needed: int, usable: int) -> str:
    most = largest(columns, kind.itemsize, usable, on_accelerator=method == "accelerator")
    remedies = [f"use at most {most:,} points"]
    if kind == np.float64:
        single = largest(columns, 4, usable, on_accelerator=method == "accelerator")
        remedies.append(f"float32 (up to {single:,}) where the ridge allows it")
    if method == "accelerator":
        remedies.append("tiles on the CPU, which need a quarter of it")
    return (
        f"{points:,} points in {kind} {_WAYS[method]} need {_gib(needed)} GiB, {_gib(usable)} GiB are usable: "
        f"{', or '.join(remedies)}, or a machine with more memory"
    )


def _gib(count: int) -> str:
    return f"{count / 2**30:.2g}" if count < 2**30 else f"{count / 2**30:,.1f}"


def _device_bytes() -> int:
    """Free memory of the accelerator, by JAX's own account.

    Raises:
        BadInput: the device does not say.
    """
    import jax

    stats = jax.devices()[0].memory_stats()
    if not stats or "bytes_limit" not in stats:
        raise BadInput("the accelerator does not say how much memory it has: pass available= in bytes")
    return int(stats["bytes_limit"]) - int(stats.get("bytes_in_use", 0))
