"""The store: a directory of finished measurements, each either whole or absent.

A cell is one experiment, one block of replicates and one variant (the measurement itself or a control). It is kept as
an npz of arrays (no pickle) and a JSON head; the head is written last and is the commit point. The npz carries the hash
of its content in its name, so that two processes finishing the same cell never pair one's head with the other's arrays.
Predictions, checks and verdicts are never stored here: they are recomputed each time.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import math
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fieldbench import atomic, canonical, strict
from fieldbench.cells.lease import SUFFIX, lease
from fieldbench.errors import BadInput

FORMAT = 2
WORTH_WAITING = 0.5
"""Seconds of measurement from which the disk is waited for: a cell that a power cut damages is measured again."""

REMEDY = "choose a writable directory with --store or free the disk, then run again: finished cells are kept"


@dataclass(frozen=True)
class CellKey:
    """Everything a measurement depends on. Device and host stay out: each cell's provenance has them.

    Attributes:
        claim, revision: same id and revision = same mathematics.
        experiment: its kind and physical parameters, JSON-able.
        seed: the suite's seed.
        block: (first replicate, count); the unit of work, never computed in part.
        variant: "main", or the name of the broken class that measures.
        dtype, matmul_precision: arithmetic asked for.
        data: name → checksum of each data set used.
        ports: port name → name of the implementation under it.
        code: hash of the sources that the measurement reaches (`codehash.code_hash`).
    """

    claim: str
    revision: int
    experiment: dict[str, Any]
    seed: int
    block: tuple[int, int]
    variant: str
    dtype: str
    matmul_precision: str
    data: dict[str, str] = field(default_factory=dict)
    ports: dict[str, str] = field(default_factory=dict)
    code: str = ""

    def digest(self) -> str:
        """SHA-256 of the canonical JSON of the key."""
        return canonical.sha256(self)


@dataclass(frozen=True)
class Cell:
    """A finished measurement: named arrays, and the head with its key and provenance."""

    arrays: dict[str, np.ndarray[Any, Any]]
    head: dict[str, Any]

    @property
    def provenance(self) -> dict[str, Any]:
        """Where and how this cell was computed."""
        found: dict[str, Any] = self.head["provenance"]
        return found


class Damaged(Exception):
    """A stored cell that cannot be trusted; the message says why."""


class Store:
    """Finished cells under one directory, safe under SIGKILL at any moment and under several processes.

    Args:
        root: the directory, made if absent.
        warn: called with one sentence for each cell that is there but cannot be trusted.

    Raises:
        StoreError: `root` cannot be made or written to (found here, before hours of work, not after them).
    """

    def __init__(self, root: Path, warn: Callable[[str], None]) -> None:
        self.root = Path(root)
        self.warn = warn
        with atomic.explained(self.root, "nothing was computed yet", REMEDY):
            self.root.mkdir(parents=True, exist_ok=True)
            atomic.write(
                self.root / "README", b"Finished measurements of fieldbench; safe to delete, they are redone.\n"
            )

    def path(self, key: CellKey) -> Path:
        """The head's file: its presence means that the cell is finished."""
        return self.root / key.claim / f"r{key.revision}" / f"{key.digest()[:32]}.json"

    def load(self, key: CellKey) -> Cell | None:
        """The finished cell of `key`, or None. A truncated or edited one is reported through `warn` and is None."""
        path = self.path(key)
        try:
            return _read(path, key)
        except FileNotFoundError:
            return None
        except (Damaged, BadInput, OSError) as problem:
            self.warn(f"stored cell {path} is damaged ({problem}): it is measured again")
            return None

    def save(self, key: CellKey, arrays: Mapping[str, Any], provenance: Mapping[str, Any]) -> Cell:
        """Commit a finished cell: arrays first, the head last.

        Raises:
            StoreError: the files cannot be written. Every cell committed earlier is still there.
            BadInput: an array of Python objects, which only a pickle could hold.
        """
        named = {name: np.asarray(array) for name, array in arrays.items()}
        for name, array in named.items():
            if array.dtype.hasobject:
                raise BadInput(f"array {name!r} of cell {key.claim} holds Python objects; return numbers from measure")
        content = _npz(named)
        checksum = hashlib.sha256(content).hexdigest()
        path = self.path(key)
        head: dict[str, Any] = {
            "format": FORMAT,
            "key": canonical.plain(key),
            "npz": _arrays_name(path, checksum),
            "npz_sha256": checksum,
            "provenance": canonical.plain(provenance),
        }
        head["head_sha256"] = canonical.sha256(head)
        with atomic.explained(path, "this cell is lost, no finished cell is", REMEDY):
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic.sweep(path.parent)
            lasting = provenance.get("wall_time", WORTH_WAITING) >= WORTH_WAITING
            atomic.write(path.with_name(head["npz"]), content, lasting=lasting)
            atomic.write(path, json.dumps(head, indent=1).encode(), lasting=lasting)
        return Cell(named, head)

    @contextlib.contextmanager
    def lease(self, key: CellKey) -> Iterator[bool]:
        """While the block runs, tell other processes that this one measures a cell; False if another does.

        Raises:
            StoreError: the store cannot be written to.
        """
        path = self.path(key).with_suffix(SUFFIX)
        with contextlib.ExitStack() as stack:
            with atomic.explained(path, "no finished cell is lost", REMEDY):
                mine = stack.enter_context(lease(path))
            yield mine

    def drop(self, key: CellKey) -> None:
        """Forget a finished cell, the head first; nothing happens where there is none."""
        path = self.path(key)
        path.unlink(missing_ok=True)
        for arrays in path.parent.glob(f"{path.stem}.*.npz"):
            arrays.unlink(missing_ok=True)


