"""Claims: what an author writes with. The names below are all that a case needs.

They are resolved on first use, so that listing cases imports neither JAX nor SciPy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fieldbench.claims.case import Case
    from fieldbench.claims.check import AtLeast, AtMost, Check, Limit, Rival
    from fieldbench.claims.control import Control
    from fieldbench.claims.experiment import Experiment, Quantity, batched
    from fieldbench.claims.expression import Expression
    from fieldbench.claims.figure import Figure
    from fieldbench.claims.guard import Guard
    from fieldbench.claims.known import Known, Remainder, Said, Theory, known_in_parts, with_margins, with_shares
    from fieldbench.claims.observables import (
        across,
        change,
        crossing,
        exponent,
        extrapolated,
        local_exponents,
        log,
        observable,
        per,
        spread,
        together,
    )
    from fieldbench.claims.tier import Tier

_HOMES = {
    **dict.fromkeys(("AtLeast", "AtMost", "Check", "Limit", "Rival"), "check"),
    **dict.fromkeys(("Experiment", "Quantity", "batched"), "experiment"),
    **dict.fromkeys(("Known", "Remainder", "Said", "Theory", "known_in_parts", "with_margins", "with_shares"), "known"),
    **dict.fromkeys(
        ("across", "change", "crossing", "exponent", "extrapolated", "local_exponents", "log", "observable", "per",
         "spread", "together"),
        "observables",
    ),
    "Case": "case",
    "Control": "control",
    "Expression": "expression",
    "Figure": "figure",
    "Guard": "guard",
    "Tier": "tier",
}  # fmt: skip

__all__ = [
    "AtLeast",
    "AtMost",
    "Case",
    "Check",
    "Control",
    "Experiment",
    "Expression",
    "Figure",
    "Guard",
    "Known",
    "Limit",
    "Quantity",
    "Remainder",
    "Rival",
    "Said",
    "Theory",
    "Tier",
    "across",
    "batched",
    "change",
    "crossing",
    "exponent",
    "extrapolated",
    "known_in_parts",
    "local_exponents",
    "log",
    "observable",
    "per",
    "spread",
    "together",
    "with_margins",
    "with_shares",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
