"""A run in about ten lines: what a notebook or a prompt prints of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fieldbench.records.schema import CheckPart, Record
from fieldbench.report.rows import amount, value
from fieldbench.verdicts.words import worst_point

LINES = 8
"""Checks, or claims, that are named; of the others there is a count."""


def brief(records: Sequence[Record]) -> list[str]:
    """One record check by check, its statements first; several a line each."""
    if len(records) == 1:
        return _one(records[0])
    lines = [f"{len(records)} claims", *(f"  {_head(record)}: {record.summary}" for record in records[:LINES])]
    return [*lines, *_rest(len(records), "claims")]


def _one(record: Record) -> list[str]:
    ran = [check for check in record.checks if check.labels]
    shown = sorted(ran, key=lambda check: (not check.statement, check.as_declared))[:LINES]
    noticed = sum(control.noticed for control in record.controls)
    return [
        f"{_head(record)}, seed {record.seed}: {record.summary}",
        *(f"  {_line(check)}" for check in shown),
        *_rest(len(ran), "checks"),
        f"  verdicts: {_counted(ran)}; controls noticed: {noticed} of {len(record.controls)}; {record.wall_time:.0f} s",
    ]


def _head(record: Record) -> str:
    return f"{record.claim.id}, {record.tier} tier"


def _line(check: CheckPart) -> str:
    i = worst_point(check)
    relation = {"above": "at least ", "below": "at most "}.get(check.side, "")
    within = f" within {amount(check.margin[i], check.scale == 'log')}" if check.margin[i] > 0 else ""
    return (
        f"{check.id}: {check.verdict}, {value(check, check.measured[i])} measured, "
        f"{relation}{value(check, check.expected[i])} predicted{within}"
    )


def _rest(count: int, of_what: str) -> list[str]:
    return [f"  and {count - LINES} further {of_what}: .frame has all"] if count > LINES else []


def _counted(checks: Sequence[CheckPart]) -> str:
    counts = Counter(check.verdict for check in checks)
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items()) or "none, nothing ran"
