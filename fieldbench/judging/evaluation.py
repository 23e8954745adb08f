"""Reading an expression: on measured arrays, or on what a theory says, with its remainders to first order."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims.experiment import Quantity
from fieldbench.claims.expression import (
    AcrossExperiments,
    Elementwise,
    Expression,
    PerExperiment,
    Selected,
    Under,
)
from fieldbench.claims.structure import positions
from fieldbench.errors import BadInput, TooFewPoints

FloatArray = NDArray[np.float64]

STEP = 2.0**-8
"""Remainders move by this fraction of their size to find the slope of an observable: exact where it is linear, off by
STEP² of the relative curvature elsewhere."""


@dataclass(frozen=True)
class Points:
    """An observable's values, shape (replicates, points), and a label a point."""

    values: FloatArray
    labels: tuple[str, ...]


@dataclass(frozen=True)
class World:
    """Where expressions are read.

    Attributes:
        read: (expression, experiment) → array with a leading replicate axis, or None where this world has no own value.
        of: the world of a theory, for `Under`.
        what: its name in error messages.
    """

    read: Callable[[Expression, Any], FloatArray | None]
    of: Callable[[Any], World]
    what: str


def evaluate(expression: Expression, experiments: Sequence[Any], world: World) -> Points:
    """The points of an expression over experiments.

    Raises:
        BadInput: the world has no value of a quantity, or operands whose points do not match.
        TooFewPoints: fewer experiments than the expression needs.
    """
    own = [world.read(expression, experiment) for experiment in experiments]
    have = [values for values in own if values is not None]
    if have and len(have) == len(own):
        names = [entry for experiment in experiments for entry in _labels(expression, experiment)]
        return _joined(have, experiments, names if isinstance(expression, Quantity) else None)
    if have:
        raise BadInput(f"{world.what} has {expression} at some experiments but not at {experiments[own.index(None)]}")
    if isinstance(expression, Quantity):
        raise BadInput(f"{world.what} says nothing of {expression!r}")
    return _built(expression, experiments, world)


def _built(expression: Expression, experiments: Sequence[Any], world: World) -> Points:
    if isinstance(expression, Selected):
        parts = [_selected(expression, experiment, world) for experiment in experiments]
        if not any(names for _, names in parts):
            raise TooFewPoints(f"{expression} keeps nothing of what this tier has")
        return _joined([values for values, _ in parts], experiments, [name for _, names in parts for name in names])
    if isinstance(expression, Under):
        return evaluate(expression.expression, experiments, world.of(expression.theory))
    if isinstance(expression, Elementwise):
        return _elementwise(expression, experiments, world)
    if isinstance(expression, PerExperiment):
        found = [_per_experiment(expression, experiment, world) for experiment in experiments]
        return _joined(found, experiments, None)
    if isinstance(expression, AcrossExperiments):
        return _across(expression, experiments, world)
    raise BadInput(f"{expression!r} is not an expression")


def _selected(expression: Selected, experiment: Any, world: World) -> tuple[FloatArray, list[str]]:
    quantity = expression.quantity
    assert isinstance(quantity, Quantity)
    values = world.read(quantity, experiment)
    if values is None:
        raise BadInput(f"{world.what} says nothing of {quantity!r}")
    kept = positions(expression, experiment)
    for axis, keep in enumerate(kept.values(), start=1):
        values = np.take(values, keep, axis=axis)
    names = _axis_labels({a: quantity.coordinates(experiment)[a][keep] for a, keep in kept.items()})
    return values.reshape(len(values), -1), names


def _elementwise(expression: Elementwise, experiments: Sequence[Any], world: World) -> Points:
    points = [
        evaluate(operand, experiments, world) if isinstance(operand, Expression) else operand
        for operand in expression.operands
    ]
    values = [entry.values if isinstance(entry, Points) else entry for entry in points]
    labels = max((entry.labels for entry in points if isinstance(entry, Points)), key=len)
    try:
        found = np.asarray(expression.function(*values), dtype=np.float64)
    except ValueError:
        counts = ", ".join(f"{o}: {len(p.labels)}" for o, p in zip(expression.operands, points, strict=True)
                           if isinstance(p, Points))  # fmt: skip
        raise BadInput(f"{expression}: its operands have different numbers of points ({counts})") from None
    return Points(found, labels)


def _per_experiment(expression: PerExperiment, experiment: Any, world: World) -> FloatArray:
    arrays = []
    for operand in expression.operands:
        values = world.read(operand, experiment)
        arrays.append(evaluate(operand, [experiment], world).values if values is None else values)
    found = np.asarray(expression.function(experiment, *arrays), dtype=np.float64)
    return found[:, None] if found.ndim == 1 else found


def _across(expression: AcrossExperiments, experiments: Sequence[Any], world: World) -> Points:
    if len(experiments) < expression.least:
        raise TooFewPoints(f"{expression.name} needs {expression.least} experiments, this tier has {len(experiments)}")
    points = [evaluate(operand, experiments, world) for operand in expression.operands]
    found = np.asarray(expression.function(experiments, *(p.values for p in points)), dtype=np.float64)
    found = found[:, None] if found.ndim == 1 else found
    labels = expression.labels(experiments) if callable(expression.labels) else expression.labels
    if labels is None:
        joined = tuple(label for p in points for label in p.labels)
        shorts = short_labels(experiments)
        pairs = tuple(f"{a} → {b}" for a, b in itertools.pairwise(shorts))
        labels = next(names for names in (joined, pairs, tuple(map(str, range(found.shape[1]))))
                      if len(names) == found.shape[1])  # fmt: skip
    return Points(found, tuple(labels))


def _joined(values: list[FloatArray], experiments: Sequence[Any], inner: list[str] | None) -> Points:
    flat = [array.reshape(len(array), -1) for array in values]
    replicates = max(len(array) for array in flat)
    flat = [np.broadcast_to(array, (replicates, array.shape[1])) for array in flat]
    outer = [name for name, array in zip(short_labels(experiments), flat, strict=True) for _ in range(array.shape[1])]
    if inner is None:
        inner = [f"{i}" if array.shape[1] > 1 else "" for array in flat for i in range(array.shape[1])]
    labels = tuple(", ".join(part for part in pair if part) for pair in zip(outer, inner, strict=True))
    return Points(np.concatenate(flat, axis=1), labels)


def _labels(expression: Expression, experiment: Any) -> list[str]:
    return _axis_labels(expression.coordinates(experiment)) if isinstance(expression, Quantity) else []


def _axis_labels(coordinates: Mapping[str, NDArray[Any]]) -> list[str]:
    labels = [""]
    for axis, values in coordinates.items():
        labels = [", ".join(part for part in (old, f"{axis}={value}") if part) for old in labels for value in values]
    return labels


def short_labels(experiments: Sequence[Any]) -> list[str]:
    """A short name for each: its kind, where there are several, and the fields in which those of it differ."""
    kinds = {type(e) for e in experiments}
    varying = {
        kind: [
            field.name for field in dataclasses.fields(kind)
            if len({repr(getattr(e, field.name)) for e in experiments if type(e) is kind}) > 1
        ]
        for kind in kinds
    }  # fmt: skip
    return [
        ", ".join(
            ([type(e).__name__] if len(kinds) > 1 else [])
            + [f"{name}={_short(getattr(e, name))}" for name in varying[type(e)]]
        )
        for e in experiments
    ]


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
