"""Where a number comes from: versions, arithmetic, threads and device, but no names of machines, people or paths."""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
import importlib.metadata
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGES = ("jax", "jaxlib", "numpy", "scipy", "pandas", "scikit-learn")
RESULTS = "results"  # records are written there by the run itself, so they never make a checkout dirty


def collect(seed: int) -> dict[str, Any]:
    """Everything about this process that a number may depend on, or that somebody needs to compute it again.

    Call it inside `numerics()`: x64, precision and threads are recorded as they are at the call.

    Args:
        seed: the suite's seed.

    Returns:
        A dict of JSON types. `commit` and `dirty` are None where fieldbench does not run from a git checkout.
    """
    import jax

    return {
        **_static(),
        **_checkout(),
        "blas": _blas(),
        "device": jax.devices()[0].device_kind,
        "backend": jax.default_backend(),
        "x64": bool(jax.config.jax_enable_x64),  # type: ignore[attr-defined]
        "matmul_precision": jax.config.jax_default_matmul_precision,  # type: ignore[attr-defined]
        "xla_flags": os.environ.get("XLA_FLAGS", ""),
        "seed": seed,
        "rng_bits": _bits(seed),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


@dataclass
class Cost:
    """Filled in when the block of `measure_cost` ends.

    Attributes:
        wall_time: seconds.
        peak_memory: largest resident set of the process so far, in bytes.
        peak_growth: by how much this block raised that peak, in bytes; 0 if an earlier block had needed more.
    """

    wall_time: float = 0.0
    peak_memory: int = 0
    peak_growth: int = 0

    def as_dict(self) -> dict[str, float | int]:
        """JSON form, part of a cell's provenance."""
        return {"wall_time": self.wall_time, "peak_memory": self.peak_memory, "peak_growth": self.peak_growth}


@contextlib.contextmanager
def measure_cost() -> Iterator[Cost]:
    """Wall time and peak memory of the block; the memory of a process is a high-water mark and never falls."""
    cost = Cost()
    before = _peak()
    start = time.perf_counter()
    try:
        yield cost
    finally:
        cost.wall_time = time.perf_counter() - start
        cost.peak_memory = _peak()
        cost.peak_growth = cost.peak_memory - before


def _peak() -> int:
    """High-water mark of the resident set, in bytes (Linux reports KiB, macOS bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


@functools.cache
def _static() -> dict[str, Any]:
    return {
        "fieldbench": version("fieldbench"),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        **{package: version(package) for package in PACKAGES},
        "cpu_count": os.cpu_count(),
    }


def version(package: str) -> str | None:
    """Installed version of a distribution, None if it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _checkout() -> dict[str, Any]:
    """Commit, and whether tracked files or new ones outside results/ differ from it."""
    root = Path(__file__).resolve().parents[2]
    commit = _git(root, "rev-parse", "HEAD")
    # An installed copy may lie inside somebody else's repository: that one's commit says nothing about us.
    if commit is None or _git(root, "ls-files", "--error-unmatch", "fieldbench/__init__.py") is None:
        return {"commit": None, "dirty": None}
    changes = _git(root, "status", "--porcelain", "--", ".", f":(exclude){RESULTS}")
    return {"commit": commit, "dirty": None if changes is None else bool(changes)}


def _git(root: Path, *arguments: str) -> str | None:
    """Output of a git command in `root`, None where there is no git or it refuses."""
    command = ["git", "--no-optional-locks", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _blas() -> list[dict[str, Any]]:
    """Name, version and threads of each BLAS in the process (numpy and scipy bundle one each)."""
    import threadpoolctl

    found = [
        {"name": entry.get("internal_api"), "version": entry.get("version"), "threads": entry.get("num_threads")}
        for entry in threadpoolctl.threadpool_info()
        if entry.get("user_api") == "blas"
    ]
    distinct = {tuple(sorted(entry.items(), key=str)): entry for entry in found}
    return sorted(distinct.values(), key=str)


@functools.cache
def _bits(seed: int) -> str:
    """SHA-256 of fixed random bits: equal on any machine where the same seed gives the same draws."""
    import jax
    import numpy as np

    bits = jax.random.bits(jax.random.key(seed), (64,), dtype="uint32")
    return hashlib.sha256(np.asarray(bits).astype("<u4").tobytes()).hexdigest()
