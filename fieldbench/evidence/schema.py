"""The form of a record, version 1: strict JSON, every number exact on a round trip, no pickle."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema, model_validator

from fieldbench.errors import BadInput

SCHEMA_VERSION: Literal["1.0"] = "1.0"
NOT_FINITE = ("NaN", "Infinity", "-Infinity")


def spell(value: Any) -> Any:
    """A number as strict JSON knows it; what JSON has no number for becomes a string. Other values stay."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def unspell(value: Any) -> Any:
    """The inverse of `spell`; any other string is left to be refused."""
    return float(value) if isinstance(value, str) and value in NOT_FINITE else value


Real = Annotated[
    float,
    BeforeValidator(unspell),
    PlainSerializer(spell, return_type=float | str, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"enum": list(NOT_FINITE)}]}),
]


def _nested(data: Any, change: Callable[[Any], Any]) -> Any:
    """Apply `change` to the leaves of nested lists and dicts."""
    if isinstance(data, dict):
        return {name: _nested(entry, change) for name, entry in data.items()}
    return [_nested(entry, change) for entry in data] if isinstance(data, list) else change(data)


# Fields of a setup; an infinite width is a legitimate one.
Parameters = Annotated[
    dict[str, Any],
    BeforeValidator(lambda value: _nested(value, unspell)),
    PlainSerializer(lambda value: _nested(value, spell), return_type=dict[str, Any], when_used="json"),
]


class Part(BaseModel):
    """A part of a record: no unknown fields, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ArrayPart(Part):
    """An array as nested lists, with its dtype and shape (an empty array has no shape in lists)."""

    dtype: str
    shape: list[int]
    data: Any

    @model_validator(mode="after")
    def _whole(self) -> ArrayPart:
        try:
            found = self._unshaped()
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"array data do not fit dtype {self.dtype} and shape {self.shape}: {error}") from error
        if found.shape != tuple(self.shape) and not (found.size == 0 and 0 in self.shape):
            raise ValueError(f"array data do not fit shape {self.shape}")
        return self

    @classmethod
    def of(cls, values: Any) -> ArrayPart:
        """From anything numpy takes; real numbers, booleans and strings only."""
        array = np.asarray(values)
        if array.dtype.kind not in "biufU":
            raise BadInput(f"arrays of {array.dtype} cannot be recorded; return real numbers (real and imaginary part)")
        name = "str" if array.dtype.kind == "U" else array.dtype.name
        return cls(dtype=name, shape=list(array.shape), data=_nested(array.tolist(), spell))

    def array(self) -> NDArray[Any]:
        """The array, bit for bit."""
        return self._unshaped().reshape(self.shape)

    def _unshaped(self) -> NDArray[Any]:
        data = self.data if self.dtype == "str" else _nested(self.data, unspell)
        return np.array(data, dtype=self.dtype)


class SourcePart(Part):
    """Where a statement is published."""

    where: str
    arxiv: str
    title: str


class ClaimPart(Part):
    """Everything of a Claim."""

    id: str
    revision: int
    title: str
    statement: str
    latex: str
    sources: list[SourcePart]
    regime: str
    stated: dict[str, str]
    chosen: dict[str, str]
    errata: list[str]
    bibtex: list[str]
    preliminary: bool


class SetupPart(Part):
    """The physical parameters at one sweep point, and the coordinates of its array axes."""

    type: str
    parameters: Parameters
    coordinates: dict[str, ArrayPart]


class PredictionPart(Part):
    """Predicted arrays at a setup (an index into `setups`), with a leading axis of one."""

    setup: int
    arrays: dict[str, ArrayPart]


class CellPart(Part):
    """A finished block of replicates: leading axis over its replicates; environment is an index into `environments`."""

    setup: int
    variant: str
    first: int
    count: int
    arrays: dict[str, ArrayPart]
    environment: int
    date: str
    wall_time: Real
    peak_memory: int
    peak_growth: int


class RivalPart(Part):
    """A rival at the points of its check; `t` in standard errors at its most telling point."""

    id: str
    expected: list[Real]
    margin: list[Real]
    t: Real
    p_value: Real
    point: int
    rejected: bool


class CheckPart(Part):
    """A check over its points, on the check's scale (logarithms where `scale` is "log")."""

    id: str
    verdict: str
    declared: str
    as_declared: bool
    because: str
    reason: str
    statement: bool
    scale: str
    side: str
    labels: list[str]
    replicates: int
    measured: list[Real]
    standard_error: list[Real]
    interval: list[Real]
    expected: list[Real]
    margin: list[Real]
    parts: dict[str, list[Real]]
    smallest_caught: list[Real]
    flip_rate: Real
    rivals: list[RivalPart]


class ControlPart(Part):
    """A deliberate error, and what the named check said to it."""

    id: str
    contradicts: str
    noticed: bool
    outcome: CheckPart


class GuardPart(Part):
    """A diagnostic's extremes over all cells, against its limits."""

    id: str
    array: str
    smallest: Real
    largest: Real
    at_most: Real | None
    at_least: Real | None
    passed: bool


class SkippedPart(Part):
    """A setup that was not measured, and why."""

    parameters: Parameters
    reason: str


class Record(Part):
    """One run of one case at one tier and seed, complete: `fieldbench verify` recomputes every verdict from it.

    `mixtures` lists provenance fields in which the cells differ, with the values found: cells of other machines or
    versions may be in the store.
    """

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    run_id: str
    date: str
    claim: ClaimPart
    tier: str
    seed: int
    replicates: int
    exploratory: bool
    ports: dict[str, str]
    data: dict[str, str]
    summary: str
    exit_code: int
    checks: list[CheckPart]
    controls: list[ControlPart]
    guards: list[GuardPart]
    skipped: list[SkippedPart]
    provenance: dict[str, Any]
    environments: list[dict[str, Any]]
    mixtures: dict[str, list[Any]]
    wall_time: Real
    axes: dict[str, list[str]]
    setups: list[SetupPart]
    predictions: list[PredictionPart]
    control_predictions: dict[str, list[PredictionPart]]
    cells: list[CellPart]
