"""Rows of verdict tables, made from records: the same in the terminal, in notebooks and in results/README.md."""

from __future__ import annotations

from typing import Any

from fieldbench.records.schema import CheckPart, Record
from fieldbench.report.coordinates import coordinates
from fieldbench.verdicts.words import number as short
from fieldbench.verdicts.words import on_natural_scale, worst_point

COLUMNS = (
    "claim",
    "check",
    "measured",
    "predicted",
    "margin",
    "resolution",
    "standard error",
    "rival (t, p)",
    "power",
    "verdict",
)


def points(record: Record) -> list[dict[str, Any]]:
    """One row a point of every check, numbers on the check's natural scale except where they are relative.

    `margin`, `standard_error` and `smallest_caught` are relative where `relative` is True (checks in logarithms).
    Coordinates of a point are numbers under their own names, or under `at_` and the name where a row has that already.
    """
    rows = []
    for check in record.checks:
        for i, label in enumerate(check.labels or [""]):
            row = {**_row(record, check), **(_numbers(check, i) if check.labels else {}), "point": label}
            at = coordinates(record, label)
            rows.append(row | {f"at_{name}" if name in row else name: value for name, value in at.items()})
    return rows


def _row(record: Record, check: CheckPart) -> dict[str, Any]:
    best = max(check.rivals, key=lambda rival: -rival.t, default=None)  # the rival that comes closest to surviving
    return {
        "claim": record.claim.id,
        "tier": record.tier,
        "seed": record.seed,
        "check": check.id,
        "statement": check.statement,
        "verdict": check.verdict,
        "declared": check.declared,
        "as_declared": check.as_declared,
        "replicates": check.replicates,
        "relative": check.scale == "log",
        "flip_rate": check.flip_rate,
        "rival": best.id if best else None,
        "rival_t": best.t if best else None,
        "rival_p": best.p_value if best else None,
        "reason": check.reason or check.because,
    }


def _numbers(check: CheckPart, i: int) -> dict[str, float]:
    return {
        "measured": on_natural_scale(check, check.measured[i]),
        "predicted": on_natural_scale(check, check.expected[i]),
        "margin": check.margin[i],
        "standard_error": check.standard_error[i],
        "smallest_caught": check.smallest_caught[i],
    }


def summary(record: Record) -> list[tuple[str, ...]]:
    """One row of text a check, at its most strained point, in the order of COLUMNS."""
    return [(record.claim.id, *_cells(check)) for check in record.checks]


def _cells(check: CheckPart) -> tuple[str, ...]:
    verdict = check.verdict
    if not check.labels:
        return (check.id, *("–",) * 7, f"{verdict}: {check.reason}")
    if not check.as_declared:
        verdict += f" (declared {check.declared})"
    elif check.declared == verdict != "reproduced":
        verdict += " (as declared)"
    i = worst_point(check)
    relation = {"above": "≥ ", "below": "≤ "}.get(check.side, "")
    percent = check.scale == "log"
    label = f" [{check.labels[i]}]" if check.labels[i] else ""
    rivals = "; ".join(f"{r.id} ({short(r.t)}, {r.p_value:.0e})" for r in check.rivals) or "–"
    return (
        check.id + label,
        short(on_natural_scale(check, check.measured[i])),
        relation + short(on_natural_scale(check, check.expected[i])),
        amount(check.margin[i], percent) if check.side == "both" or check.margin[i] else "–",
        "–" if check.resolution is None else short(check.resolution),
        amount(check.standard_error[i], percent) if check.replicates else "exact",
        rivals,
        amount(check.smallest_caught[i], percent),
        verdict,
    )


def amount(value: float, percent: bool) -> str:
    """An uncertainty: absolute, or in per cent where the check is on the log scale."""
    return f"{100 * value:.3g} %" if percent else f"{value:.2g}"
