"""Why an observable has no value: the operation that loses it, of numbers that were all measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fieldbench.claims.expression import Elementwise, Expression, Under, operands
from fieldbench.judging.evaluation import Points, World, evaluate

LOGARITHMIC = ("log", "exponent", "local_exponents")
"""Operations that take the logarithm of what they read."""


def why_missing(expression: Expression, experiments: Sequence[Any], world: World) -> str:
    """Which operation has no finite value of numbers that are finite, in how many replicates, where, and why."""
    node, points = expression, evaluate(expression, experiments, world)
    while (inner := _culprit(node, experiments, world)) is not None:
        node, points = inner
    bad = ~np.isfinite(points.values)
    worst = int(bad.sum(axis=0).argmax())
    where = f" at {points.labels[worst]}" if points.labels[worst] else ""
    cause = _cause(node, experiments, world)
    text = f"{bad[:, worst].sum()} of {len(bad)} replicates have no value of {node}{where}"
    return text + (f": {cause}" if cause else "")


def _culprit(node: Expression, experiments: Sequence[Any], world: World) -> tuple[Expression, Points] | None:
    """An operand that has no finite value either."""
    for operand in operands(node):
        if isinstance(operand, Expression) and not isinstance(node, Under):
            points = evaluate(operand, experiments, world)
            if not np.all(np.isfinite(points.values)):
                return operand, points
    return None


def _cause(node: Expression, experiments: Sequence[Any], world: World) -> str:
    name = str(getattr(node, "name", ""))
    if name.startswith("crossing("):
        return "the curve does not rise through that level between its first and its last point"
    read = [operand for operand in operands(node) if isinstance(operand, Expression)]
    if name in LOGARITHMIC:
        least = min(float(evaluate(operand, experiments, world).values.min()) for operand in read)
        return f"it takes a logarithm, and {read[0]} falls to {least:.4g}" if least <= 0 else ""
    if isinstance(node, Elementwise) and name == "/":
        return f"{node.operands[1]} is 0 there"
    return ""
