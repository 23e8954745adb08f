"""Verify: does a record follow from its own cells, and is it of the case that is here?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from fieldbench import canonical
from fieldbench.claims.case import Case
from fieldbench.claims.names import foreign
from fieldbench.claims.symbols import symbols
from fieldbench.errors import BadInput, FieldbenchError
from fieldbench.judging.drawing import draw
from fieldbench.judging.judge import judge
from fieldbench.records.assemble import claim_part, coordinates_of, figure_part, judgement_parts
from fieldbench.records.reread import evidence_in, experiments_of, predictions_of
from fieldbench.records.schema import CheckPart, ControlPart, FigurePart, Record

TOLERANCE = 1e-7
"""Relative: roots that observables find to 1e-9, sums and t-quantiles differ between processors and SciPy versions, by
1e-8 at most on two that were compared; verdicts may not."""

OF_MARGIN = 1e-5
"""Of margin and standard error: a difference below it decides nothing."""

LISTS = ("checks", "controls", "guards")


def differences(record: Record, case: Case) -> list[str]:
    """Where a record does not follow from its own cells under the case here; empty if it reproduces itself.

    Call inside `numerics()`.

    Raises:
        BadInput: the record belongs to another claim or revision.
    """
    claim = case.claim
    if (record.claim.id, record.claim.revision) != (claim.id, claim.revision):
        raise BadInput(
            f"the record is of {record.claim.id} revision {record.claim.revision}, the case here is {claim.id} "
            f"revision {claim.revision}; the mathematics differ, so verify it with the version that made it"
        )
    found = list(_sealed(record))
    if not record.complete:
        return found + list(_nothing_judged(record))
    try:
        experiments = experiments_of(record, case)
    except BadInput as error:
        return [*found, str(error)]
    found += _of_this_case(record, case, experiments)
    found += _coverage(record, case, experiments)
    reasons = "; ".join(dict.fromkeys(skip.reason for skip in record.skipped))
    try:
        evidence, predictions = evidence_in(record, experiments), predictions_of(record, experiments)
        judgement = judge(case, record.tier, evidence, predictions, reasons, foreign(record.ports))
        # Dense curves are not recomputed: they may need data sets, and minutes.
        figure = figure_part(draw(case, evidence, predictions, curves=False))
    except (FieldbenchError, ValueError, LookupError) as error:  # a record is input: it may be inconsistent in any way
        return [*found, f"the case cannot judge the record's values: {error}"]
    parts = judgement_parts(judgement, symbols(case))
    for kind in LISTS:
        found += _lists(kind[:-1], getattr(record, kind), parts[kind])
    for rival_of, recomputed in zip(record.checks, parts["checks"], strict=False):
        found += _lists(f"check {rival_of.id}, rival", rival_of.rivals, recomputed.rivals, _slack(recomputed))
    found += _compare("figure", _without_curves(record.figure), _without_curves(figure))
    found += _compare("axes", _measured_axes(record, record.axes), _measured_axes(record, case.axes()))
    found += _compare("exit code", record.exit_code, int(judgement.exit_code))
    skipped = tuple(dict.fromkeys(skip.reason for skip in record.skipped))
    found += _compare("summary", record.summary, judgement.summary(skipped, tuple(sorted(record.data))))
    return list(dict.fromkeys(found))


def own_differences(record: Record) -> list[str]:
    """What can be held against a record alone, where its case has moved to another form: do its verdicts, rejections
    and exit code follow from the numbers that stand beside them?"""
    found = list(_sealed(record))
    for check in record.checks:
        found += _verdict(check, f"check {check.id}")
    for control in record.controls:
        found += _verdict(control.outcome, f"control {control.id}")
        noticed = control.outcome.verdict in ("contradicted", "not run")
        found += _compare(f"control {control.id}, noticed", control.noticed, noticed)
    for guard in record.guards:
        kept = guard.at_most is None or guard.largest <= guard.at_most
        kept &= guard.at_least is None or guard.smallest >= guard.at_least
        found += _compare(f"guard {guard.id}, passed", guard.passed, kept)
    return found + list(_compare("exit code", record.exit_code, _own_exit_code(record)))


def _own_exit_code(record: Record) -> int:
    """The exit code that follows from the verdicts as they are recorded."""
    codes = [0 if control.noticed else 4 for control in record.controls]
    for check in record.checks:
        if check.verdict not in (check.declared, "not run"):
            codes.append(4 if check.verdict == "inconclusive" else 3)
        elif not all(rival.rejected for rival in check.rivals):
            codes.append(4)
    codes += [5] if all(check.verdict == "not run" for check in record.checks) else []
    return max(codes, default=5)


def _without_curves(figure: FigurePart | None) -> Any:
    if figure is None:
        return None
    return figure.model_dump() | {"series": [one.model_dump(exclude={"curve"}) for one in figure.series]}


def _measured_axes(record: Record, axes: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Axes of what the record's cells hold: one of schema 1 has those of predictions too, which a case may drop."""
    held = {name for cell in record.cells for name in cell.arrays}
    return {name: list(names) for name, names in axes.items() if name.rpartition(".")[2] in held}


