"""asv's result files as series over commits: what the trends are drawn from."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Commit:
    """A commit with results: its hash, and when it was committed (milliseconds), by which asv orders."""

    hash: str
    date: int


@dataclass(frozen=True)
class Series:
    """One benchmark over the commits; `lines` maps a choice of its parameters to a value a commit, None for a gap."""

    benchmark: str
    unit: str
    lines: dict[str, list[float | None]] = field(default_factory=dict)

    @property
    def group(self) -> str:
        """The class it belongs to, "module.Class"."""
        return self.benchmark.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The method, its prefix taken off."""
        return self.benchmark.rpartition(".")[2].partition("_")[2].replace("_", " ")

    @property
    def kind(self) -> str:
        """ "time", "count" (flops, bytes, compiled programs: compared as ratios too) or "physics" (absolute)."""
        if self.unit == "seconds" or self.benchmark.rpartition(".")[2].startswith("time_") or "seconds" in self.name:
            return "time"
        counted = any(word in self.name for word in ("flops", "bytes", "programs", "memory", "exit code"))
        return "count" if counted else "physics"

    def relative(self) -> dict[str, list[float | None]]:
        """Each line over its first value, where that is not zero."""
        found: dict[str, list[float | None]] = {}
        for label, values in self.lines.items():
            first = next((value for value in values if value is not None), None)
            if first:
                found[label] = [None if value is None else value / first for value in values]
        return found


def read(results: Path, machine: str) -> tuple[list[Commit], list[Series]]:
    """All series of one machine, commits in order of their dates.

    Raises:
        BadInput: there is no result.
    """
    from fieldbench.errors import BadInput

    files = [path for path in (results / machine).glob("*.json") if path.name != "machine.json"]
    if not files:
        raise BadInput(f"no asv result in {results / machine}: measure first, with `python -m benchmarks.history`")
    known = json.loads((results / "benchmarks.json").read_text())
    runs = sorted((json.loads(path.read_text()) for path in files), key=lambda run: run["date"])
    commits = [Commit(run["commit_hash"], run["date"]) for run in runs]
    series: dict[str, Series] = {}
    for index, run in enumerate(runs):
        for benchmark, row in run["results"].items():
            if benchmark not in known:  # since removed
                continue
            unit = str(known[benchmark].get("unit", ""))
            one = series.setdefault(benchmark, Series(benchmark, unit))
            for label, value in _values(row, known[benchmark].get("param_names", [])):
                one.lines.setdefault(label, [None] * len(runs))[index] = value
    return commits, [one for one in series.values() if any(v is not None for line in one.lines.values() for v in line)]


def _values(row: list[Any], names: list[str]) -> list[tuple[str, float | None]]:
    """(label, value) of each choice of parameters; asv leaves out trailing columns, and writes null for what failed."""
    values, parameters = row[0], row[1] if len(row) > 1 else []
    labels = [
        ", ".join(f"{name} {value}".replace("'", "") for name, value in zip(names, choice, strict=False))
        for choice in itertools.product(*parameters)
    ]
    if values is None:
        return [(label, None) for label in labels]
    return [(label, _finite(value)) for label, value in zip(labels, values, strict=False)]


def _finite(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
