"""Ours against other people's tools: the learning curve through pytest-benchmark, the samplers from a cold start."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.race import in_fresh_process
from benchmarks.peers.samplers import PEERS
from benchmarks.targets.table import ROOT

OURS = ("benchmarks.peers.ours", "fieldbench")
PEER_SAMPLERS = tuple(PEERS)
REPEATS = 3


def learning_curve() -> dict[str, Any]:
    """Ratios peer over ours, median and extremes of interleaved rounds, on two cores and (suffix `_one_core`) on one.

    The fastest peer is the one of the smallest median ratio. Rounds: three on two cores, one on one.
    """
    two, one = _curves(threads=2, rounds=3), _curves(threads=1, rounds=1)
    return {**_ratios(two), **{f"{key}_one_core": value for key, value in _ratios(one).items()}}


def _curves(threads: int, rounds: int, largest: int = 4_000) -> dict[str, Any]:
    """extra_info of `benchmarks/peers/test_learning_curve.py`, from the file that pytest-benchmark writes."""
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder, "benchmark.json")
        command = [sys.executable, "-m", "pytest", "-q", "benchmarks/peers/test_learning_curve.py"]
        command += ["--threads", str(threads), "--rounds", str(rounds), "--largest", str(largest)]
        command += [f"--benchmark-json={kept}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode or not kept.is_file():
            raise RuntimeError(f"the comparison of learning curves failed:\n{done.stdout[-2_000:]}")
        found: list[dict[str, Any]] = json.loads(kept.read_text())["benchmarks"]
    if not found:
        raise RuntimeError(f"the comparison of learning curves was skipped:\n{done.stdout[-2_000:]}")
    extra: dict[str, Any] = found[0]["extra_info"]
    return extra


def _ratios(extra: dict[str, Any]) -> dict[str, Any]:
    medians = {name: float(np.median(ratios)) for name, ratios in extra["ratios"].items()}
    fastest = min(medians, key=lambda name: medians[name])
    found: dict[str, Any] = {"seconds": float(np.median(extra["ours_seconds"])), "fastest": fastest}
    for name, ratios in {**extra["ratios"], "fastest": extra["ratios"][fastest]}.items():
        key = "over_" + name.replace("-", "_").replace(".", "_")
        found |= {key: float(np.median(ratios)), f"{key}_low": min(ratios), f"{key}_high": max(ratios)}
    found["largest_difference"] = max(extra["largest_difference"].values())
    return found


def samplers() -> dict[str, Any]:
    """Seconds from a cold start to 1,000 effective samples of L_3, and effective samples a second, of all samplers.

    Each in fresh processes, REPEATS seeds, all samplers interleaved. A ratio is of medians; its spread is over the
    seeds, each with the fastest peer's median. The fastest peer is fastest by the number in question. `deviation` is
    our mean of L_3 against the peer in the middle of the others, in standard errors.
    """
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in ("fieldbench", *PEER_SAMPLERS)}
    for seed in range(REPEATS):
        for name, found in runs.items():
            module = OURS[0] if name == "fieldbench" else "benchmarks.peers.samplers"
            found.append(in_fresh_process(module, name, "--seed", str(seed)))
    failed = {name: why for name, found in runs.items() if (why := _failure(found))}
    good = {name: found for name, found in runs.items() if name not in failed}
    if "fieldbench" in failed:
        raise RuntimeError(f"our own sampler failed: {failed['fieldbench']}")
    means, errors = ({name: of(found) for name, found in good.items()} for of in (_pooled, _pooled_error))
    peers = [name for name in good if name != "fieldbench"]
    middle = min(peers, key=lambda name: abs(means[name] - np.median([means[peer] for peer in peers])))
    deviation = abs(means["fieldbench"] - means[middle]) / np.hypot(errors["fieldbench"], errors[middle])
    seconds = {name: float(np.median([run["seconds"] for run in found])) for name, found in good.items()}
    rates = {name: float(np.median([run["rate"] for run in found])) for name, found in good.items()}
    sooner, faster = min(peers, key=lambda name: seconds[name]), max(peers, key=lambda name: rates[name])
    cold = [seconds[sooner] / run["seconds"] for run in good["fieldbench"]]
    steady = [run["rate"] / rates[faster] for run in good["fieldbench"]]
    return {
        "cold_ratio": seconds[sooner] / seconds["fieldbench"],
        "cold_ratio_low": min(cold),
        "cold_ratio_high": max(cold),
        "steady_ratio": rates["fieldbench"] / rates[faster],
        "steady_ratio_low": min(steady),
        "steady_ratio_high": max(steady),
        "ours_seconds": seconds["fieldbench"],
        "fastest": sooner,
        "fastest_seconds": seconds[sooner],
        "fastest_rate": rates[faster],
        "ours_rate": rates["fieldbench"],
        **{f"seconds of {name}": value for name, value in seconds.items()},
        **{f"rate of {name}": value for name, value in rates.items()},
        "deviation": float(deviation),
        **{f"mean of {name}": value for name, value in means.items()},
        **{f"standard error of {name}": value for name, value in errors.items()},
        **{f"failure of {name}": message for name, message in failed.items()},
    }


def _failure(found: list[dict[str, Any]]) -> str | None:
    """Why a sampler does not count: a run that crashed, or did not reach the goal within the time."""
    for run in found:
        if "failed" in run:
            return str(run["failed"])
        if not run["reached"]:
            return f"{run['effective']:.0f} effective samples in the time allowed"
    return None


def _pooled(found: list[dict[str, Any]]) -> float:
    return float(np.mean([run["mean"] for run in found]))


def _pooled_error(found: list[dict[str, Any]]) -> float:
    return float(np.sqrt(np.sum([run["standard_error"] ** 2 for run in found])) / len(found))
