"""The door to figures: `fieldbench plot`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fieldbench.doors.session import OWN, REFERENCE
from fieldbench.doors.terminal.output import Output
from fieldbench.errors import BadInput

if TYPE_CHECKING:
    from fieldbench.records.schema import Record


def plot(claim: str, tier: str | None, strain: bool, to: Path | None, results: Path | None, out: Output) -> None:
    """Draw the figure of a claim's newest record, or how far each of its checks is from the theory."""
    from fieldbench.report import figure

    record = _newest(claim, tier, [results] if results else [OWN / "results", REFERENCE])
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


def _newest(claim: str, tier: str | None, folders: list[Path]) -> Record:
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
