"""What a check reads, as the paper writes it: short enough for a column."""

from __future__ import annotations

from typing import Any

from fieldbench.claims.experiment import Quantity
from fieldbench.claims.expression import AcrossExperiments, Elementwise, PerExperiment, Selected, Under
from fieldbench.claims.structure import leaves


def symbols(case: Any) -> dict[str, str]:
    """Check → the symbol of its observable; empty for limits, which are of the theory alone."""
    return {check.id: symbol_of(getattr(check, "observable", "")) for check in case.checks}


def symbol_of(expression: Any) -> str:
    """The symbol of an expression: a quantity's own, with its unit; else what it is made of.

    An exponent is called so, a crossing by the level and what reaches it; another function by the one quantity that it
    reads, or by its own name where it reads several.
    """
    if isinstance(expression, Quantity):
        symbol = expression.symbol or expression.name
        return f"{symbol} [{expression.unit}]" if expression.unit else symbol
    if isinstance(expression, Selected):
        return symbol_of(expression.quantity)
    if isinstance(expression, Under):
        return symbol_of(expression.expression)
    if isinstance(expression, Elementwise):
        parts = [symbol_of(operand) for operand in expression.operands]
        if len(parts) == 2:
            return parts[0] + {"-": " − ", "+": " + ", "*": "·"}.get(expression.name, expression.name) + parts[1]
        return f"{ {'log': 'ln'}.get(expression.name, expression.name) } {' '.join(parts)}".strip()
    if isinstance(expression, PerExperiment | AcrossExperiments):
        return _of_function(expression)
    return f"{expression:g}" if isinstance(expression, int | float) else ""


def _of_function(expression: PerExperiment | AcrossExperiments) -> str:
    name, _, arguments = expression.name.partition("(")
    if name == "crossing":
        return f"{symbol_of(expression.operands[0])}={arguments.rpartition(', ')[2].rstrip(')')} at"
    read = leaves(expression)
    if name in ("exponent", "local_exponents") or len(read) != 1:
        return name.replace("_", " ")
    return symbol_of(read.pop())
