"""One spelling for each value: the JSON text that is hashed into keys, heads and records."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from fieldbench.errors import BadInput


def plain(value: Any) -> Any:
    """Reduce a value to JSON types: dataclasses and mappings to dicts, tuples to lists, numpy scalars to Python's.

    Raises BadInput for anything whose JSON text would not determine it (arrays, functions, non-string keys).
    """
    if isinstance(value, np.generic):
        return plain(value.item())
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise BadInput(f"keys must be strings to be stored as JSON, got {sorted(map(repr, value))}")
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    raise BadInput(
        f"{value!r} of type {type(value).__name__} cannot be stored: use numbers, strings, booleans, None, "
        "and tuples or dicts of these"
    )


def text(value: Any) -> str:
    """Canonical JSON text: sorted names, no blanks, shortest round-trip floats."""
    return _spelled(plain(value))


def sha256(value: Any) -> str:
    """Hexadecimal SHA-256 of the canonical JSON text of `value`."""
    return hashlib.sha256(text(value).encode()).hexdigest()


def sha256_of_json(value: Any) -> str:
    """The same of what came from JSON or was made for it: a record is large, and is not looked through again."""
    return hashlib.sha256(_spelled(value).encode()).hexdigest()


def _spelled(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
