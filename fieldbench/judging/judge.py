"""Judging: from measured arrays and predictions to the outcomes of guards, checks, rivals and controls."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims.case import Case
from fieldbench.claims.check import Check, Limit, Rival, Selects
from fieldbench.claims.control import Control
from fieldbench.claims.experiment import Quantity
from fieldbench.claims.expression import Expression
from fieldbench.claims.guard import Guard
from fieldbench.claims.known import Remainder
from fieldbench.claims.names import MAIN, THEORY
from fieldbench.claims.observables import log, logarithm
from fieldbench.claims.structure import leaves
from fieldbench.errors import BadInput, TooFewPoints
from fieldbench.judging.evaluation import World, evaluate
from fieldbench.judging.missing import why_missing
from fieldbench.judging.predictions import Predictions, Shift, Size, ask, propagated, theory_world
from fieldbench.verdicts.outcome import CheckOutcome, ControlOutcome, GuardOutcome, Judgement, Part, hold
from fieldbench.verdicts.weigh import RivalNumbers, not_run, weigh, whole_margin

FloatArray = NDArray[np.float64]

Arrays = Mapping[str, NDArray[Any]]
Evidence = Mapping[str, Mapping[Any, Arrays]]
"""Variant → experiment → name of the quantity → values, (replicates, …)."""


def judge(
    case: Case,
    tier: str,
    evidence: Evidence,
    predictions: Predictions,
    missing: str = "",
    foreign: Collection[str] = (),
) -> Judgement:
    """Recompute every verdict from measured and predicted values alone.

    Args:
        case: the case.
        tier: its tier; checks that it has no statistics for are left to another.
        evidence: what was measured.
        predictions: what theories say of it.
        missing: why experiments of the tier are absent (data sets not on this machine).
        foreign: ports under which somebody else's implementation was; a check that presupposes the suite's own there is
            not run.
    """
    main = evidence.get(MAIN, {})
    guards, failing = {}, dict[str, set[Any]]()
    for guard in case.guards:
        held = [e for e in main if isinstance(e, guard.diagnostic.owner) and (guard.on is None or guard.on(e))]

        def kept(*where: Any, guard: Guard = guard) -> GuardOutcome | None:
            values = [main[e][guard.diagnostic.name] for e in where]
            values = [each.mean(axis=0) for each in values] if guard.pooled else values
            return hold(guard.id, guard.diagnostic.name, values, guard.at_most, guard.at_least)

        if (found := kept(*held)) is not None:
            guards[guard.id] = found
            failing[guard.id] = {e for e in held if (one := kept(e)) is not None and not one.passed}

    def broken(check: Check, on: Selects | None = None) -> tuple[str, ...]:
        """The guards that fail on a quantity that the check reads, at an experiment where it reads it."""
        where, read = set(case.select(check, main, on)), leaves(check.observable)
        return tuple(g.id for g in case.guards if set(g.of) & read and failing.get(g.id, set()) & where)

    def judged(check: Check | Limit) -> CheckOutcome:
        if isinstance(check, Limit):
            return _limit(check)
        if theirs := _presupposed(check, foreign):
            return not_run(check.terms, theirs)
        return _check(case, check, tier, main, predictions, missing, broken(check))

    def controlled(control: Control) -> CheckOutcome:
        check = control.contradicts
        if isinstance(check, Limit):
            assert control.computed is not None  # a control of a limit has nothing else
            return _limit(replace(check, computed=control.computed, rivals={}))
        if theirs := _presupposed(check, foreign):
            return not_run(check.terms, theirs)
        if control.theory is not None:
            return _check(case, check, tier, main, predictions, missing, broken(check, control.on), control)
        # A broken measurement is not asked to pass the guards of a sound one: it is asked to be noticed.
        return _check(case, check, tier, evidence.get(control.variant, {}), predictions, missing, (), control)

    checks = tuple(judged(check) for check in case.checks)
    controls = tuple(ControlOutcome(c.id, c.contradicts.id, controlled(c)) for c in case.controls)
    return Judgement(checks, controls, tuple(guards.values()))


def _presupposed(check: Check, foreign: Collection[str]) -> str:
    ports = [port for port in check.own if port in foreign]
    return f"its theory is that of the suite's own {' and '.join(ports)}" if ports else ""


def rehearse(case: Case, tier: str, experiments: Sequence[Any], predictions: Predictions) -> None:
    """Read every check on its theory and rivals alone: what is wrong with them is known before anything is measured.

    Raises:
        BadInput: a check without a margin, or whose theory or rival does not say what it reads.
    """
    asked: list[tuple[Check, Check | Control, Control | None]] = [(c, c, None) for c in case.asked_in(tier)]
    asked += [
        (c.contradicts, c, c) for c in case.controls
        if c.theory and isinstance(c.contradicts, Check) and c.contradicts in case.asked_in(tier)
    ]  # fmt: skip
    for check, declared, control in asked:
        chosen = case.select(check, experiments, control.on if control else None)
        if chosen:
            reading = _Reading(case, check, chosen, {}, predictions)
            try:
                reading.rehearse(control.theory if control else check.theory)
            except TooFewPoints:
                continue
            except BadInput as error:
                raise BadInput(f"{declared.line}: {type(declared).__name__.lower()} {declared.id}: {error}") from error


def read_in_world(
    case: Case, check: Check, world: Any, measured: Mapping[Any, Arrays], predictions: Predictions
) -> tuple[FloatArray, FloatArray, tuple[Part, ...], FloatArray]:
    """A check on its own scale, and what it would read were a world true in which the claim is false.

    A world that is a theory of the case, a rival or a control's, says what the predictions have of it.

    Returns:
        what was measured, (replicates, points); what the theory expects, (points,); the parts of the margin; what the
        world expects, (points,).
    """
    experiments = case.select(check, measured)
    if callable(world):
        known = predictions.get(case.name_of(world), {}) if id(world) in case.theory_names else {}
        said = {e: known[e] if e in known else ask(world, e, FALSE) for e in experiments}
        predictions = {**predictions, FALSE: said}
    reading = _Reading(case, check, experiments, measured, predictions)
    return reading.in_world(world)


def _check(
    case: Case,
    check: Check,
    tier: str,
    measured: Mapping[Any, Arrays],
    predictions: Predictions,
    missing: str,
    failed: tuple[str, ...],
    control: Control | None = None,
) -> CheckOutcome:
    if check.tiers and tier not in check.tiers:
        return not_run(check.terms, f"left to the {' and '.join(check.tiers)} tier{'s' if check.tiers[1:] else ''}")
    experiments = case.select(check, measured, control.on if control else None)
    if not experiments:
        return not_run(check.terms, missing or f"no experiment of the {tier} tier is one that it reads")
    theory = control.theory if control and control.theory else check.theory
    try:
        return _Reading(case, check, experiments, measured, predictions).outcome(theory, failed, control is None)
    except TooFewPoints as error:
        return not_run(check.terms, str(error))
    except BadInput as error:
        raise BadInput(f"{check.line}: check {check.id}: {error}") from error


FALSE = "a false world"


class _Reading:
    """One check on its experiments."""

    def __init__(
        self, case: Case, check: Check, experiments: Sequence[Any], measured: Mapping[Any, Arrays], said: Predictions
    ) -> None:
        self.case, self.check, self.experiments, self.said = case, check, experiments, said
        self.measured = measured
        self.logs = check.scale == "log"
        self.observable = log(check.observable) if self.logs else check.observable

    def outcome(self, theory: Any, failed: tuple[str, ...], with_rivals: bool) -> CheckOutcome:
        """The check's outcome with this theory; a control asks only whether it notices, its rivals are not asked."""
        points = evaluate(self.observable, self.experiments, self._measurement())
        count = len(points.labels)
        expected, parts = self._expected(theory, count)
        rivals = [self._rival(name, rival, count) for name, rival in self.check.rivals.items()] if with_rivals else []
        effect = self._effect(theory, count)
        lost = not np.all(np.isfinite(points.values))
        missing = why_missing(self.observable, self.experiments, self._measurement()) if lost else ""
        return weigh(self.check.terms, points.labels, points.values, expected, parts, rivals, failed, effect, missing)

    def in_world(self, world: Any) -> tuple[FloatArray, FloatArray, tuple[Part, ...], FloatArray]:
        """What was measured, what is expected with which margin, and what a false world would give."""
        values = evaluate(self.observable, self.experiments, self._measurement()).values
        expected, parts = self._expected(self.check.theory, values.shape[1])
        if not callable(world):
            return values, expected, parts, self._number(world, len(expected))
        found = evaluate(self.observable, self.experiments, self._world(FALSE, Shift())).values[0]
        return values, expected, parts, _fit(found, len(expected), "the world")

    def rehearse(self, theory: Any) -> None:
        """The check as it would be read with this theory, without a measurement."""
        rivals = [r.theory if isinstance(r, Rival) else r for r in self.check.rivals.values()]
        theories = [theory, *rivals]
        counts = [
            len(evaluate(self.observable, self.experiments, self._world(self.case.name_of(theory), Shift())).labels)
            for theory in theories if theory is None or (callable(theory))
        ]  # fmt: skip
        if isinstance(theory, Expression):  # a bound may have a value for each point
            counts.append(len(evaluate(theory, self.experiments, self._world(THEORY, Shift())).labels))
        count = max(counts, default=1)
        _, parts = self._expected(theory, count)
        whole_margin(parts, count, "its margin")
        for name, rival in self.check.rivals.items():
            self._rival(name, rival, count)
        self._effect(theory, count)

    def _measurement(self) -> World:
        def read(expression: Expression, experiment: Any) -> FloatArray | None:
            if not isinstance(expression, Quantity):
                return None
            arrays = self.measured[experiment]
            return np.asarray(arrays[expression.name], np.float64) if expression.name in arrays else None

        return World(read, lambda other: self._world(self.case.name_of(other), Shift()), "the measurement")

    def _world(self, name: str, shift: Shift) -> World:
        return theory_world(self.said, name, self.case.name_of, shift)

    def _expected(self, theory: Any, count: int) -> tuple[FloatArray, tuple[Part, ...]]:
        """The predicted points and the parts of the margin, on the check's scale."""
        number = isinstance(theory, int | float | Expression)
        name = self._name(theory)
        read: Expression | None = self.observable
        if number:
            read = (log(theory) if self.logs else theory) if isinstance(theory, Expression) else None
        if read is None:
            expected, sizes = self._number(theory, count), dict[str, Size]()
        else:
            values, _, sizes = propagated(read, self.experiments, lambda shift: self._world(name, shift))
            expected = _fit(values, count, str(read))
        if self.check.margin:
            return expected, tuple(self._stated(remainder, name, count) for remainder in self.check.margin)
        if self.check.side != "both":
            return expected, ()  # a bound is a bound, whatever its theory leaves open
        if not sizes:
            raise BadInput(
                "it has no margin: its theory gives no Remainder of what it reads; give Known(value, Remainder(…)) "
                "there, or the check a margin=(Remainder(…),)"
            )
        return expected, tuple(Part(n, _fit(s.size, count, n), s.order, s.got) for n, s in sizes.items())

    def _stated(self, remainder: Remainder, name: str, count: int) -> Part:
        """A part of the margin that the check itself gives, on its own scale."""
        size = np.abs(self._given(remainder.value, name, count, remainder.name))
        return Part(remainder.name, size, remainder.order, remainder.got)

    def _effect(self, theory: Any, count: int) -> FloatArray | None:
        """The smallest effect of interest, on the check's scale."""
        if self.check.effect is None:
            return None
        sizes = self._given(self.check.effect, self._name(theory), count, "its effect")
        if not np.all(sizes > 0):
            raise BadInput(f"its effect is not above 0 everywhere: {sizes}; an effect of interest has a size")
        return sizes

    def _name(self, theory: Any) -> str:
        """Name of the theory in whose world the check is read: a number or an expression is read in the case's own."""
        return THEORY if isinstance(theory, int | float | Expression) else self.case.name_of(theory)

    def _number(self, value: float, count: int) -> FloatArray:
        """A number at every point, on the check's scale."""
        return np.full(count, float(logarithm(np.asarray(value))) if self.logs else float(value))

    def _given(self, value: Any, name: str, count: int, what: str) -> FloatArray:
        """What a check gives on its own scale: numbers, or an expression that is read on a theory."""
        if isinstance(value, Expression):
            value = evaluate(value, self.experiments, self._world(name, Shift())).values[0]
        return _fit(np.asarray(value, np.float64), count, what)

    def _rival(self, name: str, rival: Any, count: int) -> RivalNumbers:
        free = rival.free if isinstance(rival, Rival) else ""
        theory = rival.theory if isinstance(rival, Rival) else rival
        if isinstance(theory, int | float):
            return RivalNumbers(name, self._number(theory, count), free=free)
        read = self.case.name_of(theory)
        values, _, sizes = propagated(self.observable, self.experiments, lambda shift: self._world(read, shift))
        parts = tuple(Part(n, _fit(s.size, count, n), s.order, s.got) for n, s in sizes.items())
        return RivalNumbers(name, _fit(values, count, name), parts, free)


def _limit(check: Limit) -> CheckOutcome:
    computed = np.atleast_1d(np.asarray(check.computed(), np.float64)).ravel()
    expected = _fit(np.asarray(check.expected, np.float64), len(computed), check.id)
    parts = []
    for remainder in check.margin:
        value = remainder.value() if callable(remainder.value) else remainder.value
        sizes = _fit(np.abs(np.asarray(value, np.float64)), len(computed), remainder.name)
        parts.append(Part(remainder.name, sizes, remainder.order, remainder.got))
    labels = tuple(f"point {i}" for i in range(len(computed)))
    rivals = [
        RivalNumbers(name, _fit(np.asarray(value, np.float64), len(computed), name))
        for name, value in check.rivals.items()
    ]
    return weigh(check.terms, labels, computed[None, :], expected, tuple(parts), rivals)


def _fit(values: FloatArray, count: int, name: str) -> FloatArray:
    try:
        return np.array(np.broadcast_to(values, (count,)))
    except ValueError:
        raise BadInput(f"{name}: {values.shape[0]} values do not fit {count} points") from None
