"""A Process Run Crate: records with the claims and the software that they come from, described in JSON-LD.

RO-Crate 1.1 with the profile https://w3id.org/ro/wfrun/process/0.5: each record is the result of one action, whose
instrument is fieldbench at a commit and whose objects are the case's files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fieldbench import atomic
from fieldbench.archive.references import papers, suite
from fieldbench.errors import BadInput
from fieldbench.records import files
from fieldbench.records.schema import Record

METADATA = "ro-crate-metadata.json"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILES = {
    "https://w3id.org/ro/crate/1.1": ("RO-Crate", "1.1"),
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
}
LICENSE = "https://spdx.org/licenses/Apache-2.0"
AUTHORS = "#authors"
FORMATS = {".json": "application/json", ".toml": "application/toml", ".py": "text/x-python"}

Entity = dict[str, Any]


def write(target: Path, results: Path, records: Iterable[Path], cases: Mapping[str, Path]) -> Path:
    """Pack records and the files of their cases into a new folder, and describe them.

    Args:
        target: the crate; a folder that is not there yet, or empty.
        results: directory that the records are in.
        records: their files.
        cases: claim id → case.py; of a claim that is not among them the records come alone.

    Returns:
        The metadata file.

    Raises:
        BadInput: the target holds something, a file is no record, or there is no complete record.
        StoreError: the crate cannot be written.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput(f"{target} is not empty; a crate is a folder of its own: name one that is not there yet")
    read = {path: files.read(path) for path in records}
    complete = {path: record for path, record in read.items() if record.complete}
    if not complete:
        raise BadInput(f"no complete record below {results}; make one with `fieldbench run`")
    sources = {claim: case_files(cases[claim]) for claim in {r.claim.id for r in complete.values()} & cases.keys()}
    with atomic.explained(target, "the records are untouched", "choose a writable folder"):
        placed = {path: _copy(path, target / "records" / path.relative_to(results)) for path in complete}
        objects = {claim: [_copy(file, target / "cases" / file.parent.name / file.name) for file in found]
                   for claim, found in sources.items()}  # fmt: skip
        entities = describe(
            {_address(placed[path], target): record for path, record in complete.items()},
            {claim: [_address(file, target) for file in found] for claim, found in objects.items()},
        )
        graph = [{name: _compact(value) for name, value in entity.items()} for entity in entities]
        text = json.dumps({"@context": CONTEXT, "@graph": graph}, indent=1, ensure_ascii=False) + "\n"
        atomic.write(target / METADATA, text.encode())
    return target / METADATA


def case_files(case: Path) -> list[Path]:
    """The files of a case: its facts and its modules."""
    return sorted(path for path in case.parent.iterdir() if path.suffix in (".toml", ".py") and path.is_file())


def describe(records: Mapping[str, Record], objects: Mapping[str, list[str]]) -> list[Entity]:
    """The graph: path in the crate → record, claim id → paths of its case's files."""
    paths = [*records, *dict.fromkeys(path for found in objects.values() for path in found)]
    actions = [_action(path, record, objects.get(record.claim.id, [])) for path, record in records.items()]
    claims = ", ".join(dict.fromkeys(record.claim.id for record in records.values()))
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Records of fieldbench: {claims}",
        "description": "Measured numbers, theories, margins and verdicts of published claims of deep-learning field "
        "theory; `fieldbench verify records` recomputes every verdict.",
        "datePublished": max(record.date for record in records.values()),
        "license": {"@id": LICENSE},
        "author": {"@id": AUTHORS},
        "publisher": {"@id": AUTHORS},
        "conformsTo": {"@id": list(PROFILES)[1]},
        "hasPart": [{"@id": path} for path in paths],
        "mentions": [{"@id": action["@id"]} for action in actions],
    }
    descriptor: Entity = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": next(iter(PROFILES))},
    }
    found: list[Entity] = [descriptor, root, *_profiles(), *_common(), *actions]
    found += [_record(path, record) for path, record in records.items()]
    found += [_file(path) for path in paths if path not in records]
    for record in records.values():
        found += [_software(record), *_works(record)]
    unique = {entity["@id"]: entity for entity in found}
    return list(unique.values())


