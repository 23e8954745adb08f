"""How claims fared from record to record, and how the speed of the hot loops did from commit to commit."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldbench.report.site.checks import Row, row
from fieldbench.report.site.gather import Entry, Shown


@dataclass(frozen=True)
class Past:
    """A record in the history of a claim, with its statement's numbers where it ran."""

    entry: Entry
    row: Row | None


@dataclass(frozen=True)
class Speed:
    """A timed benchmark: the geometric mean, over its parameters, of its time over that of the first commit with it."""

    name: str
    commits: int
    slowest: str
    ratio: str


def physics(claim: Shown) -> list[Past]:
    """The records of a claim, oldest first."""
    return [Past(entry, None if entry.statement is None else row(entry.statement)) for entry in claim.history]


def speed(asv: Path) -> tuple[str, list[Speed]]:
    """Commits of the first machine with results (in words), and its timed benchmarks; nothing where there is no
    result."""
    machine = next((path.parent for path in sorted(asv.glob("*/machine.json"))), None)
    runs = sorted(_runs(machine), key=lambda run: run["date"]) if machine else []
    if machine is None or not runs:
        return "", []
    times: dict[str, list[dict[str, float]]] = {}
    for run in runs:
        for name, measured in run["results"].items():
            if name.rpartition(".")[2].startswith("time_"):
                times.setdefault(name, []).append(_values(measured))
    words = f"{len(runs)} commits from {runs[0]['commit_hash'][:8]} to {runs[-1]['commit_hash'][:8]} on {machine.name}"
    return words, [speed for name in sorted(times) if (speed := _speed(name, times[name]))]


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
    """Choice of parameters (its number) → seconds; asv writes null for what failed."""
    values = measured[0] if isinstance(measured, list) and measured else None
    found = enumerate(values if isinstance(values, list) else [])
    return {str(number): float(value) for number, value in found
            if isinstance(value, int | float) and math.isfinite(value) and value > 0}  # fmt: skip


def _speed(name: str, times: Sequence[Mapping[str, float]]) -> Speed | None:
    held = [run for run in times if run]
    common = held[0].keys() & held[-1].keys() if held else set()
    if not common:
        return None
    mean = sum(math.log(held[-1][place] / held[0][place]) for place in common) / len(common)
    short = name.replace("time_", "").replace(".", " ").replace("_", " ")
    return Speed(short, len(held), _seconds(max(held[-1].values())), f"{math.exp(mean):.2f}")


def _seconds(value: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"