def _nothing_judged(record: Record) -> Iterator[str]:
    """A partial record keeps cells and no verdict."""
    for kind in LISTS:
        yield from (f"{kind[:-1]} {part.id} is judged in a partial record" for part in getattr(record, kind))
    yield from _compare("exit code", record.exit_code, 5)
    summary = f"partial: {len(record.cells)} cells measured, nothing judged"
    yield from _compare("summary", record.summary, summary)


def _verdict(check: CheckPart, where: str) -> Iterator[str]:
    from fieldbench.verdicts.rule import Estimate, judge

    if not check.labels:
        yield from _compare(f"{where}, verdict", check.verdict, "not run")
        return
    margin = np.asarray(check.margin)
    yield from _compare(f"{where}, margin", check.margin, sum((np.asarray(p.values) for p in check.parts),
                                                             start=np.zeros(len(margin))).tolist())  # fmt: skip
    lower = np.full_like(margin, -np.inf) if check.side == "below" else -margin
    upper = np.full_like(margin, np.inf) if check.side == "above" else margin
    estimate = Estimate(np.asarray(check.measured), np.asarray(check.standard_error), check.replicates)
    verdict = str(judge(estimate, np.asarray(check.expected), lower, upper))
    guarded = check.reason.startswith("guard failed")
    yield from _compare(f"{where}, verdict", check.verdict, "inconclusive" if guarded else verdict)
    yield from _compare(f"{where}, as declared", check.as_declared, check.verdict in (check.declared, "not run"))
    for rival in check.rivals:
        yield from _compare(f"{where}, rival {rival.id}", rival.rejected, rival.t >= 5.0 and rival.p_value <= 1e-3)


def _sealed(record: Record) -> Iterator[str]:
    if record.content_hash != record.own_hash():
        yield "its content is not what its own hash says: the record was edited"


def _of_this_case(record: Record, case: Case, experiments: list[Any]) -> Iterator[str]:
    """Claim text, tier, experiments, replicates and coordinates are the case's."""
    unsaid = {name for name in ("theory", "network") if not getattr(record.claim, name)}  # before schema 2.2
    stated, here = record.claim.model_dump(exclude=unsaid), claim_part(case.claim)
    yield from _compare("claim", stated, {name: value for name, value in here.items() if name not in unsaid})
    for part, experiment in zip(record.experiments, experiments, strict=True):
        here = coordinates_of(case, experiment)
        yield from _compare(f"coordinates of {experiment}", sorted(part.coordinates), sorted(here))
        for name, values in part.coordinates.items():
            if name in here:
                yield from _compare(
                    f"{experiment}, axis {name}", values.array().tolist(), np.asarray(here[name]).tolist()
                )
    if record.exploratory:
        return
    try:
        planned, replicates = case.planned(record.tier)
    except BadInput as error:
        yield str(error)
        return
    yield from _compare("replicates", record.replicates, replicates)
    recorded = {_text(type(e).__name__, e) for e in experiments}
    recorded |= {_text(skip.kind, skip.parameters) for skip in record.skipped}
    declared = {_text(type(e).__name__, e) for e in planned}
    yield from (f"experiment {text} is in the case but not in the record" for text in sorted(declared - recorded))
    yield from (f"experiment {text} is in the record but not in the case" for text in sorted(recorded - declared))


