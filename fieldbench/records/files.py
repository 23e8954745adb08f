"""Records on disk: what a run leaves behind, `<results>/<claim>/r<revision>/<tier>/<run-id>.json`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fieldbench import atomic, canonical, strict
from fieldbench.claims.names import foreign
from fieldbench.errors import BadInput
from fieldbench.records.arrays import ArrayPart
from fieldbench.records.schema import SCHEMA_VERSION, Record
from fieldbench.records.upgrade import upgraded

SCHEMA_FILE = Path(__file__).parent / "schemas" / "record-2.json"
WIDTH = 110
OLDER = ("2.0", "2.1", "2.2")  # each says all that the next one does but what that one added
BENCHMARKS = "asv"  # folder of benchmark results beside the claims


def folder(results: Path, claim: str, revision: int, tier: str) -> Path:
    """Where the records of a claim at a tier are."""
    return Path(results) / claim / f"r{revision}" / tier


def write(record: Record, results: Path) -> Path:
    """Write a record atomically and return its path.

    Raises:
        StoreError: the directory cannot be made or written to; the measurements are in the store all the same.
    """
    path = folder(results, record.claim.id, record.claim.revision, record.tier) / f"{record.run_id}.json"
    kept = "the record is lost, the measurements are kept in the store"
    with atomic.explained(path, kept, "choose a writable directory with --results and run again"):
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path, dump(record).encode())
    return path


def read(path: Path) -> Record:
    """Read and validate a record; one of schema 1 comes in the form of schema 2.

    Raises:
        BadInput: the file cannot be read, is no regular one, or is not a record of a known schema version.
    """
    try:
        content = strict.from_json(strict.bytes_of(Path(path)).decode("utf-8"))
        if isinstance(content, dict) and content.get("schema_version") == "1.0":
            return Record.model_validate(upgraded(content)).sealed()
        if isinstance(content, dict) and content.get("schema_version") in OLDER:
            return _of_today(content)
        return Record.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadInput(f"{path} is not a record of schema 1 or 2: {where or 'top level'}: {first['msg']}") from error
    except (KeyError, TypeError, IndexError) as error:
        raise BadInput(f"{path} is not a record of schema 1: {type(error).__name__}: {error}") from error
    except ValueError as error:
        raise BadInput(f"{path} is not a record: {error}") from error


def _of_today(content: dict[str, Any]) -> Record:
    """A record of an OLDER schema, which says less: sealed anew, unless it was edited."""
    stated = content.get("content_hash")
    rest = {name: value for name, value in content.items() if name != "content_hash"}
    untouched = stated == canonical.sha256_of_json(rest)
    record = Record.model_validate(content | {"schema_version": SCHEMA_VERSION})
    return record.sealed() if untouched else record


def is_old(path: Path) -> bool:
    """Whether a record on disk is of schema 1."""
    return b'"schema_version": "1.0"' in path.read_bytes()[:200]


def replace_reference(record: Record, results: Path) -> Path:
    """Write a record as the reference of its claim and tier: older ones of the same seed go, git keeps them.

    Raises:
        BadInput: a record that cannot stand for the suite: partial, exploratory, of somebody else's implementation, or
            without data that the present reference has.
        StoreError: as `write`.
    """
    if not speaks_for_suite(record) or not record.complete:
        raise BadInput(
            f"{record.run_id} of {record.claim.id} is partial, exploratory or of a foreign implementation: it is no "
            "reference; write it elsewhere with --results"
        )
    place = folder(results, record.claim.id, record.claim.revision, record.tier)
    old = {path: read(path) for path in place.glob("*.json")} if place.is_dir() else {}
    mine = {p: r for p, r in old.items() if r.complete and speaks_for_suite(r) and r.seed == record.seed}
    fuller = [r for r in mine.values() if len(r.skipped) < len(record.skipped)]
    if fuller:
        raise BadInput(
            f"{record.run_id} of {record.claim.id} lacks data that {fuller[0].run_id} has: {record.skipped[0].reason}; "
            "it does not replace it; write it elsewhere with --results"
        )
    path = write(record, results)
    for other in mine:
        other.unlink()
    return path


def speaks_for_suite(record: Record) -> bool:
    """Whether a record is of the suite's own cases as they are: not exploratory, with its own implementations."""
    return not record.exploratory and not foreign(record.ports)


