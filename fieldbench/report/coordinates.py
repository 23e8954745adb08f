"""Coordinates of a point as numbers: what its label says, and what the experiments that fit it have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fieldbench.records.schema import ExperimentPart, Record

PAIR = re.compile(r"(\w+)=(\([^)]*\)|[^,]+)")


def coordinates(record: Record, label: str) -> dict[str, float]:
    """Field or axis → number, of a point's label such as `Sphere, dimension=8, samples=100`.

    A label names only the fields in which the experiments of its check differ; the others are added where all
    experiments of the record that fit the label agree on them. A label that names no field, as of an exponent over
    several experiments, has no coordinates.
    """
    named = dict(PAIR.findall(label))
    if not named or "→" in label:
        return {}
    fitting = [experiment.parameters for experiment in record.experiments if _fits(experiment, label, named)]
    common = {name: value for name, value in (fitting[0] if fitting else {}).items()
              if all(other.get(name) == value for other in fitting)}  # fmt: skip
    found = {**common, **named}
    return {name: number for name, value in found.items() if (number := _number(value)) is not None}


def _fits(experiment: ExperimentPart, label: str, named: Mapping[str, str]) -> bool:
    kind = label.partition(",")[0]
    if kind.isidentifier() and kind != experiment.kind:
        return False
    fields = {name: value for name, value in named.items() if name in experiment.parameters
              and name not in experiment.coordinates}  # fmt: skip
    axes = [name for name in named if name not in fields]
    return all(_same(experiment.parameters[name], value) for name, value in fields.items()) and all(
        axis in experiment.coordinates for axis in axes
    )


def _same(value: Any, said: str) -> bool:
    """Whether a parameter is what a label says of it, which has six digits of a float."""
    if isinstance(value, list):
        value = tuple(value)
    number = _number(value)
    if number is not None and not isinstance(value, bool):
        other = _number(said)
        return other is not None and abs(other - number) <= 1e-5 * abs(number)
    return str(value) == said


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
