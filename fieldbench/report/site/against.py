"""Two directories of records side by side: machines, versions, or an implementation under a port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fieldbench.errors import BadInput
from fieldbench.records import files
from fieldbench.records.compare import Comparison, compare
from fieldbench.records.schema import CheckPart, Record
from fieldbench.report.rows import amount, value
from fieldbench.report.site.gather import refusal
from fieldbench.report.site.provenance import facts
from fieldbench.report.site.verdict import Verdict, of_check, of_claim
from fieldbench.verdicts.words import worst_point

Place = tuple[str, str, int]


@dataclass(frozen=True)
class Checked:
    """A check in both records, at the point where they differ most in combined standard errors."""

    id: str
    place: str
    verdicts: tuple[Verdict, Verdict]
    measured: tuple[str, str]
    predicted: tuple[str, str]
    difference: str


@dataclass(frozen=True)
class Pair:
    """Two records of one claim, tier and seed."""

    place: Place
    title: str
    verdicts: tuple[Verdict, Verdict]
    seconds: tuple[str, str]
    comparison: Comparison
    lines: tuple[str, ...]
    checks: tuple[Checked, ...]


@dataclass(frozen=True)
class Sides:
    """Two directories: what differs between where their records were made, claims in common, claims of one alone."""

    names: tuple[str, str]
    made: tuple[tuple[str, str, str], ...]
    pairs: tuple[Pair, ...]
    alone: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def grave(self) -> int:
        """Records whose verdicts changed, or in which something that was judged is gone."""
        return sum(pair.comparison.grave for pair in self.pairs)


def sides(first: Path, second: Path) -> Sides:
    """Compare the newest complete records of two directories, the gravest changes first.

    Raises:
        BadInput: they have no claim, tier and seed in common, or a record that cannot be shown.
    """
    one, other = _named(first), _named(second)
    shared = [place for place in one if place in other]
    if not shared:
        raise BadInput(f"{first} and {second} have no claim, tier and seed in common")
    pairs = sorted((_pair(place, one[place], other[place]) for place in shared), key=lambda p: not p.comparison.grave)
    alone = tuple(tuple(f"{claim}, {tier} tier, seed {seed}" for claim, tier, seed in sorted(a.keys() - b.keys()))
                  for a, b in ((one, other), (other, one)))  # fmt: skip
    return Sides((str(first), str(second)), _made(one, other, shared), tuple(pairs), (alone[0], alone[1]))


def _named(where: Path) -> dict[Place, Record]:
    found = files.newest_complete(where)
    for record in found.values():
        if why := refusal(record):
            raise BadInput(f"{record.run_id} below {where}: {why}")
    return found


def _made(
    one: Mapping[Place, Record], other: Mapping[Place, Record], shared: list[Place]
) -> tuple[tuple[str, str, str], ...]:
    """Facts in which the sides differ, each with all values of the records in common."""
    names = ("commit", "case from", "versions", "machine", "threads", "ports")
    rows = []
    for name in names:
        values = tuple(
            "; ".join(dict.fromkeys(value for place in shared for n, value in facts(side[place]) if n == name)) or "–"
            for side in (one, other)
        )
        if values != ("–", "–"):
            rows.append((name, values[0], values[1]))
    return tuple(rows)


def _pair(place: Place, old: Record, new: Record) -> Pair:
    found = compare(old, new)
    after = {check.id: check for check in new.checks if check.labels}
    both = [(check, after[check.id]) for check in old.checks if check.labels and check.id in after]
    return Pair(
        place=place,
        title=old.claim.title,
        verdicts=(of_claim(old), of_claim(new)),
        seconds=(_seconds(old), _seconds(new)),
        comparison=found,
        lines=tuple(line.strip() for line in found.lines())[1:],
        checks=tuple(_checked(a, b) for a, b in both),
    )


def _seconds(record: Record) -> str:
    return f"{sum(cell.wall_time for cell in record.cells):,.0f} s"


def _checked(a: CheckPart, b: CheckPart) -> Checked:
    z = _differences(a, b)
    i = worst_point(a) if z is None or not np.isfinite(z).any() else int(np.nanargmax(np.abs(z)))
    j = b.labels.index(a.labels[i]) if a.labels[i] in b.labels else worst_point(b)
    points = ((a, i), (b, j))
    return Checked(
        id=a.id,
        place=a.labels[i],
        verdicts=(of_check(a), of_check(b)),
        measured=(_measured(*points[0]), _measured(*points[1])),
        predicted=(value(a, a.expected[i]), value(b, b.expected[j])),
        difference="to the last bit" if a.measured == b.measured
        else "–" if z is None or not np.isfinite(z[i]) else f"{z[i]:+.2f} s.e.",
    )  # fmt: skip


def _differences(a: CheckPart, b: CheckPart) -> np.ndarray | None:
    """(second − first) over the combined standard error at each point; None where their points are not the same."""
    if a.labels != b.labels:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.hypot(a.standard_error, b.standard_error)
        return np.asarray((np.asarray(b.measured) - np.asarray(a.measured)) / error)


def _measured(check: CheckPart, i: int) -> str:
    measured = value(check, check.measured[i])
    return f"{measured} ± {amount(check.standard_error[i], check.scale == 'log')}" if check.replicates else measured