def _text(kind: str, parameters: Any) -> str:
    return f"{kind} {canonical.text(parameters)}"


def _coverage(record: Record, case: Case, experiments: list[Any]) -> Iterator[str]:
    """Every experiment has all its replicates exactly once under each variant that applies to it, and no other."""
    present: dict[tuple[str, int], list[int]] = {}
    for cell in record.cells:
        present.setdefault((cell.variant, cell.experiment), []).extend(range(cell.first, cell.first + cell.count))
    wanted = {
        (variant.name, number)
        for variant in case.variants() for number, experiment in enumerate(experiments) if variant.applies(experiment)
    }  # fmt: skip
    for variant, number in sorted(wanted | present.keys()):
        replicates = sorted(present.get((variant, number), []))
        whole = len(replicates) == record.replicates and replicates == list(range(len(replicates)))
        if (variant, number) not in wanted or not whole:
            expected = f"0 … {record.replicates - 1}" if (variant, number) in wanted else "none"
            yield f"{variant}, experiment {number}: replicates {replicates} instead of {expected}"


def _lists(kind: str, stated: Any, recomputed: Any, slack: Sequence[float] = ()) -> Iterator[str]:
    """Two lists of parts with ids: unique, the same set, and entry by entry the same."""
    ids = [part.id for part in stated]
    yield from (f"{kind} {name} is in the record twice" for name in sorted({n for n in ids if ids.count(n) > 1}))
    here, there = {p.id: p.model_dump() for p in recomputed}, {p.id: p.model_dump() for p in stated}
    yield from (f"{kind} {name} is missing from the record" for name in sorted(here.keys() - there.keys()))
    yield from (f"{kind} {name} is in the record but not in the case" for name in sorted(there.keys() - here.keys()))
    for part in recomputed:
        if part.id in there:
            unsaid = set() if there[part.id].get("symbol") else {"symbol"}  # before schema 2.3
            said, found = ({n: v for n, v in one[part.id].items() if n not in unsaid} for one in (there, here))
            yield from _compare(f"{kind} {part.id}", said, found, _slack(part))


def _slack(part: Any) -> list[float]:
    """Below which a difference decides nothing, point by point: 1e-5 of margin and standard error.

    Of theory alone, whose margins may be differences of numbers close together, 1e-4 of the margin or what rounding
    leaves of such numbers.
    """
    check = part.outcome if isinstance(part, ControlPart) else part
    if not isinstance(check, CheckPart) or not check.labels:
        return [1e-15]
    margin, expected = np.asarray(check.margin), np.abs(check.expected)
    if check.replicates:
        return list(np.maximum(1e-15, OF_MARGIN * (margin + np.asarray(check.standard_error))))
    return [max(1e-4 * float(np.min(margin)), 1e-13 * float(np.max(expected)))] * len(margin)


def _compare(where: str, stated: Any, recomputed: Any, slack: Sequence[float] = (1e-15,)) -> Iterator[str]:
    """Differences between two JSON-like values, numbers up to rounding; `slack` at each point, or one for all."""
    if isinstance(stated, Mapping) and isinstance(recomputed, Mapping) and stated.keys() == recomputed.keys():
        for name in stated:
            yield from _compare(f"{where}, {name}", stated[name], recomputed[name], slack)
    elif isinstance(stated, list) and isinstance(recomputed, list) and len(stated) == len(recomputed):
        of_points = len(stated) == len(slack) and not any(isinstance(a, Mapping) for a in stated)
        for number, (a, b) in enumerate(zip(stated, recomputed, strict=True)):
            yield from _compare(f"{where}[{number}]", a, b, [slack[number]] if of_points else slack)
    elif not _same(stated, recomputed, min(slack)):
        yield f"{where}: the record says {stated!r}, its cells give {recomputed!r}"


def _same(a: Any, b: Any, slack: float) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=slack)
    return bool(a == b)
