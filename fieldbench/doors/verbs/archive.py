"""`fieldbench cite` and `fieldbench export`: what to cite, and a crate for a repository of data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fieldbench.claims.facts import FILE, read_claim
from fieldbench.doors.session import REFERENCE, own_results
from fieldbench.doors.terminal.output import Output
from fieldbench.doors.verbs.cases import known
from fieldbench.errors import BadInput
from fieldbench.loading.discovery import select

if TYPE_CHECKING:
    from fieldbench.records.schema import ClaimPart, Record


def cite(names: Sequence[str], as_bibtex: bool, results: Path | None, folder: Path | None, out: Output) -> None:
    """The suite, the papers of the claims, the methods that their records say were used."""
    from fieldbench.archive import citing, references

    chosen = select(known(folder), names) if names else {}
    records = {claim: _newest(claim, results) for claim in chosen}
    found = [references.suite(installed())]
    for claim, path in chosen.items():
        found += references.papers(records[claim][0].claim if records[claim] else _facts(path))
    used = [record for of_claim in records.values() for record in of_claim]
    for record in used:
        found += references.methods(record)
    found = references.unique(found)
    if as_bibtex:
        out.line(citing.bibtex(found).rstrip())
    else:
        for reference in found:
            out.line(citing.plain(reference))
        for record in used:
            out.line(_address(record))
    for claim in (claim for claim, of_claim in records.items() if not of_claim):
        out.note(f"no record of {claim}: its papers only; `fieldbench run {claim}` tells which methods it uses")
    out.value([{"key": reference.key, "use": reference.use, **reference.fields} for reference in found])


def export(names: Sequence[str], crate: Path, results: Path, folder: Path | None, out: Output) -> None:
    """Records and claims as a Process Run Crate."""
    from fieldbench.archive.crate import write
    from fieldbench.records import files

    if results == REFERENCE and not results.is_dir():
        results = own_results()
    if not results.is_dir():
        raise BadInput(f"{results} is no directory of records; name one with --results")
    cases = known(folder)
    chosen = select(cases, names)
    cases |= chosen
    paths = [path for path in files.find(results) if not names or files.read(path).claim.id in chosen]
    metadata = write(crate, results, paths, cases)
    out.line(str(metadata))
    out.value({"crate": str(crate), "metadata": str(metadata), "records": len(paths)})


def installed() -> str:
    """The version of the suite that is here."""
    from fieldbench.cells.provenance import version

    found = version("fieldbench")
    if found is None:
        raise BadInput("fieldbench is not installed, so that its version is not known; pip install -e .")
    return found


def _newest(claim: str, results: Path | None) -> list[Record]:
    """The newest complete record of each tier, of the user's own runs and of the reference."""
    from fieldbench.records import files

    found: dict[str, Record] = {}
    for place in [results] if results else [REFERENCE, own_results()]:
        if (place / claim).is_dir():
            for record in map(files.read, files.find(place / claim)):
                old = found.get(record.tier)
                if record.complete and (not old or record.date >= old.date):
                    found[record.tier] = record
    return list(found.values())


def _facts(path: Path) -> ClaimPart:
    from fieldbench.records.assemble import claim_part
    from fieldbench.records.schema import ClaimPart

    return ClaimPart(**claim_part(read_claim(path.with_name(FILE))))


def _address(record: Record) -> str:
    commit = str(record.provenance.get("commit") or "")
    where = f"{record.claim.id}/r{record.claim.revision}/{record.tier}/{record.run_id}.json"
    return f"record {where}, sha256:{record.content_hash}" + (f", commit {commit}" if commit else "")
