"""What speaks for a claim where there is room for one line: which check, its numbers, its nearest rival, its data."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fieldbench.records.schema import CheckPart, Record, RivalPart
from fieldbench.report.rows import margin, predicted, value
from fieldbench.verdicts.words import worst_point

GRAVITY = ("contradicted", "inconclusive", "compatible", "reproduced")
"""Verdicts from the gravest on: a claim is as good as the worst of its statements."""

DATA_SETS = {"digits": "digits", "mnist": "MNIST", "cifar10": "CIFAR-10", "cifar10-first-batch": "CIFAR-10"}


def speaker(record: Record) -> CheckPart | None:
    """The check that speaks for a claim: one of its statements that ran, or of all checks where none is a statement.

    First what is not as declared, then the gravest verdict, which is the claim's. Among equals, a sampled number before
    an identity that holds on every data set, one that had rivals to exclude before a mere bound, and then the author's
    order. None where nothing ran.
    """
    ran = [check for check in record.checks if check.labels]
    spoken = [check for check in ran if check.statement] or ran
    return min(
        spoken,
        key=lambda c: (c.as_declared, GRAVITY.index(c.verdict), not c.replicates, c.side != "both", not c.rivals),
        default=None,
    )


@dataclass(frozen=True)
class Headline:
    """One line on a claim, in text: numbers at the point of the speaking check that strains its margin most.

    `symbol` is what is measured, as the paper writes it; empty in records that do not say.

    `distance` is how many margins the nearest rival is away from the theory, at the point where it is nearest.
    """

    claim: str
    check: str
    symbol: str
    verdict: str
    as_declared: bool
    measured: str
    predicted: str
    margin: str
    rival: str
    distance: str
    data: str
    seconds: float


def headline(record: Record) -> Headline:
    """The line of a record."""
    check = speaker(record)
    data, seconds = data_words(record), record.wall_time
    if check is None:
        as_declared = record.exit_code == 0
        return Headline(record.claim.id, "", "", "not run", as_declared, "", "", "", "", "", data, seconds)
    i = worst_point(check)
    name, distance = nearest_rival(check) or ("", math.nan)
    return Headline(
        claim=record.claim.id,
        check=check.id,
        symbol=check.symbol,
        verdict=check.verdict,
        as_declared=record.exit_code == 0,
        measured=value(check, check.measured[i]),
        predicted=predicted(check, i),
        margin=margin(check, i),
        rival=name,
        distance=_times(distance) if name else "",
        data=data,
        seconds=seconds,
    )


def nearest_rival(check: CheckPart) -> tuple[str, float] | None:
    """The rival whose distance from the theory is smallest in margins, at the worst point: 1/resolution.

    Where a check has an effect of interest in place of rivals, that; None for one-sided checks, and where neither is.
    """
    if check.side != "both":
        return None
    rivals = [rival for rival in check.rivals if not rival.free] or check.rivals
    if rivals:
        nearest = min(rivals, key=lambda rival: _distance(check, rival))
        return nearest.id, _distance(check, nearest)
    return ("(smallest effect)", 1.0 / check.resolution) if check.resolution else None


def _distance(check: CheckPart, rival: RivalPart) -> float:
    if rival.free:  # its constant is fitted: told by its shape, where that differs most
        mean = sum(check.expected) / len(check.expected)
        shape = max(abs(r - (e - mean)) for r, e in zip(rival.expected, check.expected, strict=True))
        return _over(shape, max(check.margin))
    ways = zip(rival.expected, check.expected, check.margin, strict=True)
    return min(_over(abs(r - e), margin) for r, e, margin in ways)


def _over(way: float, margin: float) -> float:
    return way / margin if margin > 0 else math.inf


def _times(distance: float) -> str:
    return f"×{distance:.2g}" if distance < 99.5 else (f"×{distance:.0f}" if distance < 999.5 else "×>999")


def data_words(record: Record) -> str:
    """The data sets under a claim, "digits only" where others are not on the machine; empty where it draws its own."""
    names = dict.fromkeys(DATA_SETS.get(name, name) for name in sorted(record.data, key=_known_first))
    words = ", ".join(names)
    if not record.skipped:
        return words
    return f"{words} only" if words else "data missing"


def _known_first(name: str) -> tuple[int, str]:
    known = list(DATA_SETS)
    return (known.index(name) if name in known else len(known), name)
