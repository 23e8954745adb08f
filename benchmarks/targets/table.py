"""Measure, compare, print: the table of the targets, and the file that keeps it."""

from __future__ import annotations

import importlib
import json
import math
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.targets.rows import ROWS, Row

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "results" / "asv" / "targets.json"
COLUMNS = ("target", "what", "measured", "spread", "limit", "verdict", "beside it")


def chosen(only: Iterable[str]) -> list[Row]:
    """Rows whose name, or whose measurement, contains one of the words; for none, all that are not `on_request`.

    Raises:
        BadInput: a word that is in no row.
    """
    from fieldbench.errors import BadInput

    words = list(only)
    for word in words:
        if not any(word in row.name or word in row.measurement for row in ROWS):
            raise BadInput(f"no target has {word!r} in it: choose from {', '.join(row.name for row in ROWS)}")
    if not words:
        return [row for row in ROWS if not row.on_request]
    named = [row for row in ROWS if any(word in row.name or word in row.measurement for word in words)]
    return [row for row in named if not row.on_request or row.name in words]


def measured(rows: list[Row]) -> dict[str, dict[str, Any]]:
    """Every measurement that the rows need, once; one that ends in an error leaves the error in its place.

    A target whose measurement crashes is a target missed, and the others are still measured.
    """
    found: dict[str, dict[str, Any]] = {}
    for key, row in {row.key: row for row in rows}.items():
        start = time.perf_counter()
        print(f"measuring {key} …", file=sys.stderr, flush=True)
        try:
            module, function = row.measurement.split(":")
            measure = getattr(importlib.import_module(f"benchmarks.targets.{module}"), function)
            numbers = dict(measure(*row.arguments))
        except Exception as error:
            numbers = {"error": f"{type(error).__name__}: {error}"}
        found[key] = {**numbers, "wall_seconds": time.perf_counter() - start}
    return found


def compared(rows: list[Row], numbers: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """One dict a row: what, value, low, high, limit, verdict ("met", "missed", "shown"), beside."""
    table = []
    for row in rows:
        found = numbers[row.key]
        value, error = _value(row, found)
        verdict = "missed" if value is None else {True: "met", False: "missed", None: "shown"}[row.met(value)]
        entry = {"name": row.name, "what": row.what, "value": value, "target": row.target(), "verdict": verdict}
        entry |= {end: found.get(f"{row.value}_{end}") for end in ("low", "high")}
        entry["beside"] = {key: found[key] for key in row.beside if key in found}
        if value is None:
            entry["error"] = error
        table.append(entry)
    return table


def _value(row: Row, found: dict[str, Any]) -> tuple[float | None, str]:
    """The row's number, or None and the reason why there is none."""
    if row.value not in found:
        return None, found.get("error", f"the measurement has no number {row.value!r}")
    if row.guard and not found[row.guard[0]] <= row.guard[1]:  # so that NaN does not pass
        return None, f"{row.guard[0]} is {found[row.guard[0]]:.2g}, above {row.guard[1]:g}"
    if not math.isfinite(found[row.value]):
        return None, f"{row.value} is {found[row.value]}"
    return found[row.value], ""


def keep(table: list[dict[str, Any]], numbers: dict[str, dict[str, Any]], path: Path = KEPT) -> None:
    """Write rows, all numbers and provenance; rows and numbers of earlier runs that were not measured now stay.

    Each measurement carries the provenance of its own run.
    """
    from fieldbench import atomic
    from fieldbench.cells import provenance

    before = json.loads(path.read_text()) if path.is_file() else {"rows": [], "measurements": {}}
    new = {row["name"]: row for row in table}
    kept = {row["name"]: row for row in before["rows"]} | new
    where = provenance.collect(seed=0)
    measurements = before["measurements"] | {k: {"numbers": v, "provenance": where} for k, v in numbers.items()}
    order = [row.name for row in ROWS]
    rows = [kept[name] for name in order if name in kept]
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, (json.dumps({"rows": rows, "measurements": measurements}, indent=1) + "\n").encode())


def markdown(table: list[dict[str, Any]]) -> str:
    """The table in Markdown, which is also how the terminal shows it."""
    lines = [COLUMNS, ("---",) * len(COLUMNS), *(_cells(entry) for entry in table)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def _cells(entry: dict[str, Any]) -> tuple[str, ...]:
    value, low, high = entry["value"], entry["low"], entry["high"]
    beside = ", ".join(f"{name.replace('_', ' ')} {number(x)}" for name, x in entry["beside"].items())
    return (
        entry["name"],
        entry["what"],
        entry.get("error", "") if value is None else number(value),
        "–" if low is None or high is None else f"{number(low)} … {number(high)}",
        entry["target"],
        f"**{entry['verdict']}**" if entry["verdict"] == "missed" else entry["verdict"],
        beside or "–",
    )


def number(value: Any) -> str:
    """Three significant digits, whole numbers in full with thousands apart."""
    if isinstance(value, str | bool):
        return str(value)
    if float(value).is_integer() and abs(value) >= 1_000:
        return f"{int(value):,}"
    return f"{value:.3g}"
