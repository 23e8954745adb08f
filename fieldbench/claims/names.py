"""Names that claims, cells and records share."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fieldbench.errors import BadInput

THEORY = "theory"
"""The case's own theory among the predictions."""

MAIN = "main"
"""The sound measurement among the variants."""


def foreign(implementations: Mapping[str, str]) -> frozenset[str]:
    """The ports, of those with the printable names of their implementations, that hold somebody else's."""
    return frozenset(port for port, name in implementations.items() if not name.startswith("fieldbench."))


_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def require_kebab(name: str, what: str) -> None:
    """Raise `BadInput` unless `name` is kebab-case: names of claims and checks are permanent addresses."""
    if not _KEBAB.fullmatch(name):
        raise BadInput(f"{what} {name!r} is not kebab-case (lower-case words and digits joined by single hyphens)")