def find(where: Path) -> list[Path]:
    """The record files at or below a path, oldest first (run ids begin with the date); benchmarks in asv/ are none.

    Raises:
        BadInput: there is no such path, or a folder below it cannot be listed.
    """
    where = Path(where)
    if where.is_dir():
        return sorted(_below(where), key=lambda path: (path.parent, path.name))
    if not where.exists():
        raise BadInput(f"{where} does not exist; name a record or a directory of records")
    return [where]


def _below(where: Path) -> Iterator[Path]:
    """Records in a folder and its folders, of which one that cannot be listed is not passed over."""

    def refuse(error: OSError) -> None:
        raise BadInput(f"cannot list {error.filename}: {error.strerror}; what is in it would be left out") from error

    for folder, folders, names in os.walk(where, onerror=refuse):
        folders[:] = [name for name in folders if name != BENCHMARKS]
        yield from (Path(folder) / name for name in names if name.endswith(".json"))


def latest(results: Path, claim: str, revision: int, tier: str) -> Record | None:
    """The newest record that speaks for the suite: not exploratory, with fieldbench's own implementations."""
    directory = folder(results, claim, revision, tier)
    if not directory.is_dir():
        return None
    records = [read(path) for path in find(directory)]
    own = [r for r in records if r.complete and speaks_for_suite(r)]
    return max(own, key=standing, default=None)


def standing(record: Record) -> tuple[int, int, str, str]:
    """What makes one record of a claim and tier stand before another: of several seeds the smallest counts, fresh seeds
    are kept beside it; a record that lacks data sets which another has does not take its place, however new."""
    return (-record.seed, -len(record.skipped), record.date, record.run_id)


def newest_complete(where: Path) -> dict[tuple[str, str, int], Record]:
    """(claim, tier, seed) → newest complete record at or below a path; an exploratory one only where it is named.

    Raises:
        BadInput: there is none.
    """
    found: dict[tuple[str, str, int], Record] = {}
    for path in find(where):
        record = read(path)
        place = (record.claim.id, record.tier, record.seed)
        chosen = Path(where).is_file() or not record.exploratory
        if chosen and record.complete and (place not in found or record.date >= found[place].date):
            found[place] = record
    if not found:
        raise BadInput(f"no complete record below {where}; make one with `fieldbench run`")
    return found


def schema_text() -> str:
    """The JSON schema of a record, as committed in `schemas/record-2.json`."""
    return json.dumps(Record.model_json_schema(mode="serialization"), indent=1, sort_keys=True) + "\n"


def dump(record: Record) -> str:
    """Strict JSON text: one entry a line, an array on one, whatever its length."""
    return "".join(_pieces(record.model_dump(mode="json"), 0)) + "\n"


def _pieces(value: Any, depth: int) -> Iterator[str]:
    compact = json.dumps(value, allow_nan=False, ensure_ascii=False)
    array = isinstance(value, dict) and value.keys() == ArrayPart.model_fields.keys()
    plain = array or (isinstance(value, list) and not any(isinstance(entry, dict) for entry in value))
    if not isinstance(value, dict | list) or not value or plain or len(compact) + depth < WIDTH:
        yield compact
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield opening
    indent = "\n" + " " * (depth + 1)
    entries = value.items() if isinstance(value, dict) else [(None, entry) for entry in value]
    for number, (name, entry) in enumerate(entries):
        yield ("," if number else "") + indent
        if name is not None:
            yield json.dumps(name, ensure_ascii=False) + ": "
        yield from _pieces(entry, depth + 1)
    yield "\n" + " " * depth + closing
