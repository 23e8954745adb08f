"""Rows of verdict tables, made from records: the same in the terminal, in notebooks and in results/README.md."""

from __future__ import annotations

import math
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


APART = ("claim", "check", "at", *COLUMNS[2:])
"""The same with the point in a column of its own."""


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


def summary(record: Record, apart: bool = False) -> list[tuple[str, ...]]:
    """One row of text a check, at its most strained point, in the order of COLUMNS, or of APART."""
    rows = []
    for check in record.checks:
        cells = _cells(check)
        at = check.labels[worst_point(check)] if check.labels else ""
        name = (check.id, at) if apart else (check.id + (f" [{at}]" if at else ""),)
        rows.append((record.claim.id, *name, *cells))
    return rows


def _cells(check: CheckPart) -> tuple[str, ...]:
    verdict = check.verdict
    if not check.labels:
        return (*("–",) * 7, f"{verdict}: {check.reason}")
    if not check.as_declared:
        verdict += f" (declared {check.declared})"
    elif check.declared == verdict != "reproduced":
        verdict += " (as declared)"
    i = worst_point(check)
    percent = check.scale == "log"
    rivals = "; ".join(f"{r.id} ({short(r.t)}, {r.p_value:.0e})" for r in check.rivals) or "–"
    return (
        value(check, check.measured[i]),
        predicted(check, i),
        margin(check, i) or "–",
        "–" if check.resolution is None else short(check.resolution),
        amount(check.standard_error[i], percent) if check.replicates else "exact",
        rivals,
        amount(check.smallest_caught[i], percent),
        verdict,
    )


def amount(value: float, percent: bool) -> str:
    """An uncertainty: absolute, or in per cent where the check is on the log scale."""
    return f"{100 * value:.3g} %" if percent else f"{value:.2g}"


def predicted(check: CheckPart, i: int) -> str:
    """What a theory says at a point, with its relation where the check is one-sided."""
    return {"above": "≥ ", "below": "≤ "}.get(check.side, "") + value(check, check.expected[i])


def margin(check: CheckPart, i: int) -> str:
    """The margin at a point; nothing where a bound has none."""
    return amount(check.margin[i], check.scale == "log") if check.side == "both" or check.margin[i] else ""


ITEM_COLUMNS = ("claim", "item", "measured", "predicted", "± margin", "verdict")


def item_row(name: str, outcome: Any, rival: Any, control: bool, sound: bool) -> tuple[str, ...]:
    """An item of a session, in text, in the order of ITEM_COLUMNS from the second on.

    A check and a control at the point that strains the margin most, a rival at the point that tells most.
    """
    if not outcome.labels:
        return (name, "–", "–", "–", f"not run: {outcome.reason}")
    if rival is not None and not rival.rejection.told:
        return (name, "–", "–", "–", "not told from the theory")
    side = rival or outcome
    i = rival.rejection.point if rival else worst_point(outcome)
    verdict = str(outcome.verdict)
    if rival:
        verdict = f"{'' if sound else 'NOT '}rejected, t = {short(rival.rejection.standard_errors)}"
    elif control:
        verdict = "noticed" if sound else f"NOT noticed: {outcome.verdict}"
    elif not sound:
        verdict += f", declared {outcome.declared}"
    if rival and rival.free:  # both are centred over the points: a single one says nothing
        return (name, "–", "–", "–", verdict)
    return (
        name,
        value(outcome, outcome.measured[i]),
        value(outcome, side.expected[i]),
        amount(float(side.margin[i]), outcome.scale == "log"),
        verdict,
    )


def value(check: Any, at: float) -> str:
    """A value on its natural scale; "no value" where some replicate has none, of which the check's reason tells."""
    return short(on_natural_scale(check, at)) if math.isfinite(at) else "no value"
