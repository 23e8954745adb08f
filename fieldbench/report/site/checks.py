"""A check as a row of the claim's table: numbers at its most strained point, and its margin part by part."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fieldbench.records.schema import CheckPart, Record, RivalPart
from fieldbench.report.rows import amount, margin, predicted, value
from fieldbench.report.site.verdict import Verdict, of_check
from fieldbench.verdicts.separation import told
from fieldbench.verdicts.words import number, worst_point

WIDEST = 1.5
"""The end of a budget bar's scale, in margins."""

SLIGHT = 0.5
"""Per cent of a margin below which a part is counted, not named."""


@dataclass(frozen=True)
class Bar:
    """A part of a margin: its share of the whole in per cent, its amount, order and origin in words."""

    name: str
    share: float
    about: str
    got: str


@dataclass(frozen=True)
class Budget:
    """A margin by its parts, with a count of those below `SLIGHT`, and where |measured − predicted| lies in it: on a
    scale that ends at `WIDEST` margins, in per cent of the scale, from the low to the high end of its 98 % interval."""

    parts: tuple[Bar, ...]
    further: int
    strain: str
    at: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """A check that ran."""

    id: str
    symbol: str
    statement: bool
    place: str
    measured: str
    predicted: str
    margin: str
    resolution: str
    error: str
    rival: str
    power: str
    verdict: Verdict
    rivals: tuple[str, ...]
    budget: Budget | None
    because: str
    reason: str


def rows(record: Record) -> list[Row]:
    """The checks that ran, the claim's own statements first."""
    ran = [check for check in record.checks if check.labels]
    return [row(check) for check in sorted(ran, key=lambda check: not check.statement)]


def left_out(record: Record) -> dict[str, list[str]]:
    """Reason → checks that did not run for it."""
    found: dict[str, list[str]] = {}
    for check in record.checks:
        if not check.labels:
            found.setdefault(check.reason or "no reason is recorded", []).append(check.id)
    return found


def row(check: CheckPart) -> Row:
    """A check that ran, at the point that strains its margin most."""
    i = worst_point(check)
    percent = check.scale == "log"
    rivals = sorted(check.rivals, key=lambda rival: rival.t)
    points = f"most strained of {len(check.labels)} points" if len(check.labels) > 1 else ""
    return Row(
        id=check.id,
        symbol=check.symbol,
        statement=check.statement,
        place=", ".join(word for word in (check.labels[i], points) if word),
        measured=value(check, check.measured[i]),
        predicted=predicted(check, i),
        margin=margin(check, i) or "–",
        resolution="–" if check.resolution is None else number(check.resolution),
        error=amount(check.standard_error[i], percent) if check.replicates else "exact",
        rival=_rival(check, rivals[0]) if rivals else "–",
        power=amount(check.smallest_caught[i], percent),
        verdict=of_check(check),
        rivals=tuple(_rival(check, rival) for rival in rivals[1:]),
        budget=_budget(check, i),
        because=check.because,
        reason=check.reason,
    )


def _rival(check: CheckPart, rival: RivalPart) -> str:
    if not told(check, rival):
        return f"{rival.id}: within both margins"
    by = f"by {number(rival.t)} s.e." if math.isfinite(rival.t) else "without error"
    return f"{rival.id}: {'rejected' if rival.rejected else 'NOT rejected'} {by}"


def _budget(check: CheckPart, i: int) -> Budget | None:
    margin = check.margin[i]
    if not check.parts or not (math.isfinite(margin) and margin > 0):
        return None
    percent = check.scale == "log"
    parts = [
        Bar(part.name, 100 * max(part.values[i], 0.0) / margin, _about(part.values[i], percent, part.order), part.got)
        for part in check.parts
        if math.isfinite(part.values[i])
    ]
    named = tuple(sorted((part for part in parts if part.share >= SLIGHT), key=lambda part: -part.share))
    further = len(parts) - len(named)
    strain, reach = abs(check.measured[i] - check.expected[i]) / margin, check.interval[i] / margin
    if not (math.isfinite(strain) and math.isfinite(reach)):
        return Budget(named, further, "its data strain it by what is no number", 0.0, 0.0, 0.0)
    low, at, high = (100 * min(max(value, 0.0), WIDEST) / WIDEST for value in (strain - reach, strain, strain + reach))
    words = f"|measured − predicted| is {number(strain)} of the margin, ± {number(reach)}"
    return Budget(named, further, words, at, low, high)


def _about(value: float, percent: bool, order: str) -> str:
    return amount(value, percent) + (f", order {order}" if order else "")
