"""Files of strangers: regular ones only, and JSON whose cost is bounded by its length."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fieldbench.errors import BadInput

DEPTH = 40
"""A record nests about ten deep, and an array has at most 32 axes."""


def bytes_of(path: Path) -> bytes:
    """All of a file. A pipe, which would be waited for, a device or a folder is refused.

    Raises:
        BadInput: it cannot be read, or is no regular file.
    """
    try:
        # Opening a pipe waits for its other end, unless told not to.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise BadInput(f"{path} is no regular file; move it away, or name the files that are meant")
            return file.read()
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror or error}") from error


def from_json(text: str | bytes, *, finite: bool = True) -> Any:
    """JSON in which a name stands once in its object, and nothing nests too deep.

    Args:
        text: what to read.
        finite: a number is one that JSON knows; otherwise also NaN and infinities, as Python writes them.

    Raises:
        ValueError: it is anything else.
    """
    too_deep = f"it nests deeper than {DEPTH}"
    try:
        value = json.loads(text, parse_constant=_refuse if finite else float, object_pairs_hook=_unlike)
    except RecursionError as error:
        raise ValueError(too_deep) from error
    level: list[Any] = [value]
    for _ in range(DEPTH + 1):
        level = [entry for one in level for entry in _containers(one)]
        if not level:
            return value
    raise ValueError(too_deep)


def _containers(value: Any) -> Iterator[Any]:
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (entry for entry in entries if isinstance(entry, dict | list))


def _unlike(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands twice in one object")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
