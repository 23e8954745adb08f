"""Check: one number of the claim, its error budget, and the rivals that the same data must exclude."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fieldbench.claims.facts import require_kebab
from fieldbench.claims.observables import logarithm
from fieldbench.errors import BadInput, TooFewPoints
from fieldbench.evidence.observables import Observable
from fieldbench.evidence.table import FloatArray, Points, Table
from fieldbench.verdicts.outcome import CheckOutcome, Part, Terms
from fieldbench.verdicts.rule import Verdict
from fieldbench.verdicts.weigh import RivalNumbers, not_run, weigh

Expected = ArrayLike | Observable | None
Budget = Mapping[str, "ArrayLike | Callable[[Table], Any]"]


@dataclass(frozen=True)
class Rival:
    """Another theory of the same observable, which the same data must exclude.

    Args:
        id: kebab-case name.
        expected: a number, an array over the points, or an observable of the predicted table.
        budget: the rival's own error budget.
        free: "offset" lets the rival have its own best-fitting constant (a factor where the check's scale is "log"):
            data and rival are both centred over the points.
    """

    id: str
    expected: Expected
    budget: Budget = field(default_factory=dict)
    free: str = ""

    def __post_init__(self) -> None:
        require_kebab(self.id, "rival")
        if self.free not in ("", "offset"):
            raise BadInput(f"rival {self.id}: free={self.free!r} is neither empty nor 'offset'")


@dataclass(frozen=True)
class Check:
    """A measured observable against its expected value, within a margin argued before looking.

    Args:
        id: kebab-case name, unique in the case.
        observable: reduces a table to points; applied to the measured table.
        expected: a number, an array over the points, or an observable of the *predicted* table; by default
        `observable` itself.
        budget: named parts, each a number, an array over the points, or a function of the predicted table; their sum
        is the margin.
        scale: "linear", or "log" for positive scale-like observables (values are logged replicate by replicate; the
            margin is then relative).
        exact: the numbers have no sampling error (identities and limits); the margin covers rounding and truncation
        only.
        where: fields of the setup that select rows.
        guards: ids of the guards this check rests on; None means all of the case.
        rivals: theories to be excluded by the same observable.
        expect: the declared verdict, a strict expectation; other than "reproduced" needs `because`.
        because: the analysis behind an expected contradiction or inconclusiveness.
        side: "both" (equivalence), or "above" / "below" for one-sided statements (see `AtLeast`, `AtMost`).
        statement: True for the check that is the claim's own statement in words.
    """

    id: str
    observable: Observable
    expected: Expected = None
    budget: Budget = field(default_factory=dict)
    scale: str = "linear"
    exact: bool = False
    where: Mapping[str, Any] = field(default_factory=dict)
    guards: tuple[str, ...] | None = None
    rivals: tuple[Rival, ...] = ()
    expect: str = "reproduced"
    because: str = ""
    side: str = "both"
    statement: bool = False

    def __post_init__(self) -> None:
        require_kebab(self.id, "check")
        if self.scale not in ("linear", "log"):
            raise BadInput(f"check {self.id}: scale {self.scale!r} is neither 'linear' nor 'log'")
        if self.side not in ("both", "above", "below"):
            raise BadInput(f"check {self.id}: side {self.side!r} is not 'both', 'above' or 'below'")
        if self.side == "both" and not self.budget:
            raise BadInput(f"check {self.id}: an equivalence needs an error budget; name at least one part")
        if Verdict(self.expect) is not Verdict.REPRODUCED and not self.because:
            raise BadInput(f"check {self.id}: expecting {self.expect!r} needs because= with the analysis")

    @property
    def needs_samples(self) -> bool:
        """False where the observable is a number of the theory alone."""
        return getattr(self.observable, "needs_samples", True)

    @property
    def terms(self) -> Terms:
        """What the rule needs to know of it."""
        return Terms(self.id, self.scale, self.side, self.exact, self.expect, self.because, self.statement)


def AtLeast(id: str, observable: Observable, bound: Expected, **options: Any) -> Check:
    """One-sided statement: reproduced if the whole interval lies above `bound`, contradicted if it lies below."""
    return Check(id, observable, bound, side="above", **options)


def AtMost(id: str, observable: Observable, bound: Expected, **options: Any) -> Check:
    """One-sided statement: reproduced if the whole interval lies below `bound`, contradicted if it lies above."""
    return Check(id, observable, bound, side="below", **options)


def evaluate(
    check: Check, measured: Table, predicted: Table, *, failed_guards: tuple[str, ...] = (), missing: str = ""
) -> CheckOutcome:
    """Judge one check.

    Args:
        check: what to judge.
        measured: the evidence; rows are selected by `check.where`.
        predicted: the theory at the same setups, one replicate.
        failed_guards: ids of guards that failed; if the check rests on one, its verdict is inconclusive.
        missing: why rows of the tier are absent (data sets not on this machine); used if none is left.
    """
    measured, predicted = measured.where(**check.where), predicted.where(**check.where)
    if check.needs_samples and not len(measured):
        return not_run(check.terms, missing or f"no setup of this tier matches {dict(check.where)}")
    try:
        return _judged(check, measured, predicted, failed_guards)
    except TooFewPoints as error:
        return not_run(check.terms, str(error))


def _judged(check: Check, measured: Table, predicted: Table, failed_guards: tuple[str, ...]) -> CheckOutcome:
    points = check.observable(measured)
    count = len(points.labels)
    on_scale = _scaler(check)
    source = check.observable if check.expected is None else check.expected
    expected = on_scale(_resolve(source, predicted, count, check.id))
    rivals = [
        RivalNumbers(
            rival.id,
            on_scale(_resolve(rival.expected, predicted, count, f"rival {rival.id}")),
            _parts(rival.budget, predicted, count, f"rival {rival.id}"),
            rival.free,
        )
        for rival in check.rivals
    ]
    resting = failed_guards if check.guards is None else tuple(g for g in failed_guards if g in check.guards)
    return weigh(
        check.terms,
        points.labels,
        on_scale(points.values),
        expected,
        _parts(check.budget, predicted, count, check.id),
        rivals,
        resting if check.needs_samples else (),
    )


def _parts(budget: Budget, predicted: Table, count: int, name: str) -> tuple[Part, ...]:
    return tuple(
        Part(words, _resolve(part, predicted, count, f"{name}, budget part {words!r}"))
        for words, part in budget.items()
    )


def _scaler(check: Check) -> Callable[[FloatArray], FloatArray]:
    if check.scale == "linear":
        return lambda values: values
    return logarithm


def _resolve(source: Any, predicted: Table, count: int, name: str) -> FloatArray:
    """A number, an array over the points, or a function of the predicted table, as an array of shape (points,)."""
    value = source(predicted) if callable(source) else source
    if isinstance(value, Points):
        if value.values.shape[0] != 1:
            raise BadInput(f"{name}: a prediction has one replicate, not {value.values.shape[0]}")
        value = value.values[0]
    array = np.asarray(value, dtype=np.float64)
    try:
        return np.array(np.broadcast_to(array, (count,)))
    except ValueError:
        raise BadInput(f"{name}: shape {array.shape} does not fit {count} points") from None
