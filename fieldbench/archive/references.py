"""References: the works that a claim rests on, and the methods that its records say were used."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fieldbench.records.schema import ClaimPart, Record

FILE = Path(__file__).with_name("references.toml")


@dataclass(frozen=True)
class Reference:
    """A work: its citation key, its fields as BibTeX names them, and what it is cited for."""

    key: str
    fields: Mapping[str, str]
    use: str = ""


@cache
def table() -> Mapping[str, Any]:
    """`references.toml` as it stands."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def suite(version: str) -> Reference:
    """The suite itself at a version."""
    about = table()["suite"]
    fields = {"type": "software", "author": about["author"], "title": about["title"], "version": version}
    return Reference("fieldbench", fields, "the suite")


def papers(claim: ClaimPart) -> list[Reference]:
    """The works that a claim names, by key or as a source; one that the table lacks is cited as the claim has it."""
    works = table()["works"]
    found = [known(key) for key in claim.bibtex if key in works]
    by_number = {work["eprint"]: key for key, work in works.items() if "eprint" in work}
    by_title = {work["source"]: key for key, work in works.items() if "source" in work}
    for number, source in enumerate(claim.sources, start=1):
        key = by_number.get(source.arxiv) if source.arxiv else by_title.get(source.title)
        found.append(known(key) if key else _unlisted(f"{claim.id}-{number}", source.arxiv, source.title))
    return unique(found)


def methods(record: Record) -> list[Reference]:
    """What a record says was used to measure and to judge, in the order of the table."""
    return unique(known(row["work"], row["use"]) for row in table()["methods"] if _applies(row, record))


def known(key: str, use: str = "the claim") -> Reference:
    """A work of the table."""
    fields = {name: str(value) for name, value in table()["works"][key].items() if name != "source"}
    return Reference(key, fields, use)


def unique(references: Iterable[Reference]) -> list[Reference]:
    """Each work once, with all that it is cited for."""
    found: dict[str, Reference] = {}
    for new in references:
        old = found.setdefault(new.key, new)
        uses = dict.fromkeys([*old.use.split("; "), *new.use.split("; ")])
        found[new.key] = Reference(new.key, new.fields, "; ".join(uses))
    return list(found.values())


def _unlisted(key: str, arxiv: str, title: str) -> Reference:
    fields = {"type": "misc", "title": title or f"arXiv:{arxiv}"}
    return Reference(key, fields | ({"eprint": arxiv} if arxiv else {}), "the claim")


def _applies(row: Mapping[str, Any], record: Record) -> bool:
    """Whether a record meets the one condition of a row."""
    match row:
        case {"package": package}:
            return bool(record.provenance.get(package))
        case {"port": implementation}:
            return implementation in record.ports.values()
        case {"guard": name}:
            return any(name in (part := guard.array.split("_"))[:1] + part[-1:] for guard in record.guards)
        case {"data": name}:
            return name in record.data
        case {"side": side}:
            return any(check.side == side and check.replicates for check in record.checks)
        case {"measured": kinds}:
            return any(f"{record.claim.id}/{experiment.kind}" in kinds for experiment in record.experiments)
    raise ValueError(f"{FILE.name}: a method with no condition, {dict(row)}")
