"""From a finished run to its record."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from fieldbench import canonical
from fieldbench.cells.measurement import Measurement
from fieldbench.cells.numerics import numerics
from fieldbench.cells.provenance import collect, repository
from fieldbench.cells.shared import argument, shared
from fieldbench.claims.facts import Claim
from fieldbench.claims.symbols import symbols
from fieldbench.judging.predictions import Predictions
from fieldbench.judging.trial import Result
from fieldbench.records.arrays import ArrayPart
from fieldbench.records.schema import (
    CellPart,
    CheckoutPart,
    CheckPart,
    ClaimPart,
    ControlPart,
    ExperimentPart,
    FigurePart,
    GuardPart,
    KeyPart,
    MarginPart,
    PredictionPart,
    Record,
    RemainderPart,
    RivalPart,
    SaidPart,
    SamplerPart,
    SeriesPart,
    SharedPart,
    SkippedPart,
)
from fieldbench.verdicts.outcome import CheckOutcome, Judgement

PASSING = ("date", "wall_time", "peak_memory", "peak_growth")
"""Provenance that differs from cell to cell without meaning anything for the numbers."""


def assemble(result: Result) -> Record:
    """The record of a run. Experiments, environments and arrays are each written once and referred to by index."""
    with numerics():
        here = collect(result.seed)
    asked = [experiment for of in result.predictions.values() for experiment in of]
    experiments = list(dict.fromkeys([*(m.experiment for m in result.measurements), *asked]))
    index = {experiment: number for number, experiment in enumerate(experiments)}
    environments, of_cell = _environments(result.measurements)
    keys = [_key(m) for m in result.measurements]
    distinct = list({key.model_dump_json(): key for key in keys}.values())
    content: dict[str, Any] = {
        "claim": ClaimPart.model_validate(claim_part(result.case.claim)),
        "case": CheckoutPart(**repository(result.case.path.resolve().parent)),
        "tier": result.tier,
        "seed": result.seed,
        "replicates": result.replicates,
        "complete": result.judgement is not None,
        "exploratory": result.exploratory,
        "ports": dict(result.ports),
        "sampler": None if result.sampler is None else SamplerPart(**result.sampler),
        "data": dict(result.data),
        "summary": result.summary,
        "exit_code": int(result.exit_code),
        **judgement_parts(result.judgement, symbols(result.case)),
        "skipped": [
            SkippedPart(kind=type(s.experiment).__name__, parameters=canonical.plain(s.experiment), reason=s.reason)
            for s in result.skipped
        ],
        "figure": figure_part(result.figure),
        "axes": {name: list(axes) for name, axes in result.case.axes().items()},
        "experiments": [_experiment(result.case, experiment) for experiment in experiments],
        "predictions": _predictions(result.predictions, index),
        "keys": distinct,
        "cells": [
            _cell(m, index, number, distinct.index(key))
            for m, number, key in zip(result.measurements, of_cell, keys, strict=True)
        ],
        "shared": [
            SharedPart(module=module, names=list(names), why=argument(module, result.case.claim.shared))
            for module, names in shared(result.case).items()
        ],
        "repeated": [number for number, m in enumerate(result.measurements) if m.repeated],
    }
    return Record(
        run_id=_run_id(here["date"], result),
        date=here["date"],
        provenance=here,
        environments=environments,
        mixtures=_mixtures(environments),
        wall_time=result.wall_seconds,
        **content,
    ).sealed()


def claim_part(claim: Claim) -> dict[str, Any]:
    """The facts of a claim in the form of a record; what they say of shared code stands beside that code."""
    return {name: value for name, value in canonical.plain(claim).items() if name != "shared"}


def judgement_parts(judgement: Judgement | None, symbols: Mapping[str, str]) -> dict[str, Any]:
    """Checks (whose symbols are given), controls and guards in the form of a record; none where nothing was judged."""
    if judgement is None:
        return {"checks": [], "controls": [], "guards": []}
    return {
        "checks": [check_part(check, symbols.get(check.id, "")) for check in judgement.checks],
        "controls": [
            ControlPart(id=c.id, contradicts=c.contradicts, noticed=c.as_declared, outcome=check_part(c.outcome))
            for c in judgement.controls
        ],
        "guards": [GuardPart(**dataclasses.asdict(guard)) for guard in judgement.guards],
    }


def check_part(outcome: CheckOutcome, symbol: str = "") -> CheckPart:
    """A check's outcome in the form of a record."""
    return CheckPart(
        id=outcome.id,
        symbol=symbol,
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
        parts=[MarginPart(name=p.name, values=_numbers(p.values), order=p.order, got=p.got) for p in outcome.parts],
        resolution=outcome.resolution,
        smallest_caught=_numbers(outcome.smallest_caught),
        flip_rate=outcome.flip_rate,
        rivals=[
            RivalPart(
                id=rival.id,
                expected=_numbers(rival.expected),
                margin=_numbers(rival.margin),
                distance=_numbers(rival.distance),
                free=rival.free,
                t=rival.rejection.standard_errors,
                p_value=rival.rejection.p_value,
                point=rival.rejection.point,
                rejected=rival.as_declared,
            )
            for rival in outcome.rivals
        ],
    )


