"""Evidence: what a claim, a check and a verdict are, and the one way from a case to a record.

The names below are all that a case file needs. They are resolved on first use, so that listing cases imports neither
JAX nor SciPy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fieldbench.evidence.check import AtLeast, AtMost, Check, Rival
    from fieldbench.evidence.claim import Claim, Source
    from fieldbench.evidence.control import Control
    from fieldbench.evidence.guard import Guard
    from fieldbench.evidence.table import Points, Row, Table
    from fieldbench.evidence.tier import Tier, batched, grid

_HOMES = {
    "AtLeast": "check",
    "AtMost": "check",
    "Check": "check",
    "Rival": "check",
    "Claim": "claim",
    "Source": "claim",
    "Control": "control",
    "Guard": "guard",
    "Points": "table",
    "Row": "table",
    "Table": "table",
    "Tier": "tier",
    "batched": "tier",
    "grid": "tier",
}

__all__ = [
    "AtLeast",
    "AtMost",
    "Check",
    "Claim",
    "Control",
    "Guard",
    "Points",
    "Rival",
    "Row",
    "Source",
    "Table",
    "Tier",
    "batched",
    "grid",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