def _action(path: str, record: Record, objects: list[str]) -> Entity:
    end = datetime.fromisoformat(record.date)
    return {
        "@id": f"#run-{quote(record.claim.id)}-{quote(record.run_id)}",
        "@type": "CreateAction",
        "name": f"fieldbench run {record.claim.id} --tier {record.tier} --seed {record.seed}",
        "description": f"{record.claim.id}: {record.summary}",
        "instrument": {"@id": _software(record)["@id"]},
        "agent": {"@id": AUTHORS},
        "object": [{"@id": name} for name in objects],
        "result": [{"@id": path}],
        "startTime": (end - timedelta(seconds=record.wall_time)).isoformat(timespec="milliseconds"),
        "endTime": end.isoformat(timespec="milliseconds"),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }


def _record(path: str, record: Record) -> Entity:
    return _file(path) | {
        "name": f"Record of {record.claim.id}, {record.tier} tier, seed {record.seed}",
        "description": f"{record.claim.statement} ({record.summary})",
        "dateCreated": record.date,
        "identifier": f"sha256:{record.content_hash}",
        "citation": [{"@id": work["@id"]} for work in _works(record)],
    }


def _file(path: str) -> Entity:
    name = path.rpartition("/")[2]
    return {
        "@id": path,
        "@type": "File",
        "name": name,
        "encodingFormat": FORMATS[name[name.rindex(".") :]],
        "license": {"@id": LICENSE},
    }


def _software(record: Record) -> Entity:
    version = str(record.provenance.get("fieldbench") or "unknown")
    commit = str(record.provenance.get("commit") or "")
    unchanged = commit and not record.provenance.get("dirty")
    return {
        # The identifier that a commit has of itself, wherever the repository is (SWHID, ISO/IEC 18670).
        "@id": f"swh:1:rev:{quote(commit)}" if unchanged else f"#fieldbench-{quote(version)}-{quote(record.run_id)}",
        "@type": "SoftwareApplication",
        "name": "fieldbench",
        "description": suite(version).fields["title"],
        "softwareVersion": version + (f", commit {commit}{'' if unchanged else ' with changes'}" if commit else ""),
        "license": {"@id": LICENSE},
        "softwareRequirements": [f"{name} {record.provenance[name]}" for name in ("python", "jax", "numpy", "scipy")
                                 if record.provenance.get(name)],
    }  # fmt: skip


def _works(record: Record) -> list[Entity]:
    found = []
    for work in papers(record.claim):
        number = work.fields.get("eprint", "")
        entity = {
            "@id": f"https://arxiv.org/abs/{quote(number)}" if number else f"#{quote(work.key)}",
            "@type": "ScholarlyArticle",
            "name": work.fields["title"].replace("{", "").replace("}", ""),
        }
        found.append(entity | ({"identifier": f"arXiv:{number}"} if number else {}))
    return found


def _profiles() -> list[Entity]:
    return [{"@id": uri, "@type": "CreativeWork", "name": name, "version": version}
            for uri, (name, version) in PROFILES.items()]  # fmt: skip


def _common() -> list[Entity]:
    return [
        {"@id": AUTHORS, "@type": "Organization", "name": "The fieldbench authors"},
        {"@id": LICENSE, "@type": "CreativeWork", "name": "Apache License 2.0", "identifier": "Apache-2.0",
         "description": "A permissive license of the Apache Software Foundation."},
    ]  # fmt: skip


def _compact(value: Any) -> Any:
    """A single value in place of a list of one, as the specification recommends."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _copy(path: Path, to: Path) -> Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(to, path.read_bytes())
    return to


def _address(path: Path, target: Path) -> str:
    return quote(path.relative_to(target).as_posix())
