"""How tight the margins are: |measured − predicted| over the margin of each check, and what the statements resolve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from fieldbench.records.schema import CheckPart, Record
from fieldbench.report.table import table

LOOSE = 0.1
"""A check whose data strain its margin less than this owes a reason: a bound may be loose, a guess may not."""

REASONS = {
    "bounded": "a bound, which may be loose",
    "computed": "an order left out, computed: data are nearer than that",
    "chosen": "what is asked of the measurement, which says more",
    "guessed": "a guess, which owes a computation",
}
"""Why data may strain a margin so little, by where the largest part of it comes from."""

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)

PREAMBLE = """# How tight the margins are

Written by `fieldbench margins RECORDS --to docs/margins.md`; do not edit. The *strain* of a two-sided check is
|measured − predicted| / margin at its worst point, without the sampling error. The *resolution* is the margin over the
distance from the theory to the nearest rival, at the worst point.
"""


def strain(check: CheckPart) -> float | None:
    """Largest |measured − predicted| / margin over the points; None for bounds, failures and what did not run."""
    if check.side != "both" or not check.labels or check.verdict not in ("reproduced", "compatible"):
        return None
    margin = np.asarray(check.margin)
    deviation = np.abs(np.asarray(check.measured) - np.asarray(check.expected))
    return float(np.max(deviation[margin > 0] / margin[margin > 0])) if np.any(margin > 0) else None


def strains(records: Iterable[Record]) -> list[tuple[Record, CheckPart, float]]:
    """Record, check and strain of each check that has one."""
    return [(r, c, s) for r in records for c in r.checks if (s := strain(c)) is not None]


def markdown(records: Sequence[Record], before: Sequence[Record] = ()) -> str:
    """Distribution of the strain (also of earlier records), resolution of the statements, and each loose margin."""
    rows = []
    for name, of in (("before", before), ("now", records)):
        found = np.array([s for _, _, s in strains(of)])
        if len(found):
            values = [f"{value:.2g}" for value in np.quantile(found, QUANTILES)]
            rows.append((name, str(len(found)), *values, f"{np.mean(found < LOOSE):.0%}"))
    columns: tuple[str, ...] = ("records", "checks", *(f"{q:.0%}" for q in QUANTILES), f"below {LOOSE:g}")
    text = f"{PREAMBLE}\n## Quantiles of the strain\n\n{table(columns, rows)}"
    statements = [
        (r.claim.id, r.tier, c.id, "–" if c.resolution is None else f"{c.resolution:.2g}", _nearest(c), c.verdict)
        for r in records for c in r.checks if c.statement and c.labels
    ]  # fmt: skip
    text += "\n## Statements\n\n" + table(("claim", "tier", "statement", "resolution", "rivals", "verdict"), statements)
    loose = [
        (r.claim.id, r.tier, c.id, f"{s:.2g}", _reason(c), "; ".join(f"{p.name} ({p.got or '?'})" for p in c.parts))
        for r, c, s in strains(records) if s < LOOSE
    ]  # fmt: skip
    columns = ("claim", "tier", "check", "strain", "reason", "margin")
    return text + f"\n## Strained less than {LOOSE:g}\n\n" + table(columns, loose)


def _reason(check: CheckPart) -> str:
    """What makes most of the margin at the point that strains it most."""
    margin = np.asarray(check.margin)
    deviation = np.abs(np.asarray(check.measured) - np.asarray(check.expected))
    worst = int(np.argmax(np.divide(deviation, margin, out=np.zeros_like(margin), where=margin > 0)))
    shares: dict[str, float] = {}
    for part in check.parts:
        shares[part.got] = shares.get(part.got, 0.0) + abs(part.values[worst])
    return REASONS.get(max(shares, key=lambda got: shares[got], default=""), "not said")


def _nearest(check: CheckPart) -> str:
    return ", ".join(rival.id for rival in check.rivals) or "–"
