"""What an expression is made of: its quantities, its nodes, and the entries that a selection keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims.experiment import Quantity
from fieldbench.claims.expression import Expression, Selected, Under, operands
from fieldbench.errors import BadInput


def leaves(expression: Any) -> set[Quantity]:
    """The quantities that an expression reads on measured arrays."""
    if isinstance(expression, Quantity):
        return {expression}
    if isinstance(expression, Under):
        return set()
    return set().union(*(leaves(operand) for operand in operands(expression)))


def nodes(expression: Any) -> list[Expression]:
    """An expression and everything that it is built from."""
    if not isinstance(expression, Expression):
        return []
    return [expression, *(node for operand in operands(expression) for node in nodes(operand))]


def positions(expression: Selected, experiment: Any) -> dict[str, NDArray[np.intp]]:
    """Axis name → positions that a selection keeps at an experiment.

    Raises:
        BadInput: an axis that the quantity does not have, or a coordinate that is not on it.
    """
    quantity = expression.quantity
    assert isinstance(quantity, Quantity)
    unknown = set(expression.at) - set(quantity.axes)
    if unknown:
        raise BadInput(
            f"{quantity!r} has no axis {sorted(unknown)[0]!r}; its axes are {', '.join(quantity.axes) or 'none'}"
        )
    kept = {}
    for axis, values in quantity.coordinates(experiment).items():
        keep = np.arange(len(values))
        if axis in expression.at:
            chosen = expression.at[axis]
            wanted = np.atleast_1d(np.asarray(chosen(experiment) if callable(chosen) else chosen))
            if wanted.dtype == np.bool_:
                if wanted.shape != values.shape:
                    raise BadInput(f"{expression}: {wanted.size} choices do not fit {len(values)} values on the axis")
                kept[axis] = np.flatnonzero(wanted)
                continue
            wanted = wanted.tolist()
            found = [np.flatnonzero(values == value) for value in wanted]
            for value, where in zip(wanted, found, strict=True):
                if len(where) != 1:
                    raise BadInput(f"{value!r} is not one of the values on axis {axis!r}: {values.tolist()}")
            keep = np.array([where[0] for where in found])
        kept[axis] = keep
    return kept
