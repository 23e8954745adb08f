"""Where a number comes from: versions, arithmetic, threads and device, but no names of machines, people or paths."""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
import importlib.metadata
import os
import platform
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fieldbench.cells.numerics import processor

PACKAGES = ("jax", "jaxlib", "numpy", "scipy", "pandas", "scikit-learn")
RESULTS = ("results", ".fieldbench")  # the run itself writes there, so they never make a checkout dirty


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
        **checkout(Path(__file__).resolve().parents[2]),
        "blas": _blas(),
        "device": jax.devices()[0].device_kind,
        "backend": jax.default_backend(),
        "x64": bool(jax.config.jax_enable_x64),  # type: ignore[attr-defined]
        "matmul_precision": jax.config.jax_default_matmul_precision,  # type: ignore[attr-defined]
        "xla_flags": os.environ.get("XLA_FLAGS", ""),
        "seed": seed,
        "rng_bits": _bits(seed),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
    }


@contextlib.contextmanager
def measure_cost() -> Iterator[dict[str, float | int]]:
    """Cost of the block, filled in when it ends.

    Yields:
        A dict that will hold `wall_time` (seconds), `peak_memory` (largest resident set of the process so far, bytes)
        and `peak_growth` (by how much the block raised it; 0 if something earlier had needed more).
    """
    cost: dict[str, float | int] = {}
    before = _peak()
    start = time.perf_counter()
    try:
        yield cost
    finally:
        cost["wall_time"] = time.perf_counter() - start
        cost["peak_memory"] = _peak()
        cost["peak_growth"] = cost["peak_memory"] - before


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
        "processor": processor(),
        **{package: version(package) for package in PACKAGES},
        "cpu_count": os.cpu_count(),
    }


def version(package: str) -> str | None:
    """Installed version of a distribution, None if it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


@functools.cache  # the code in use is the one imported at the start, whatever is committed meanwhile
def checkout(root: Path) -> dict[str, Any]:
    """Commit of the checkout at `root`, and whether tracked files or new ones outside results/ differ from it."""
    # An installed copy may lie inside somebody else's repository: that one's commit says nothing about us.
    if _git(root, "ls-files", "--error-unmatch", "fieldbench/__init__.py") is None:
        return {"commit": None, "dirty": None}
    found = repository(root)
    return {"commit": found["commit"], "dirty": found["dirty"]}


@functools.cache
def repository(folder: Path) -> dict[str, Any]:
    """Name, commit and state of the git checkout that tracks a folder; all None where none does.

    The name is that of the remote `origin` without its host, as "owner/name", so that no private address is recorded.
    """
    nothing = {"repository": None, "commit": None, "dirty": None}
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top is None or not _git(folder, "ls-files", "--", "."):
        return nothing
    root = Path(top)
    changes = _git(root, "status", "--porcelain", "--", ".", *(f":(exclude){folder}" for folder in RESULTS))
    return {
        "repository": _slug(_git(root, "remote", "get-url", "origin")),
        "commit": _git(root, "rev-parse", "HEAD"),
        "dirty": None if changes is None else bool(changes),
    }


def _slug(remote: str | None) -> str | None:
    """The "owner/name" of a hosted remote; None for a path on this machine, which says nothing to others."""
    match = re.fullmatch(r"(?:\w+://[^/]+/|[\w.-]+@[^:/]+:)([\w.-]+/[\w.-]+?)(?:\.git)?/?", remote or "")
    return match[1] if match else None


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
    found = [
        {"name": entry.get("internal_api"), "version": entry.get("version"), "threads": entry.get("num_threads")}
        for entry in _libraries(len(sys.modules)).info()  # threads as they are now
        if entry.get("user_api") == "blas"
    ]
    distinct = {tuple(sorted(entry.items(), key=str)): entry for entry in found}
    return sorted(distinct.values(), key=str)


@functools.lru_cache(maxsize=1)
def _libraries(modules: int) -> Any:
    """The libraries with threads in the process, looked for again when something was imported: milliseconds a cell."""
    import threadpoolctl  # type: ignore[import-untyped]

    return threadpoolctl.ThreadpoolController()


@functools.cache
def _bits(seed: int) -> str:
    """SHA-256 of fixed random bits: equal on any machine where the same seed gives the same draws."""
    import jax
    import numpy as np

    bits = jax.random.bits(jax.random.key(seed, impl="threefry2x32"), (64,), dtype="uint32")
    return hashlib.sha256(np.asarray(bits).astype("<u4").tobytes()).hexdigest()
