"""How claims fared from record to record, and how the speed of the hot loops did from commit to commit."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from fieldbench.report.site.checks import Row, row
from fieldbench.report.site.gather import Entry, Shown
from fieldbench.report.site.lines import strains, trend
from fieldbench.verdicts.words import number, worst_point

COUNTED = re.compile("bytes|flops|seconds|memory|programs|exit_code")
"""What is tracked of the machine, and not of the physics."""

MOST = 3
"""Values of a benchmark that are printed."""


@dataclass(frozen=True)
class Past:
    """A record in the history of a claim, with its statement's numbers where it ran."""

    entry: Entry
    row: Row | None


@dataclass(frozen=True)
class Series:
    """A benchmark over commits, drawn: the geometric mean, over its parameters, of its values over those of the first
    commit with it. `now` is the slowest time, or the values, at the newest."""

    name: str
    commits: int
    now: str
    ratio: str
    line: Markup


@dataclass(frozen=True)
class Benchmarks:
    """Commits of the first machine with results, in words; its times, and the physics that speed must not bend."""

    words: str = ""
    times: Sequence[Series] = ()
    physics: Sequence[Series] = ()


def physics(claim: Shown) -> tuple[Markup | None, list[Past]]:
    """The records of a claim, oldest first: drawn, where there are two to compare, and in numbers."""
    past = [Past(entry, None if entry.statement is None else row(entry.statement)) for entry in claim.history]
    points = [point for entry in claim.history if (point := _strain(entry))]
    words = "; ".join(f"{name}: {difference:+.2f} ± {reach:.2f}" for name, difference, reach in points)
    title = f"measured − predicted in margins, record by record: {words}"
    return (strains(points, title) if len(points) > 1 else None), past


def _strain(entry: Entry) -> tuple[str, float, float] | None:
    """A record's tier and seed, measured − predicted and its interval, in margins; None without a margin."""
    check = entry.statement
    if check is None or not check.margin[i := worst_point(check)] > 0:
        return None
    margin = check.margin[i]
    found = (check.measured[i] - check.expected[i]) / margin, check.interval[i] / margin
    name = entry.tier + (f", {entry.seed}" if entry.seed else "")
    return (name, *found) if all(map(math.isfinite, found)) else None


def benchmarks(asv: Path) -> Benchmarks:
    """Everything that asv measured at several commits; nothing where there is no result."""
    machine = next((path.parent for path in sorted(asv.glob("*/machine.json"))), None)
    runs = sorted(_runs(machine), key=lambda run: run["date"]) if machine else []
    if machine is None or not runs:
        return Benchmarks()
    found: dict[str, list[dict[str, float]]] = {}
    for place, run in enumerate(runs):
        for name, measured in run["results"].items():
            found.setdefault(name, [{} for _ in runs])[place] = _values(measured)
    words = f"{len(runs)} commits from {runs[0]['commit_hash'][:8]} to {runs[-1]['commit_hash'][:8]} on {machine.name}"
    series = {name: one for name in sorted(found) if (one := _series(name, found[name]))}
    kinds = {name: name.rpartition(".")[2] for name in series}
    return Benchmarks(
        words,
        [series[name] for name in series if kinds[name].startswith("time_")],
        [series[name] for name in series if kinds[name].startswith("track_") and not COUNTED.search(kinds[name])],
    )


def _runs(machine: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(machine.glob("*.json")):
        try:
            run = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # a benchmark is no evidence: the page does without it
        kinds = {"results": dict, "date": int, "commit_hash": str}
        if isinstance(run, dict) and all(isinstance(run.get(name), kind) for name, kind in kinds.items()):
            yield run


def _values(measured: Any) -> dict[str, float]:
    """Choice of parameters (its number) → value; asv writes null for what failed. Zero has no ratio."""
    values = measured[0] if isinstance(measured, list) and measured else None
    found = enumerate(values if isinstance(values, list) else [])
    return {str(number): float(value) for number, value in found
            if isinstance(value, int | float) and math.isfinite(value) and value > 0}  # fmt: skip


def _series(name: str, runs: Sequence[Mapping[str, float]]) -> Series | None:
    held = [run for run in runs if run]
    common = held[0].keys() & held[-1].keys() if held else set()
    if not common:
        return None
    means = [_mean(run, held[0]) for run in runs]
    last = held[-1].values()
    timed = ".time_" in name
    now = _seconds(max(last)) if timed else ", ".join(number(value) for value in list(last)[:MOST])
    now += ", …" if not timed and len(last) > MOST else ""
    short = name.replace("time_", "").replace("track_", "").replace(".", " ").replace("_", " ")
    ratio = f"{means[-1] or _mean(held[-1], held[0]):.3g}"
    words = f"{short} over its first value, commit by commit: " + ", ".join(f"{m:.3g}" if m else "none" for m in means)
    return Series(short, len(held), now, ratio, trend(means, words))


def _mean(run: Mapping[str, float], first: Mapping[str, float]) -> float | None:
    """The geometric mean of a run's values over those of the first; None where they have no parameters in common."""
    common = run.keys() & first.keys()
    return math.exp(sum(math.log(run[place] / first[place]) for place in common) / len(common)) if common else None


def _seconds(value: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"
