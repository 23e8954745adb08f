"""The doors to records: `compare`, `explain`, `refill` and `convert`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldbench.doors.session import REFERENCE, default_store, own_results
from fieldbench.doors.terminal.output import Output
from fieldbench.doors.verbs.cases import one
from fieldbench.errors import BadInput
from fieldbench.report.rows import value
from fieldbench.verdicts.needed import needed, needed_against
from fieldbench.verdicts.separation import told
from fieldbench.verdicts.words import number, worst_point

if TYPE_CHECKING:
    from fieldbench.records.schema import CheckPart, Record

CHANGED = 3


def compare_records(old: Path, new: Path, out: Output) -> int:
    """Compare the records at or below two paths, claim by claim and tier by tier; 3 if a verdict changed."""
    from fieldbench.records.compare import compare
    from fieldbench.records.files import newest_complete

    before, after = newest_complete(old), newest_complete(new)
    shared = [place for place in before if place in after]
    if not shared:
        raise BadInput(f"{old} and {new} have no claim and tier in common")
    compared = [compare(before[place], after[place]) for place in shared]
    for found in sorted(compared, key=lambda c: not c.grave):
        for line in found.lines():
            out.line(line)
    alone = [("only in the old", before.keys() - after.keys()), ("only in the new", after.keys() - before.keys())]
    for words, places in alone:
        for claim, tier, seed in sorted(places):
            out.line(f"{words}: {claim}, {tier} tier, seed {seed}")
    code = CHANGED if any(found.grave for found in compared) else 0
    out.value({"exit_code": code, "compared": [vars(found) for found in compared]})
    return code


def explain_check(what: str, tier: str, results: Path | None, folder: Path | None, out: Output) -> None:
    """One check of the newest record: its number, its margin part by part, its nearest rival."""
    name, slash, check_id = what.rpartition("/")
    if not slash:
        raise BadInput(f"{what!r} is not of the form CASE/CHECK; `fieldbench info {what}` lists the checks")
    folders = [results] if results else [own_results(), REFERENCE]
    # A record speaks for itself, wherever its case is.
    claim = name if any((place / name).is_dir() for place in folders) else one(name, folder)[0]
    record = latest(claim, tier, folders)
    check = next((c for c in record.checks if c.id == check_id), None)
    if check is None:
        raise BadInput(f"{claim} has no check {check_id!r}; it has {', '.join(c.id for c in record.checks)}")
    for line in _explained(record, check):
        out.wrapped(line, "    ")
    out.value({"claim": claim, "tier": tier, "record": record.run_id, "check": check.model_dump(mode="json")})


def latest(claim: str, tier: str | None, folders: list[Path]) -> Record:
    """The newest complete record of a claim at a tier (at any, if none is named), of the first folder that has one."""
    from fieldbench.records import files

    for folder in folders:
        # A claim's id is one name; a path, such as ../elsewhere, is none.
        if Path(claim).name == claim and (folder / claim).is_dir():
            found = [record for record in map(files.read, files.find(folder / claim))
                     if record.complete and not record.exploratory and tier in (None, record.tier)]  # fmt: skip
            if found:
                return max(found, key=lambda record: (-record.seed, record.date))
    wanted = f"{tier} record" if tier else "record"
    raise BadInput(
        f"no {wanted} of {claim} in {' or '.join(map(str, folders))}; run `fieldbench run {claim}"
        + (f" --tier {tier}`" if tier else "`")
    )


def _explained(record: Record, check: CheckPart) -> list[str]:
    lines = [f"{record.claim.id}/{check.id}: {check.verdict} ({record.tier} tier, {record.run_id})"]
    if not check.labels:
        return [*lines, f"  not run: {check.reason}"]
    i = worst_point(check)
    relative = " (relative)" if check.scale == "log" else ""
    relation = {"above": "at least", "below": "at most"}.get(check.side, "predicted")
    has_value = math.isfinite(check.measured[i])
    sampling = f" ± {number(check.standard_error[i])}{relative}, {check.replicates} replicates"
    difference = (
        f"{number(check.measured[i] - check.expected[i])}{relative}, 98 % interval ± {number(check.interval[i])}"
    )
    lines += [
        f"  decided at: {check.labels[i] or 'its only point'} ({len(check.labels)} points)",
        f"  measured:   {value(check, check.measured[i])}{sampling if check.replicates and has_value else ''}",
        f"  {relation + ':':<11} {value(check, check.expected[i])}",
        f"  difference: {difference if has_value else 'none'}",
        f"  margin:     {number(check.margin[i])}{relative}" + (", of which" if check.parts else ""),
    ]
    for part in check.parts:
        about = ", ".join(word for word in (f"order {part.order}" if part.order else "", part.got) if word)
        lines.append(f"    {number(part.values[i]):<11} {part.name}" + (f" ({about})" if about else ""))
    if check.resolution is not None:
        lines.append(f"  resolution: {number(check.resolution)}")
    lines += [_rival(check, rival, i) for rival in sorted(check.rivals, key=lambda r: r.t)]
    more = (("reason", check.reason), ("because", check.because), ("to settle it", needed(check)))
    return lines + [f"  {words}: {text}" for words, text in more if text]


def _rival(check: CheckPart, rival: Any, i: int) -> str:
    if not told(check, rival):
        return f"  rival {rival.id}: cannot be told from the theory, they differ by less than both margins"
    verb = "rejected" if rival.rejected else "NOT rejected"
    gap = abs(rival.expected[i] - check.expected[i])
    shape = ", its constant fitted" if rival.free else f", {number(gap)} from the theory here"
    where = check.labels[rival.point] or "its point"
    more = needed_against(check, rival)
    return f"  rival {rival.id}: {verb} by {number(rival.t)} standard errors at {where}{shape}" + (
        f"; {more}" if more else ""
    )


def refill_store(where: Path, store: Path | None, out: Output) -> None:
    """Put cells of records back into a store."""
    from fieldbench.cells.store import Store
    from fieldbench.records import files
    from fieldbench.records.refill import refill

    target = Store(store or default_store(), lambda message: out.note(f"warning: {message}"))
    entries = []
    for path in files.find(where):
        record = files.read(path)
        added = refill(record, target)
        entries.append({"record": str(path), "cells": len(record.cells), "added": added})
        out.line(f"{path}: {added} of {len(record.cells)} cells added")
    if not entries:
        raise BadInput(f"no record below {where}; name a results directory or a record file")
    out.value({"store": str(target.root), "records": entries})


def convert_records(where: Path, out: Output) -> None:
    """Rewrite records of schema 1 in schema 2, in place."""
    from fieldbench import atomic
    from fieldbench.records import files

    done = []
    for path in files.find(where):
        if files.is_old(path):
            with atomic.explained(path, "the old record is kept", "choose a writable directory"):
                atomic.write(path, files.dump(files.read(path)).encode())
            done.append(str(path))
            out.line(f"{path}: converted")
    out.line(f"{len(done)} records converted")
    out.value({"converted": done})


def write_margins(where: Path, before: Path | None, to: Path, out: Output) -> None:
    """Write how tight the margins of the newest records are."""
    from fieldbench import atomic
    from fieldbench.report.margins import markdown, strains
    from fieldbench.report.table import newest

    records = newest(where)
    if not records:
        raise BadInput(f"no record in {where}; make one with `fieldbench run`")
    with atomic.explained(to, "the records are untouched", "choose a writable file with --to"):
        atomic.write(to, markdown(records, newest(before) if before else ()).encode())
    out.line(str(to))
    found = [{"claim": r.claim.id, "tier": r.tier, "check": c.id, "strain": s} for r, c, s in strains(records)]
    out.value({"margins": str(to), "strains": found})
