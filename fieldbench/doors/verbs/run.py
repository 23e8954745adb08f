"""`fieldbench run`: cases through the one way, their records, and what they say."""

from __future__ import annotations

import ast
import dataclasses
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldbench.doors.session import REFERENCE, Session, own_results
from fieldbench.doors.terminal.output import Output, Watcher
from fieldbench.doors.verbs.cases import known
from fieldbench.errors import BadInput, FieldbenchError
from fieldbench.loading.discovery import select
from fieldbench.report.flips import Stability, stability
from fieldbench.report.pace import Pace, seconds_of
from fieldbench.report.rows import APART, COLUMNS, summary
from fieldbench.report.screen import left_out, screen, where_things_are
from fieldbench.verdicts.needed import needed, needed_against
from fieldbench.verdicts.separation import survives

if TYPE_CHECKING:
    from fieldbench.records.schema import Record

HEAVY = {"cells", "predictions", "experiments", "figure"}
"""Parts of a record that `--json` leaves to the file it names."""


@dataclass
class Outcome:
    """What came of it: records with their files and the cells measured now, errors by case, the exit code so far."""

    records: list[tuple[Record, Path | None, int]] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)
    exit_code: int = 0


def parse_overrides(options: Sequence[str]) -> dict[str, Any]:
    """Turn `["dimension=24"]` into {"dimension": 24}; what is not a Python literal is a string.

    Raises:
        BadInput: an option is not of the form field=value.
    """
    found: dict[str, Any] = {}
    for option in options:
        name, equals, text = option.partition("=")
        if not equals or not name.isidentifier():
            raise BadInput(f"--set {option!r} is not of the form field=value")
        try:
            found[name] = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            found[name] = text
    return found


def run(names: Sequence[str], folder: Path | None, session: Session, fresh_seeds: int, out: Output) -> int:
    """Run the cases asked for; one that cannot run does not keep the others from running. Returns the exit code."""
    if fresh_seeds < 0:
        raise BadInput(f"--fresh-seeds {fresh_seeds} is negative; give the number of further seeds")
    chosen = select(_offered(names, folder, out), names)
    outcome, started = Outcome(), time.monotonic()
    seeds = range(session.seed, session.seed + fresh_seeds + 1)
    with out.watch(pace_of(chosen, session.tier, seeds if fresh_seeds else None)) as watcher:
        for claim, path in chosen.items():
            for seed in seeds:
                name = f"{claim}, seed {seed}" if fresh_seeds else claim
                _run_one(claim, path, dataclasses.replace(session, seed=seed), outcome, out, watcher, name)
    if len(outcome.records) + len(outcome.errors) > 1 and not out.as_json:
        _last_screen(outcome, time.monotonic() - started, out)
    _report(outcome, stability(r for r, _, _ in outcome.records) if fresh_seeds else None, out)
    return outcome.exit_code


def pace_of(chosen: Iterable[str], tier: str, seeds: Iterable[int] | None = None) -> Pace:
    """What the reference says of the time that cases take; one entry for each of several seeds."""
    places = (REFERENCE, own_results())
    seconds = {claim: seconds_of(claim, tier, places) for claim in chosen}
    if seeds is None:
        return Pace(seconds)
    return Pace({f"{claim}, seed {seed}": seconds[claim] for claim in seconds for seed in seeds})


def _offered(names: Sequence[str], folder: Path | None, out: Output) -> Mapping[str, Path]:
    """The cases to choose from; none is needed where every name is a path."""
    try:
        return known(folder, out.note)
    except BadInput:
        if names and all(Path(name).exists() for name in names):
            return {}
        raise


def _run_one(
    claim: str, path: Path, session: Session, outcome: Outcome, out: Output, watcher: Watcher, name: str
) -> None:
    try:
        result = dataclasses.replace(session, progress=watcher.start(name)).run(path)
        found, written = session.record(result)
    except Exception as error:
        # What is not the input's fault is a bug of ours: shown with its way, and the other cases run all the same.
        out.failure(error, claim, bug=not isinstance(error, FieldbenchError))
        outcome.errors.append({"claim": claim, "error": f"{type(error).__name__}: {error}"})
        outcome.exit_code = 5
        return
    finally:
        watcher.finish(name)
    from fieldbench.verdicts.outcome import worst

    outcome.records.append((found, written, result.computed))
    outcome.exit_code = worst([outcome.exit_code, found.exit_code])
    _say(found, written, result.computed, out)


def _say(record: Record, path: Path | None, computed: int, out: Output) -> None:
    """One case's verdicts as soon as they are known."""
    exploratory = ", exploratory" if record.exploratory else ""
    title = f"{record.claim.id} ({record.tier} tier, seed {record.seed}{exploratory})"
    if out.terminal:
        drop = ("power", "standard error", "at", "rival (t, p)", "resolution", "margin", "predicted", "measured")
        out.table(APART[1:], [row[1:] for row in summary(record, apart=True)], title, drop, fold=("verdict",))
    else:
        out.line(f"# {title}")
        out.table(COLUMNS[1:], [row[1:] for row in summary(record)])
    for check in record.checks:
        if not all(map(math.isfinite, check.measured)):
            out.wrapped(f"{check.id} has no value: {check.reason}")
        if more := needed(check):
            out.wrapped(f"{check.id} is inconclusive: {more}")
        for rival in check.rivals:
            if survives(check, rival):
                more = needed_against(check, rival)
                text = f"rival {rival.id} of {check.id} is NOT rejected (t = {rival.t:.3g}, p = {rival.p_value:.1e})"
                out.wrapped(text + (f": {more}" if more else ""))
    for control in record.controls:
        noticed = "noticed" if control.noticed else f"NOT noticed ({control.outcome.verdict})"
        if control.outcome.verdict == "not run":
            noticed = "not run"
        out.wrapped(f"control {control.id}: {noticed} by {control.contradicts}")
    for guard in record.guards:
        if not guard.passed:
            out.wrapped(f"guard {guard.id} failed: {guard.array} in [{guard.smallest:.4g}, {guard.largest:.4g}]")
    for field_name, values in record.mixtures.items():
        out.wrapped(f"cells differ in {field_name}: {', '.join(map(str, values))}")
    out.wrapped(f"{record.claim.id}: {record.summary}", "  ")
    out.line(f"{computed} of {len(record.cells)} cells measured now, {record.wall_time:.1f} s")
    out.line(f"record {path}\n")


def _last_screen(outcome: Outcome, seconds: float, out: Output) -> None:
    """All claims of the session, a line each."""
    records = [record for record, _, _ in outcome.records]
    skips = left_out(check.reason for record in records for check in record.checks if not check.labels)
    folder = next((path.parents[3] for _, path, _ in outcome.records if path is not None), None)
    where = where_things_are(folder) if folder else ""
    errors = {entry["claim"]: entry["error"] for entry in outcome.errors}
    out.screen(screen(records, out.width, errors, skips, seconds, where))


def _report(outcome: Outcome, seeds: Stability | None, out: Output) -> None:
    for line in seeds.lines() if seeds else ():
        out.line(line)
    flipped = seeds.flipped if seeds else []
    out.value(
        {
            "exit_code": outcome.exit_code,
            "results": [
                {**record.model_dump(mode="json", exclude=HEAVY), "record": str(path) if path else None,
                 "computed": computed, "cells": len(record.cells)}
                for record, path, computed in outcome.records
            ],
            "errors": outcome.errors,
            "flips": [{"claim": item.claim, "item": item.name, "found": item.found} for item in flipped],
            "stability": seeds.as_value() if seeds else None,
        }
    )  # fmt: skip
