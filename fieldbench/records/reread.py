"""A record read back into what was judged: experiments of a case, their evidence, the predictions."""

from __future__ import annotations

from typing import Any

from fieldbench.cells.measurement import evidence_of
from fieldbench.claims.case import Case
from fieldbench.errors import BadInput
from fieldbench.judging.judge import Evidence
from fieldbench.judging.predictions import Predictions, Said, Size
from fieldbench.records.schema import ExperimentPart, Record


def experiments_of(record: Record, case: Case) -> list[Any]:
    """The experiments of a record, as the case here has them. Raises BadInput for one that it does not know."""
    return [_experiment(case, part) for part in record.experiments]


def evidence_in(record: Record, experiments: list[Any]) -> Evidence:
    """What the cells of a record hold."""
    return evidence_of(
        [
            (c.variant, experiments[c.experiment], c.first, {name: a.array() for name, a in c.arrays.items()})
            for c in record.cells
        ]
    )


def predictions_of(record: Record, experiments: list[Any]) -> Predictions:
    """The predictions of a record."""
    return {
        name: {
            experiments[part.experiment]: {
                what: Said(
                    said.value.array(),
                    {cause: Size(r.size.array(), r.order, r.got) for cause, r in said.remainders.items()},
                )
                for what, said in part.said.items()
            }
            for part in parts
        }
        for name, parts in record.predictions.items()
    }


def _experiment(case: Case, part: ExperimentPart) -> Any:
    """An experiment from its stored parameters, by the class of that name in the case's tiers."""
    classes = {type(e).__name__: type(e) for name in case.tiers for e in case.planned(name)[0]}
    try:
        return classes[part.kind](**{field: _tuples(value) for field, value in part.parameters.items()})
    except (KeyError, TypeError) as error:
        raise BadInput(f"the case here has no {part.kind} with fields {', '.join(part.parameters)}") from error


def _tuples(value: Any) -> Any:
    return tuple(_tuples(entry) for entry in value) if isinstance(value, list) else value
