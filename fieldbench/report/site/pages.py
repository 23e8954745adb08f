"""The pages of the site, written from records and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2

from fieldbench import atomic
from fieldbench.records.schema import CheckPart, Record
from fieldbench.report.headline import GRAVITY, speaker
from fieldbench.report.site.against import Sides
from fieldbench.report.site.checks import Row, left_out, row, rows
from fieldbench.report.site.citation import citation
from fieldbench.report.site.figures import FOLDER, Drawn, all_figures
from fieldbench.report.site.gather import Gathered, Shown
from fieldbench.report.site.mathematics import mathematics, worded
from fieldbench.report.site.matrix import matrix
from fieldbench.report.site.prose import document
from fieldbench.report.site.provenance import facts, rerun
from fieldbench.report.site.trends import benchmarks, physics
from fieldbench.report.site.verdict import Verdict, of_check, of_claim
from fieldbench.verdicts.words import number

TEMPLATES = Path(__file__).with_name("templates")
PARTS = ("site.css", "site.js")

FROM_BEST = (*reversed(GRAVITY), "not run")
"""Verdicts as the front page lists them."""


@dataclass(frozen=True)
class Tier:
    """A record of a claim, as its page shows it."""

    name: str
    record: Record
    verdict: Verdict
    rows: Sequence[Row]
    left_out: dict[str, list[str]]
    facts: Sequence[tuple[str, str]]
    rerun: str


@dataclass(frozen=True)
class Seen:
    """A check with its verdict in each tier in which it is an open discrepancy."""

    check: CheckPart
    verdicts: list[tuple[str, Verdict]] = field(default_factory=list)


def write_site(gathered: Gathered, site: Path, asv: Path, findings: str = "") -> list[Path]:
    """Write all pages below `site`; return them, the front first.

    Args:
        gathered: the records to show.
        site: directory of the pages, made where it is not.
        asv: directory of benchmark results; the page of trends does without where there are none.
        findings: a Markdown document of the project, empty for none.

    Raises:
        StoreError: a file cannot be written.
    """
    claims = gathered.claims
    pages = [("index.html", "Claims"), ("findings.html", "Findings"), ("discrepancies.html", "Discrepancies"),
             ("errata.html", "Errata"), ("trends.html", "Trends")]  # fmt: skip
    pages = [page for page in pages if findings or page[0] != "findings.html"]
    verdicts = {shown.claim.id: of_claim(shown.speaking) for shown in claims}
    statements = {shown.claim.id: speaker(shown.speaking) for shown in claims}
    counts = Counter(verdict.word for verdict in verdicts.values())
    common = {"pages": pages, "made": _made(claims), "claims": claims}
    contents: dict[str, dict[str, Any]] = {
        "index.html": {
            "matrix": matrix(claims), "of": verdicts, "refused": gathered.refused,
            "lines": {name: check and row(check) for name, check in statements.items()},
            "verdicts": [(Verdict(word), counts[word]) for word in FROM_BEST if counts[word] or word != "not run"],
            "open": {shown.claim.id: _open(shown.speaking) for shown in claims},
        },
        "findings.html": {"document": document(findings, verdicts)},
        "discrepancies.html": {"discrepancies": list(_discrepancies(claims))},
        "errata.html": {},
        "trends.html": {"trends": [(shown, *physics(shown)) for shown in claims], "benchmarks": benchmarks(asv)},
    }  # fmt: skip
    (site / FOLDER).mkdir(parents=True, exist_ok=True)
    written = [_write(site, file, file, common | contents[file]) for file, _ in pages]
    for shown, drawn in zip(claims, all_figures([shown.speaking for shown in claims], site), strict=True):
        content = common | _claim(shown, drawn)
        written.append(_write(site, "claim.html", f"claims/{shown.claim.id}.html", content))
    _copy_parts(site)
    return written


def write_against(sides: Sides, site: Path) -> Path:
    """Write the page that compares two directories."""
    made = "Made by fieldbench report --against; the differences in full are those of fieldbench compare."
    path = _write(site, "against.html", "against.html", {"sides": sides, "pages": [], "made": made})
    _copy_parts(site)
    return path


def _claim(shown: Shown, drawn: Sequence[Drawn]) -> dict[str, Any]:
    record = shown.speaking
    tiers = [
        Tier(name, of, of_claim(of), rows(of), left_out(of), facts(of), rerun(of)) for name, of in shown.records.items()
    ]
    tiers.sort(key=lambda tier: tier.record is not record)
    return {
        "shown": shown,
        "claim": shown.claim,
        "overall": of_claim(record),
        "formula": mathematics(shown.claim.latex),
        "figures": drawn,
        "tiers": tiers,
        "citation": citation(record),
    }


def _discrepancies(claims: Sequence[Shown]) -> Iterator[tuple[Shown, list[tuple[str, list[Seen]]]]]:
    """Claims with checks that are neither reproduced nor compatible: each reason with its checks."""
    for shown in claims:
        seen: dict[str, Seen] = {}
        for tier, record in shown.records.items():
            for check in record.checks:
                if check.labels and (check.verdict in ("contradicted", "inconclusive") or not check.as_declared):
                    seen.setdefault(check.id, Seen(check)).verdicts.append((tier, of_check(check)))
        reasons: dict[str, list[Seen]] = {}
        for one in sorted(seen.values(), key=lambda one: one.check.as_declared):
            reasons.setdefault(one.check.because or one.check.reason or "No reason is declared.", []).append(one)
        if reasons:
            yield shown, list(reasons.items())


def _open(record: Record) -> str:
    """How many checks of a record are contradicted or inconclusive, in words."""
    found = Counter(check.verdict for check in record.checks if check.verdict in ("contradicted", "inconclusive"))
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(found.items()))


def _made(claims: Sequence[Shown]) -> str:
    records = [record for shown in claims for record in shown.records.values()]
    newest = max(record.date for record in records)[:10]
    return (
        f"Made by fieldbench report from {len(records)} records, the newest of {newest}; fieldbench verify recomputes "
        "every verdict from the values in them."
    )


def _write(site: Path, template: str, file: str, content: dict[str, Any]) -> Path:
    path = site / file
    text = _environment().get_template(template).render(content, here=file, root="../" * file.count("/"))
    _put(path, text.encode())
    return path


def _copy_parts(site: Path) -> None:
    for name in PARTS:
        _put(site / name, (TEMPLATES / name).read_bytes())


def _put(path: Path, content: bytes) -> None:
    with atomic.explained(path, "the records are untouched", "choose a writable directory with --to"):
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path, content)


def _environment() -> jinja2.Environment:
    """Templates in which every text of a record is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["arxiv"] = lambda text: re.fullmatch(r"[a-z.-]*/?[0-9.]+(v[0-9]+)?", text) is not None
    environment.filters["worded"] = worded
    environment.globals |= {"number": number}
    return environment
