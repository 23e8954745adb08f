"""Verdict tables in Markdown from the newest record of each claim and tier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from fieldbench import atomic
from fieldbench.errors import BadInput
from fieldbench.records import files as record
from fieldbench.records.schema import Record
from fieldbench.report.headline import headline
from fieldbench.report.rows import COLUMNS, summary

TIERS = ("quick", "standard", "paper")

FRONT_PAGE = ("claim", "in words", "measured", "predicted", "verdict")

PREAMBLE = """# Results

Written by `fieldbench results-table` from the newest record of each claim and tier; do not edit.
Each check is shown at the point that strains its margin most. Margins, standard errors and powers of checks made in
logarithms are in per cent. *Power* is the smallest deviation that the check would have contradicted nine times in ten.
A rival is rejected at t ≥ 5 standard errors and p ≤ 1e-3.
"""


def newest(results: Path) -> list[Record]:
    """The newest record that speaks for the suite, for each claim (latest revision) and tier."""
    found = []
    for claim in sorted(path for path in results.iterdir() if path.is_dir()):
        revisions = [path for path in claim.glob("r*") if path.name[1:].isdigit()]
        for revision in sorted(revisions, key=lambda path: int(path.name[1:]))[-1:]:
            for tier in sorted(path.name for path in revision.iterdir() if path.is_dir()):
                latest = record.latest(results, claim.name, int(revision.name[1:]), tier)
                found += [latest] if latest else []
    return sorted(found, key=lambda r: (order(r.tier), r.claim.id))


def order(tier: str) -> tuple[int, str]:
    """Where a tier stands: the known ones as they grow, then others by name."""
    return (TIERS.index(tier) if tier in TIERS else len(TIERS), tier)


def write_tables(results: Path, readme: Path | None = None) -> tuple[Path, list[Record]]:
    """Write README.md into the results directory, and the verdict tables into the project's own README where it has
    marks.

    A table goes between the lines `<!-- verdicts TIER -->` and `<!-- /verdicts -->`: a line a claim.

    Raises:
        BadInput: there is no record.
        StoreError: a file cannot be written.
    """
    records = newest(results) if results.is_dir() else []
    if not records:
        raise BadInput(f"no record in {results}; make one with `fieldbench run`")
    path = results / "README.md"
    _replace(path, markdown(records))
    if readme is not None and readme.is_file():
        text = readme.read_text(encoding="utf-8")
        for tier in dict.fromkeys(r.tier for r in records):
            filled = table(FRONT_PAGE, [front_page(r) for r in records if r.tier == tier])
            start, end = f"<!-- verdicts {tier} -->\n", "<!-- /verdicts -->"
            if start in text:
                before, _, rest = text.partition(start)
                if end not in rest:
                    raise BadInput(f"{readme}: no line {end.strip()!r} after {start.strip()!r}; it is untouched")
                text = before + start + filled + end + rest.partition(end)[2]
        _replace(readme, text)
    return path, records


def front_page(record: Record) -> tuple[str, ...]:
    """A claim in one line, in the order of FRONT_PAGE: the check that speaks for it, the others counted."""
    head = headline(record)
    words = f"{record.claim.title} (`{head.check}`)" if head.check else record.claim.title
    margin = f" ± {head.margin}" if head.margin else ""
    rival = f"; {head.rival} is {head.distance.removeprefix('×')} margins away" if head.distance else ""
    others = Counter(check.verdict for check in record.checks if check.labels and check.id != head.check)
    counted = ", ".join(f"{count} {verdict}" for verdict, count in sorted(others.items(), key=lambda item: -item[1]))
    return (
        record.claim.id,
        words,
        head.measured,
        head.predicted + margin,
        head.verdict + rival + (f". Beside it {counted}" if counted else ""),
    )


def _replace(path: Path, text: str) -> None:
    with atomic.explained(path, "the records are untouched", "choose a writable directory with --results"):
        atomic.write(path, text.encode())


def markdown(records: list[Record]) -> str:
    """The verdict tables, one a tier."""
    text = PREAMBLE
    for tier in dict.fromkeys(r.tier for r in records):
        of_tier = [r for r in records if r.tier == tier]
        text += f"\n## {tier}\n\n" + table(COLUMNS, [row for r in of_tier for row in summary(r)]) + "\n"
        for r in of_tier:
            controls = ", ".join(f"{c.id} {'noticed' if c.noticed else 'NOT noticed'}" for c in r.controls
                                 if c.outcome.verdict != "not run")  # fmt: skip
            text += f"- **{r.claim.id}**: {r.summary}. Controls: {controls or 'none run'}. "
            text += f"{r.wall_time:.0f} s with what the store held; {_measuring(r)} {_where(r)}\n"
    return text


def _measuring(r: Record) -> str:
    return f"{len(r.cells)} cells took {sum(cell.wall_time for cell in r.cells):.0f} s to measure."


def _where(r: Record) -> str:
    p = r.provenance
    commit = f", commit {p['commit'][:10]}{' with changes' if p['dirty'] else ''}" if p.get("commit") else ""
    return f"{r.date[:10]}, jax {p['jax']}, {p['device']}, seed {r.seed}{commit}."


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table of text cells."""
    lines = [columns, ("---",) * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"
