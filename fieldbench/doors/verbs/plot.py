"""The door to figures: `fieldbench plot`."""

from __future__ import annotations

from pathlib import Path

from fieldbench.doors.session import REFERENCE, own_results
from fieldbench.doors.terminal.output import Output
from fieldbench.doors.verbs.records import latest


def plot(claim: str, tier: str | None, strain: bool, to: Path | None, results: Path | None, out: Output) -> None:
    """Draw the figure of a claim's newest record, or how far each of its checks is from the theory."""
    from fieldbench.report import figure

    record = latest(claim, tier, [results] if results else [own_results(), REFERENCE])
    drawn = figure.strain(record) if strain else figure.draw(record)
    text = figure.describe_strain(record) if strain else figure.describe(record)
    path = figure.save(drawn, to or Path(f"{claim}-{record.tier}.png"), record.claim.title, text)
    out.line(str(path))
    out.line(text)
    out.value({"figure": str(path), "record": record.run_id, "tier": record.tier, "text": text})


def plot_overview(to: Path, results: Path | None, out: Output) -> None:
    """Draw the four claims of the overview from the newest reference records."""
    from fieldbench.report import figure
    from fieldbench.report.table import newest

    place = results or REFERENCE
    records = newest(place) if place.is_dir() else []
    drawn, text = figure.overview(records), figure.describe_overview(records)
    path = figure.save(drawn, to, "Four claims, measured against predicted", text)
    out.line(str(path))
    out.line(text)
    out.value({"figure": str(path), "text": text})
