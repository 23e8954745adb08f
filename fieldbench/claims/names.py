"""Names that claims, cells and records share."""

from __future__ import annotations

from collections.abc import Mapping

THEORY = "theory"
"""The case's own theory among the predictions."""

MAIN = "main"
"""The sound measurement among the variants."""


def foreign(implementations: Mapping[str, str]) -> frozenset[str]:
    """The ports, of those with the printable names of their implementations, that hold somebody else's."""
    return frozenset(port for port, name in implementations.items() if not name.startswith("fieldbench."))
