"""The first form of a case: one module that binds CLAIM, TIERS, predict, measure, CHECKS and CONTROLS.

Ten cases are still written in it; they run beside those in the second form (`fieldbench.claims`), through the same
runner, rule and records. docs/second-form.md says how a case moves.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fieldbench.claims.experiment import batched
    from fieldbench.claims.facts import Claim, Source
    from fieldbench.evidence.check import AtLeast, AtMost, Check, Rival
    from fieldbench.evidence.control import Control
    from fieldbench.evidence.guard import Guard
    from fieldbench.evidence.table import Points, Row, Table
    from fieldbench.evidence.tier import Tier, grid

_HOMES = {
    **dict.fromkeys(("AtLeast", "AtMost", "Check", "Rival"), "fieldbench.evidence.check"),
    **dict.fromkeys(("Claim", "Source"), "fieldbench.claims.facts"),
    **dict.fromkeys(("Points", "Row", "Table"), "fieldbench.evidence.table"),
    **dict.fromkeys(("Tier", "grid"), "fieldbench.evidence.tier"),
    "Control": "fieldbench.evidence.control",
    "Guard": "fieldbench.evidence.guard",
    "batched": "fieldbench.claims.experiment",
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
    return getattr(importlib.import_module(_HOMES[name]), name)
