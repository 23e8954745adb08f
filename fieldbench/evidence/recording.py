"""From a finished run to its record."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from fieldbench.evidence import canonical
from fieldbench.evidence.check import CheckOutcome
from fieldbench.evidence.judge import make_row
from fieldbench.evidence.numerics import numerics
from fieldbench.evidence.provenance import collect
from fieldbench.evidence.result import CaseResult, Judgement, Measurement
from fieldbench.evidence.schema import (
    ArrayPart,
    CellPart,
    CheckPart,
    ClaimPart,
    ControlPart,
    GuardPart,
    PredictionPart,
    Record,
    RivalPart,
    SetupPart,
    SkippedPart,
)
from fieldbench.evidence.table import Table

PASSING = ("date", "wall_time", "peak_memory", "peak_growth")
"""Provenance that differs from cell to cell without meaning anything for the numbers."""


def assemble(result: CaseResult) -> Record:
    """The record of a run. Setups, environments and arrays are each written once and referred to by index."""
    with numerics():
        here = collect(result.seed)
    setups = list(dict.fromkeys([*(m.setup for m in result.measurements), *result.predicted.setups]))
    index = {setup: number for number, setup in enumerate(setups)}
    environments, of_cell = _environments(result.measurements)
    content: dict[str, Any] = {
        "claim": _claim(result),
        "tier": result.tier,
        "seed": result.seed,
        "replicates": result.replicates,
        "exploratory": result.exploratory,
        "ports": dict(result.ports),
        "data": dict(result.data),
        "summary": result.summary,
        "exit_code": int(result.exit_code),
        **judgement_parts(result.judgement),
        "skipped": [SkippedPart(parameters=canonical.plain(s.setup), reason=s.reason) for s in result.skipped],
        "axes": {name: list(axes) for name, axes in (result.case.axes or {}).items()},
        "setups": [_setup(result, setup) for setup in setups],
        "predictions": _predictions(result.predicted, index),
        "control_predictions": {name: _predictions(t, index) for name, t in result.control_predictions.items()},
        "cells": [_cell(m, index, number) for m, number in zip(result.measurements, of_cell, strict=True)],
    }
    return Record(
        run_id=_run_id(here["date"], result),
        date=here["date"],
        provenance=here,
        environments=environments,
        mixtures=_mixtures(environments),
        wall_time=result.wall_seconds,
        **content,
    )


def judgement_parts(judgement: Judgement) -> dict[str, Any]:
    """Checks, controls and guards in the form of a record."""
    return {
        "checks": [check_part(check) for check in judgement.checks],
        "controls": [
            ControlPart(id=c.id, contradicts=c.contradicts, noticed=c.as_declared, outcome=check_part(c.outcome))
            for c in judgement.controls
        ],
        "guards": [GuardPart(**dataclasses.asdict(guard)) for guard in judgement.guards],
    }


def check_part(outcome: CheckOutcome) -> CheckPart:
    """A check's outcome in the form of a record."""
    return CheckPart(
        id=outcome.id,
        verdict=str(outcome.verdict),
        declared=str(outcome.declared),
        as_declared=outcome.as_declared,
        because=outcome.because,
        reason=outcome.reason,
        statement=outcome.statement,
        scale=outcome.scale,
        side=outcome.side,
        labels=list(outcome.labels),
        replicates=outcome.replicates,
        measured=_numbers(outcome.measured),
        standard_error=_numbers(outcome.standard_error),
        interval=_numbers(outcome.interval),
        expected=_numbers(outcome.expected),
        margin=_numbers(outcome.margin),
        parts={name: _numbers(part) for name, part in outcome.parts.items()},
        smallest_caught=_numbers(outcome.smallest_caught),
        flip_rate=outcome.flip_rate,
        rivals=[
            RivalPart(
                id=rival.id,
                expected=_numbers(rival.expected),
                margin=_numbers(rival.margin),
                t=rival.rejection.standard_errors,
                p_value=rival.rejection.p_value,
                point=rival.rejection.point,
                rejected=rival.as_declared,
            )
            for rival in outcome.rivals
        ],
    )


def _numbers(values: Any) -> list[float]:
    found: list[float] = np.asarray(values, dtype=np.float64).ravel().tolist()
    return found


def _claim(result: CaseResult) -> ClaimPart:
    return ClaimPart.model_validate(canonical.plain(result.case.claim))


def _setup(result: CaseResult, setup: Any) -> SetupPart:
    row = make_row(result.case, setup, {})
    coordinates = {name: ArrayPart.of(values) for name, values in row.coordinates.items()}
    return SetupPart(type=type(setup).__name__, parameters=canonical.plain(setup), coordinates=coordinates)


def _arrays(arrays: Mapping[str, Any]) -> dict[str, ArrayPart]:
    return {name: ArrayPart.of(array) for name, array in sorted(arrays.items())}


def _predictions(table: Table, index: Mapping[Any, int]) -> list[PredictionPart]:
    return [PredictionPart(setup=index[row.setup], arrays=_arrays(row.arrays)) for row in table]


def _cell(measurement: Measurement, index: Mapping[Any, int], environment: int) -> CellPart:
    passing = {name: measurement.provenance[name] for name in PASSING}
    return CellPart(
        setup=index[measurement.setup],
        variant=measurement.variant,
        first=measurement.first,
        count=measurement.count,
        arrays=_arrays(measurement.arrays),
        environment=environment,
        **passing,
    )


def _environments(measurements: Sequence[Measurement]) -> tuple[list[dict[str, Any]], list[int]]:
    """The distinct provenances of the cells, and which one each cell has."""
    distinct: dict[str, dict[str, Any]] = {}
    names = []
    for measurement in measurements:
        lasting = {name: value for name, value in measurement.provenance.items() if name not in PASSING}
        names.append(canonical.text(lasting))
        distinct.setdefault(names[-1], lasting)
    order = list(distinct)
    return list(distinct.values()), [order.index(name) for name in names]


def _mixtures(environments: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Fields in which the environments differ, with the values in order of appearance."""
    values: dict[str, dict[str, Any]] = {}
    for environment in environments:
        for name, value in environment.items():
            values.setdefault(name, {})[canonical.text(value)] = value
    return {name: list(found.values()) for name, found in values.items() if len(found) > 1}


def _run_id(date: str, result: CaseResult) -> str:
    """Date first, so that names sort by age; then what distinguishes runs of the same second."""
    stamp = date.replace("-", "").replace(":", "").split("+")[0] + "Z"
    marks = [f"seed{result.seed}"]
    marks += ["exploratory"] if result.exploratory else []
    measured = [[canonical.plain(m.setup), m.variant, m.first, m.count] for m in result.measurements]
    return "-".join([stamp, *marks, canonical.sha256([measured, dict(result.ports)])[:8]])