def figure_part(drawn: Mapping[str, Any] | None) -> FigurePart | None:
    """A figure's numbers in the form of a record."""
    if drawn is None:
        return None
    series = [
        SeriesPart(
            group=one["group"],
            label=one["label"],
            **{name: _numbers(one[name]) for name in ("x", "measured", "standard_error", "theory", "margin")},
            rivals={name: _numbers(values) for name, values in one["rivals"].items()},
            curve=None if one["curve"] is None else [_numbers(axis) for axis in one["curve"]],
        )
        for one in drawn["series"]
    ]
    return FigurePart(x=drawn["x"], y=drawn["y"], log=drawn["log"], series=series)


def _numbers(values: Any) -> list[float]:
    found: list[float] = np.asarray(values, dtype=np.float64).ravel().tolist()
    return found


def _experiment(case: Any, experiment: Any) -> ExperimentPart:
    return ExperimentPart(
        kind=type(experiment).__name__,
        parameters=canonical.plain(experiment),
        coordinates={name: ArrayPart.of(values) for name, values in coordinates_of(case, experiment).items()},
    )


def coordinates_of(case: Any, experiment: Any) -> dict[str, Any]:
    """Axis name → coordinates along it, at one experiment."""
    declared = getattr(case, "coordinates", None)
    if declared is not None:
        return dict(declared(experiment))
    names = {axis for quantity in getattr(experiment, "quantities", dict)().values() for axis in quantity.axes}
    return {name: np.asarray(getattr(experiment, name)) for name in sorted(names)}


def _arrays(arrays: Mapping[str, Any]) -> dict[str, ArrayPart]:
    return {name: ArrayPart.of(array) for name, array in sorted(arrays.items())}


def _predictions(predictions: Predictions, index: Mapping[Any, int]) -> dict[str, list[PredictionPart]]:
    return {
        name: [
            PredictionPart(
                experiment=index[experiment],
                said={
                    what: SaidPart(
                        value=ArrayPart.of(said.value),
                        remainders={
                            cause: RemainderPart(size=ArrayPart.of(size.size), order=size.order, got=size.got)
                            for cause, size in said.remainders.items()
                        },
                    )
                    for what, said in of.items()
                },
            )
            for experiment, of in where.items()
        ]
        for name, where in predictions.items()
    }


def _key(measurement: Measurement) -> KeyPart:
    return KeyPart(**{name: getattr(measurement.key, name) for name in KeyPart.model_fields})


def _cell(measurement: Measurement, index: Mapping[Any, int], environment: int, key: int) -> CellPart:
    passing = {name: measurement.provenance[name] for name in PASSING}
    first, count = measurement.key.block
    return CellPart(
        experiment=index[measurement.experiment],
        variant=measurement.variant,
        first=first,
        count=count,
        arrays=_arrays(measurement.arrays),
        environment=environment,
        key=key,
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


def _run_id(date: str, result: Result) -> str:
    """Date first, so that names sort by age; then what distinguishes runs of the same second."""
    stamp = date.replace("-", "").replace(":", "").split("+")[0] + "Z"
    marks = [f"seed{result.seed}"]
    marks += ["exploratory"] if result.exploratory else []
    marks += [] if result.judgement is not None else ["partial"]
    measured = [[canonical.plain(m.experiment), m.variant, *m.key.block] for m in result.measurements]
    return "-".join([stamp, *marks, canonical.sha256([measured, dict(result.ports), result.wall_seconds])[:8]])
