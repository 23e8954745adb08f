"""The quick tier of the four named cases, cold, now and at a commit of before: what a stranger waits for."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.targets.table import ROOT
from benchmarks.tiers import QuickTier

BEFORE = os.environ.get("BEFORE", "14add9f")  # the last commit before the hot loops were touched
ROUNDS = 2
CASES = QuickTier.params  # those that both commits have


def quick() -> dict[str, Any]:
    """Seconds of `fieldbench run --tier quick` before and after, medians of interleaved rounds, and the exit codes.

    Each run has a store and a results folder of its own, empty; no compilation cache. An exit code other than 0 says
    that a verdict is not as declared.
    """
    seconds: dict[str, list[float]] = {"before": [], "after": []}
    codes: dict[str, int] = {}
    with _worktree(BEFORE) as before:
        for _ in range(ROUNDS):
            for name, folder in (("before", before), ("after", ROOT)):
                wall, code = _cold(folder)
                codes[name] = max(codes.get(name, 0), abs(code))  # negative for a signal
                seconds[name].append(wall)
    ratios = [after / before for before, after in zip(seconds["before"], seconds["after"], strict=True)]
    return {
        "after_over_before": float(np.median(ratios)),
        "after_over_before_low": min(ratios),
        "after_over_before_high": max(ratios),
        **{f"{name}_seconds": float(np.median(found)) for name, found in seconds.items()},
        **{f"{name}_exit_code": code for name, code in codes.items()},
    }


@contextmanager
def _worktree(commit: str) -> Iterator[Path]:
    """The tree of a commit in a temporary folder, this checkout untouched."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "before")
        add = ["git", "-C", str(ROOT), "worktree", "add", "--detach", str(path), commit]
        done = subprocess.run(add, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"cannot check out {commit}: {done.stderr.strip()}; name another commit in BEFORE")
        try:
            yield path
        finally:
            remove = ["git", "-C", str(ROOT), "worktree", "remove", "--force", str(path)]
            subprocess.run(remove, capture_output=True, check=False)


def _cold(checkout: Path) -> tuple[float, int]:
    """Wall seconds and exit code of the quick tier in a checkout, its code ahead of what is installed."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--tier", "quick", "--store", f"{folder}/store", "--results", f"{folder}/results"]
        environment = {k: v for k, v in os.environ.items() if k != "JAX_COMPILATION_CACHE_DIR"}
        environment["PYTHONPATH"] = str(checkout)
        moved = (checkout / "fieldbench" / "doors" / "cli.py").is_file()  # earlier commits have it one room higher
        command = [sys.executable, "-m", f"fieldbench.{'doors.' if moved else ''}cli", "run", *CASES, *options]
        start = time.perf_counter()
        done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, check=False)
        return time.perf_counter() - start, done.returncode
