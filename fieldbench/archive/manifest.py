"""The manifest of a results directory: one line a record, by which an altered, lost or added file is noticed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fieldbench import atomic, strict
from fieldbench.errors import BadInput
from fieldbench.records import files

NAME = "manifest.txt"
HEAD = """\
# Written by `fieldbench results-table`, checked by `fieldbench verify` on this folder. A line has the SHA-256 of a
# record's file, the record's own hash of its content (content_hash in it), and its path.
"""


def text(results: Path) -> str:
    """The manifest of the records below a folder."""
    lines = (f"{_sha256(path)}  {_content_hash(path)}  {path.relative_to(results).as_posix()}\n" for path in
             sorted(files.find(results)))  # fmt: skip
    return HEAD + "".join(lines)


def write(results: Path) -> Path:
    """Write the manifest of a results directory into it.

    Raises:
        BadInput: a file below it is no record.
        StoreError: it cannot be written.
    """
    path = results / NAME
    with atomic.explained(path, "the records are untouched", "choose a writable directory with --results"):
        atomic.write(path, text(results).encode())
    return path


def differences(results: Path) -> list[str]:
    """What has changed since the manifest of a folder was written; empty also where it has none."""
    path = results / NAME
    if not path.is_file():
        return []
    stated = _read(path)
    present = {found.relative_to(results).as_posix(): found for found in files.find(results)}
    remedy = "`fieldbench results-table` writes the manifest anew, if that was meant"
    found = [f"{name} is in {NAME} and not here; {remedy}" for name in sorted(stated.keys() - present.keys())]
    found += [f"{name} is here and not in {NAME}; {remedy}" for name in sorted(present.keys() - stated.keys())]
    found += [f"{name} is not the file of {NAME}; {remedy}" for name in sorted(stated.keys() & present.keys())
              if stated[name][0] != _sha256(present[name])]  # fmt: skip
    return found


def _read(path: Path) -> dict[str, tuple[str, str]]:
    """Path of each record → SHA-256 of its file, hash of its content."""
    found = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot read {path}: {error}; `fieldbench results-table` writes it anew") from error
    for number, line in enumerate(lines, start=1):
        if line and not line.startswith("#"):
            digest, _, rest = line.partition("  ")
            content, _, name = rest.partition("  ")
            if not name:
                raise BadInput(f"{path}, line {number}: not two hashes and a path; write it anew with results-table")
            found[name] = (digest, content)
    return found


def _sha256(path: Path) -> str:
    return hashlib.sha256(strict.bytes_of(path)).hexdigest()


def _content_hash(path: Path) -> str:
    try:
        content = strict.from_json(strict.bytes_of(path))
    except ValueError as error:
        raise BadInput(f"{path} is not a record: {error}; move it out of the results directory") from error
    return str(content.get("content_hash") or "-") if isinstance(content, dict) else "-"
