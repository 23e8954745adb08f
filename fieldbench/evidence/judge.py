"""From tables to judgement: the one place where guards, checks, rivals and controls meet the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fieldbench.evidence.case import Case
from fieldbench.evidence.check import CheckOutcome, evaluate
from fieldbench.evidence.control import Control, ControlOutcome
from fieldbench.evidence.guard import inspect
from fieldbench.evidence.result import Judgement, Measurement, stack
from fieldbench.evidence.table import Row, Table


def measured_table(case: Case, measurements: Sequence[Measurement], variant: str = "main") -> Table:
    """Rows of one variant, in the order in which their setups first appear."""
    by_setup: dict[Any, list[Measurement]] = {}
    for measurement in measurements:
        if measurement.variant == variant:
            by_setup.setdefault(measurement.setup, []).append(measurement)
    return Table(tuple(make_row(case, setup, stack(blocks)) for setup, blocks in by_setup.items()))


def make_row(case: Case, setup: Any, arrays: Mapping[str, Any]) -> Row:
    """A row with the case's coordinates and axis names."""
    coordinates = case.coordinates(setup) if case.coordinates else {}
    plain = {name: np.asarray(values) for name, values in coordinates.items()}
    return Row(setup, {name: np.asarray(a) for name, a in arrays.items()}, plain, case.axes or {})


def judge_case(
    case: Case,
    measurements: Sequence[Measurement],
    predicted: Table,
    control_predictions: Mapping[str, Table],
    missing: str = "",
) -> Judgement:
    """Recompute every verdict from measured and predicted values alone."""
    main = measured_table(case, measurements)
    guards = tuple(outcome for guard in case.guards if (outcome := inspect(guard, main)) is not None)
    failed = tuple(guard.id for guard in guards if not guard.passed)
    checks = tuple(evaluate(check, main, predicted, failed_guards=failed, missing=missing) for check in case.checks)

    def controlled(control: Control) -> CheckOutcome:
        # A control asks whether this check notices; its rivals are another question.
        check = replace(case.check(control.contradicts), rivals=())
        if control.predict is not None:
            return evaluate(check, main.where(**control.where), control_predictions[control.id],
                            failed_guards=failed, missing=missing)  # fmt: skip
        # A broken measurement is not asked to pass the guards of a sound one: it is asked to be noticed.
        broken = measured_table(case, measurements, control.id)
        return evaluate(check, broken, predicted.where(**control.where), missing=missing)

    controls = tuple(ControlOutcome(control.id, control.contradicts, controlled(control)) for control in case.controls)
    return Judgement(checks, controls, guards)
