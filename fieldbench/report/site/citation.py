"""How to cite a claim: its record, the suite, the works that the claim and its measurement rest on."""

from __future__ import annotations

from fieldbench.archive.citing import bibtex
from fieldbench.archive.references import Reference, methods, papers, suite, unique
from fieldbench.records.schema import Record


def citation(record: Record) -> str:
    """BibTeX of a record and of what it rests on."""
    made = record.provenance
    version = str(made.get("fieldbench") or "unknown")
    return bibtex([_own(record, version), suite(version), *unique([*papers(record.claim), *methods(record)])])


def _own(record: Record, version: str) -> Reference:
    claim, commit = record.claim, str(record.provenance.get("commit") or "")
    about = [
        f"revision {claim.revision}, {record.tier} tier, seed {record.seed}",
        f"fieldbench {version}",
        f"commit {commit}" if commit else "",
        f"record {record.run_id}",
        f"SHA-256 {record.content_hash}",
    ]
    fields = {
        "type": "misc",
        "author": "{The fieldbench authors}",
        "title": f"{claim.title}: record of its reproduction",
        "year": record.date[:4],
        "note": ", ".join(filter(None, about)),
    }
    return Reference(f"fieldbench:{claim.id}-{record.tier}", fields, "the record")
