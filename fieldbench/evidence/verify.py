"""Verify: recompute every verdict from the cell values and predictions in a record, and say what differs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fieldbench.errors import BadInput, FieldbenchError
from fieldbench.evidence.case import Case
from fieldbench.evidence.judge import judge_case, make_row
from fieldbench.evidence.recording import judgement_parts
from fieldbench.evidence.result import Judgement, Measurement
from fieldbench.evidence.schema import PredictionPart, Record
from fieldbench.evidence.table import Table

TOLERANCE = 1e-9
"""Relative: sums and t-quantiles may differ in the last bits between machines and SciPy versions, verdicts may not."""


def differences(record: Record, case: Case) -> list[str]:
    """Where the record does not follow from its own cells under the case's checks; empty if it reproduces itself.

    Call inside `numerics()`.

    Raises:
        BadInput: the record belongs to another claim or revision, or its setups are not those of this case.
    """
    claim = case.claim
    if (record.claim.id, record.claim.revision) != (claim.id, claim.revision):
        raise BadInput(
            f"the record is of {record.claim.id} revision {record.claim.revision}, the case here is {claim.id} "
            f"revision {claim.revision}; the mathematics differ, so verify it with the version that made it"
        )
    setups = [_setup(case, part.type, part.parameters) for part in record.setups]
    found = list(_coverage(record))
    shared, unmatched = _shared(record, case)
    found += unmatched
    try:
        judgement = _judge(record, shared, setups)
    except (FieldbenchError, ValueError, LookupError) as error:  # a record is input: it may be inconsistent in any way
        return [*found, f"the case cannot judge the record's values: {error}"]
    for kind, parts in judgement_parts(judgement).items():
        stated = {part.id: part.model_dump() for part in getattr(record, kind)}
        for part in parts:
            if part.id in stated:
                found += _compare(f"{kind[:-1]} {part.id}", stated[part.id], part.model_dump())
            else:
                found.append(f"{kind[:-1]} {part.id} is missing from the record")
    if not unmatched:
        found += _compare("exit code", record.exit_code, int(judgement.exit_code))
        skipped = tuple(dict.fromkeys(skip.reason for skip in record.skipped))
        found += _compare("summary", record.summary, judgement.summary(skipped))
    return found


def _judge(record: Record, case: Case, setups: Sequence[Any]) -> Judgement:
    """The judgement that follows from the record's values."""
    measurements = [
        Measurement(setups[c.setup], c.variant, c.first, c.count, {n: a.array() for n, a in c.arrays.items()}, {}, True)
        for c in record.cells
    ]
    broken = {name: _table(case, parts, setups) for name, parts in record.control_predictions.items()}
    reasons = "; ".join(dict.fromkeys(skip.reason for skip in record.skipped))
    return judge_case(case, measurements, _table(case, record.predictions, setups), broken, reasons)


def _coverage(record: Record) -> Iterator[str]:
    """Every setup has all its replicates exactly once, and only setups of the record are referred to."""
    replicates: dict[tuple[str, int], list[int]] = {}
    for cell in record.cells:
        replicates.setdefault((cell.variant, cell.setup), []).extend(range(cell.first, cell.first + cell.count))
    for (variant, setup), present in replicates.items():
        if sorted(present) != list(range(record.replicates)):
            yield f"{variant}, setup {setup}: replicates {sorted(present)} instead of 0 … {record.replicates - 1}"


def _shared(record: Record, case: Case) -> tuple[Case, list[str]]:
    """The case reduced to the checks and controls that the record has, and what only one of them has."""
    found = []
    for kind, declared in (("check", case.checks), ("control", case.controls)):
        recorded = {part.id for part in getattr(record, kind + "s")}
        known = {entry.id for entry in declared}
        found += [f"{kind} {name} is in the case but not in the record" for name in sorted(known - recorded)]
        found += [f"{kind} {name} is in the record but not in the case" for name in sorted(recorded - known)]
    checks = tuple(check for check in case.checks if check.id in {part.id for part in record.checks})
    names = {check.id for check in checks}
    recorded = {part.id for part in record.controls}
    controls = tuple(c for c in case.controls if c.id in recorded and c.contradicts in names)
    return dataclasses.replace(case, checks=checks, controls=controls), found


def _setup(case: Case, name: str, parameters: Mapping[str, Any]) -> Any:
    """A setup from its stored parameters, by the class of that name in the case's tiers."""
    classes = {type(setup).__name__: type(setup) for tier in case.tiers.values() for setup in tier.setups}
    try:
        return classes[name](**{field: _tuples(value) for field, value in parameters.items()})
    except (KeyError, TypeError) as error:
        raise BadInput(f"case {case.claim.id} has no setup {name} with fields {', '.join(parameters)}") from error


def _tuples(value: Any) -> Any:
    return tuple(_tuples(entry) for entry in value) if isinstance(value, list) else value


def _table(case: Case, parts: Sequence[PredictionPart], setups: Sequence[Any]) -> Table:
    rows = [make_row(case, setups[p.setup], {name: array.array() for name, array in p.arrays.items()}) for p in parts]
    return Table(tuple(rows))


def _compare(where: str, stated: Any, recomputed: Any) -> Iterator[str]:
    """Differences between two JSON-like values, numbers up to rounding."""
    if isinstance(stated, Mapping) and isinstance(recomputed, Mapping) and stated.keys() == recomputed.keys():
        for name in stated:
            yield from _compare(f"{where}, {name}", stated[name], recomputed[name])
    elif isinstance(stated, list) and isinstance(recomputed, list) and len(stated) == len(recomputed):
        for number, (a, b) in enumerate(zip(stated, recomputed, strict=True)):
            yield from _compare(f"{where}[{number}]", a, b)
    elif not _same(stated, recomputed):
        yield f"{where}: the record says {stated!r}, its cells give {recomputed!r}"


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=1e-15)
    return bool(a == b)