def _npz(arrays: Mapping[str, np.ndarray[Any, Any]]) -> bytes:
    """The arrays as npz bytes; the same arrays give the same bytes."""
    buffer = io.BytesIO()
    # numpy's own savez claims the keyword `file`, so an array of that name would be lost.
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(arrays):
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as member:
                np.lib.format.write_array(member, arrays[name], allow_pickle=False)
    return buffer.getvalue()


def _read(path: Path, key: CellKey) -> Cell:
    """Read and check one cell; FileNotFoundError means no head, Damaged anything else that is wrong."""
    path.stat()  # FileNotFoundError
    try:
        head = strict.from_json(strict.bytes_of(path), finite=False)
        claimed = head.pop("head_sha256")
        intact = canonical.sha256(head) == claimed
    except (ValueError, KeyError, AttributeError, TypeError, BadInput) as problem:
        raise Damaged("its head is not whole") from problem
    if not intact:
        raise Damaged("its head was edited")
    head["head_sha256"] = claimed
    if head.get("format") != FORMAT:
        raise Damaged(f"its format is {head.get('format')}, this version reads {FORMAT}")
    if head.get("key") != canonical.plain(key):
        raise Damaged("its head belongs to another cell")
    if not isinstance(head.get("provenance"), dict):
        raise Damaged("its head has no provenance")
    checksum = str(head.get("npz_sha256"))
    if head.get("npz") != _arrays_name(path, checksum):
        raise Damaged("its head names other arrays than its own")
    arrays = path.with_name(head["npz"])
    if not arrays.exists():
        raise Damaged("its arrays are missing")
    content = strict.bytes_of(arrays)
    if hashlib.sha256(content).hexdigest() != checksum:
        raise Damaged("its arrays are truncated or were edited")
    try:
        return Cell(_arrays(content), head)
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, NotImplementedError, RuntimeError) as problem:
        raise Damaged(f"its arrays cannot be read: {problem}") from problem


def _arrays_name(head: Path, checksum: str) -> str:
    return f"{head.stem}.{checksum[:16]}.npz"


def _arrays(content: bytes) -> dict[str, np.ndarray[Any, Any]]:
    """What `_npz` wrote. Nothing is taken into memory that is not there as it stands: neither packed, nor announced."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED or member.file_size > len(content):
                raise ValueError(f"{member.filename} is packed")
            data = archive.read(member)
            header = io.BytesIO(data)
            if np.lib.format.read_magic(header) != (1, 0):
                raise ValueError(f"{member.filename} is of another version")
            shape, _, dtype = np.lib.format.read_array_header_1_0(header)
            announced = math.prod(shape) * dtype.itemsize
            if dtype.hasobject or announced != len(data) - header.tell():
                raise ValueError(f"{member.filename} announces {announced} bytes of {dtype}")
            found[member.filename.removesuffix(".npy")] = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    return found
