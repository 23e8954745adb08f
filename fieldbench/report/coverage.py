"""The coverage list: every claim of the sources — encoded with its status by tier, or not, with the reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldbench import atomic
from fieldbench.errors import BadInput
from fieldbench.records.schema import CheckPart, Record
from fieldbench.report.table import TIERS, newest, table

PREAMBLE = """# Coverage

Written by `fieldbench coverage` from the newest record of each claim and tier and from
[not-encoded.toml](not-encoded.toml); do not edit. What a verdict means stands in [verdicts.md](verdicts.md); the
numbers behind each status are in [results/README.md](../results/README.md).
"""


@dataclass(frozen=True)
class NotEncoded:
    """A claim of the sources that is no case.

    Args:
        title: the claim in a line.
        source: where it is published.
        why: the reason why it is not encoded.
        errata: errors found in its source, each with the argument.
    """

    title: str
    source: str
    why: str
    errata: tuple[str, ...] = ()


def read_not_encoded(path: Path) -> dict[str, NotEncoded]:
    """Claim id → entry of a TOML file with one table a claim.

    Raises:
        BadInput: no such file, not TOML, or a table with missing, unknown or empty fields.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"cannot read {path}: {error}; it lists the claims that are not encoded") from error
    return {name: _entry(path, name, fields) for name, fields in tables.items()}


def _entry(path: Path, name: str, fields: Any) -> NotEncoded:
    form = f"{path}: [{name}] needs title, source and why (texts), and may have errata (a list of texts)"
    if not isinstance(fields, dict) or not set(fields) <= {"title", "source", "why", "errata"}:
        raise BadInput(form)
    texts = {key: fields.get(key, "") for key in ("title", "source", "why")}
    errata = fields.get("errata", [])
    if not all(isinstance(text, str) and text.strip() for text in texts.values()):
        raise BadInput(form)
    if not isinstance(errata, list) or not all(isinstance(text, str) for text in errata):
        raise BadInput(form)
    return NotEncoded(**texts, errata=tuple(errata))


def write_coverage(path: Path, results: Path, cases: Iterable[str], not_encoded: Path) -> list[Record]:
    """Write the list to `path`; returns the records it speaks of.

    Args:
        path: the Markdown file.
        results: directory of records.
        cases: ids of the claims that are encoded.
        not_encoded: TOML list of those that are not.

    Raises:
        BadInput: a claim is both encoded and listed as not encoded, or the list cannot be read.
        StoreError: the file cannot be written.
    """
    ids, others = sorted(cases), read_not_encoded(not_encoded)
    both = sorted(set(ids) & set(others))
    if both:
        raise BadInput(f"{', '.join(both)}: encoded as a case and listed in {not_encoded}; take it out of the list")
    records = [r for r in (newest(results) if results.is_dir() else []) if r.claim.id in ids]
    with atomic.explained(path, "the old list is kept", "choose a writable file with --to"):
        atomic.write(path, markdown(ids, records, others).encode())
    return records


def markdown(cases: Iterable[str], records: Iterable[Record], not_encoded: Mapping[str, NotEncoded]) -> str:
    """The whole list: encoded claims, declared discrepancies, claims not encoded, errata of the sources."""
    ids = list(cases)
    of_claim: dict[str, dict[str, Record]] = {name: {} for name in ids}
    for record in records:
        of_claim[record.claim.id][record.tier] = record
    latest = {name: list(tiers.values())[-1] for name, tiers in of_claim.items() if tiers}
    encoded: list[tuple[str, ...]] = [_encoded_row(name, of_claim[name]) for name in ids]
    others: list[tuple[str, ...]] = [
        (f"`{name}`", entry.title, entry.source, entry.why) for name, entry in not_encoded.items()
    ]
    return "\n".join(
        [
            PREAMBLE,
            f"## Encoded: {len(encoded)} claims\n",
            table(("claim", "what it says", "source", *TIERS), encoded),
            _discrepancies(of_claim),
            f"## Not encoded: {len(others)} claims\n",
            table(("claim", "what it says", "source", "why not"), others),
            _errata(latest, not_encoded),
        ]
    )


def _encoded_row(name: str, tiers: Mapping[str, Record]) -> tuple[str, ...]:
    if not tiers:
        return (f"`{name}`", "–", "–", *("no record",) * len(TIERS))
    claim = next(iter(tiers.values())).claim
    sources = "; ".join(f"arXiv:{s.arxiv}, {s.where}" if s.arxiv else f"{s.title}, {s.where}" for s in claim.sources)
    title = claim.title + (" (preliminary in the source)" if claim.preliminary else "")
    return (f"`{name}`", title, sources, *(_status(tiers.get(tier)) for tier in TIERS))


def _status(record: Record | None) -> str:
    return record.summary if record else "not run"


def _discrepancies(of_claim: Mapping[str, Mapping[str, Record]]) -> str:
    """Checks that expect another verdict than reproduced, once each, with the tiers in which they were seen."""
    lines = ["## Declared discrepancies\n"]
    for name, tiers in of_claim.items():
        seen: dict[str, tuple[CheckPart, list[str]]] = {}
        for tier, record in tiers.items():
            for check in record.checks:
                if check.labels and check.declared != "reproduced":
                    seen.setdefault(check.id, (check, []))[1].append(tier)
        lines += [
            f"- `{name}`, {check.id}: {check.declared} ({', '.join(at)}). {_sentence(check.because)}"
            for check, at in seen.values()
        ]
    return "\n".join(lines if len(lines) > 1 else [*lines, "None."]) + "\n"


def _errata(latest: Mapping[str, Record], not_encoded: Mapping[str, NotEncoded]) -> str:
    found = {name: tuple(record.claim.errata) for name, record in latest.items()}
    found |= {name: entry.errata for name, entry in not_encoded.items()}
    lines = [f"- `{name}`: {_sentence(text)}" for name, texts in found.items() for text in texts]
    return "\n".join(["## Errata found in the sources\n", *(lines or ["None."])]) + "\n"


def _sentence(text: str) -> str:
    head = text.partition(" ")[0].rstrip(":,")
    word = head == "a" or (len(head) > 1 and head.isalpha() and head.islower())  # not a symbol, not arXiv:…
    return f"{text[:1].upper() if word else text[:1]}{text[1:].rstrip('.')}."
