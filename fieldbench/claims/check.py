"""Check: one observable of the claim, what the theory says of it, and the rivals that the same data must exclude."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fieldbench.claims.expression import Expression
from fieldbench.claims.known import Remainder, Theory
from fieldbench.claims.names import require_kebab
from fieldbench.claims.where import declared_at
from fieldbench.errors import BadInput
from fieldbench.verdicts.outcome import Terms
from fieldbench.verdicts.rule import Verdict

Selects = Callable[[Any], bool]
"""A predicate of the experiment, for true exceptions."""


@dataclass(frozen=True)
class Rival:
    """Another theory of the same observable, where it needs more than a theory or a number.

    Args:
        theory: a function of an experiment, or a number.
        free: "offset" lets the rival have its own best-fitting constant (a factor where the check's scale is "log"):
            data and rival are both centred over the points.
    """

    theory: Theory | float
    free: str = ""

    def __post_init__(self) -> None:
        if self.free not in ("", "offset"):
            raise BadInput(f"{declared_at()}: a rival's free={self.free!r} is neither empty nor 'offset'")


@dataclass(frozen=True)
class Check:
    """A measured observable against the theory's, within the theory's own remainders.

    Args:
        id: kebab-case name, printed; unique in the case.
        observable: what is read, of the measurement and of each theory.
        theory: another theory than the case's own, or a number, which then needs `margin`.
        rivals: printed name → theory, number or `Rival` that the data must exclude.
        margin: the whole margin in place of the theory's propagated remainders; values on the check's scale, numbers
            or expressions read on the theory; a single one holds at all points.
        on: predicate of the experiments that are read, for exceptions.
        tiers: names of the tiers that have the statistics for it; all by default.
        scale: "linear", or "log" for positive scale-like observables (values are logged replicate by replicate; the
            margin is then relative).
        exact: the numbers hold on every data set, without sampling error.
        expect: the declared verdict, a strict expectation; other than "reproduced" needs `because`.
        because: the analysis behind an expected contradiction or inconclusiveness.
        statement: True for the check that is the claim's own statement in words: no guess in its margin, and the
            nearest rival at least two margins away at every point.
        effect: the smallest effect of interest of a null check, which stands for the nearest rival: a number or an
            expression, on the check's scale.
        own: ports whose own implementation the theory presupposes, such as the sampler whose step bias it predicts;
            with somebody else's the check is not run.
        side: see `AtLeast` and `AtMost`.
    """

    id: str
    observable: Expression
    theory: Theory | float | Expression | None = None
    rivals: Mapping[str, Theory | float | Rival] = field(default_factory=dict)
    margin: tuple[Remainder, ...] = ()
    on: Selects | None = None
    tiers: tuple[str, ...] = ()
    scale: str = "linear"
    exact: bool = False
    expect: str = "reproduced"
    because: str = ""
    statement: bool = False
    effect: float | Expression | None = None
    own: tuple[str, ...] = ()
    side: str = "both"
    line: str = field(default_factory=declared_at, compare=False, repr=False)

    def __post_init__(self) -> None:
        require_kebab(self.id, f"{self.line}: check")
        where = f"{self.line}: check {self.id}"
        if not isinstance(self.observable, Expression):
            raise BadInput(f"{where}: {self.observable!r} is no quantity or observable; refer to Experiment.quantity")
        if self.scale not in ("linear", "log"):
            raise BadInput(f"{where}: scale {self.scale!r} is neither 'linear' nor 'log'")
        _require_expectation(self.expect, self.because, where)
        if self.side == "both" and isinstance(self.theory, int | float | Expression) and not self.margin:
            raise BadInput(f"{where}: it has no margin; a number for a theory needs margin=(Remainder(…),)")
        for remainder in self.margin:
            if callable(remainder.value):
                raise BadInput(
                    f"{where}: part {remainder.name!r} of its margin is a function; make it an expression, "
                    "per(lambda at: …)"
                )
        if isinstance(self.effect, int | float) and not 0 < self.effect < math.inf:
            raise BadInput(f"{where}: effect={self.effect!r} is no size; give the smallest effect of interest, above 0")
        if self.effect is not None and self.side != "both":
            raise BadInput(f"{where}: a bound has its own distance; leave effect= to two-sided checks")
        for name, rival in self.rivals.items():
            require_kebab(name, f"{where}, rival")
            if not callable(rival) and not isinstance(rival, int | float | Rival):
                raise BadInput(
                    f"{where}: rival {name} is {rival!r}; give a theory, a function of an experiment, or a number"
                )

    def __hash__(self) -> int:
        """By its id, which is unique in a case: what it reads may hold dictionaries."""
        return hash(self.id)

    @property
    def terms(self) -> Terms:
        """What the rule needs to know of it."""
        return Terms(self.id, self.scale, self.side, self.exact, self.expect, self.because, self.statement)


def _require_expectation(expect: str, because: str, where: str) -> None:
    if expect not in set(Verdict):
        raise BadInput(f"{where}: expect={expect!r} is no verdict; choose one of {', '.join(Verdict)}")
    if Verdict(expect) is not Verdict.REPRODUCED and not because:
        raise BadInput(f"{where}: expecting {expect!r} needs because= with the analysis")


def AtLeast(id: str, observable: Expression, bound: float | Expression, **options: Any) -> Check:
    """One-sided statement: reproduced if the whole interval lies above `bound`, contradicted if it lies below.

    A bound that is an expression is read on the theory (on another one with `expression.under(other)`).
    """
    return Check(id, observable, bound, side="above", line=declared_at(), **options)


def AtMost(id: str, observable: Expression, bound: float | Expression, **options: Any) -> Check:
    """One-sided statement: reproduced if the whole interval lies below `bound`, contradicted if it lies above."""
    return Check(id, observable, bound, side="below", line=declared_at(), **options)


@dataclass(frozen=True)
class Limit:
    """A check of theory alone: a limit or an identity, which needs no sample.

    Args:
        id: kebab-case name, unique in the case.
        computed: the number or numbers from the theory.
        expected: the closed form, of the same shape or a number.
        margin: what the limit leaves, and rounding; a value may be a function.
        rivals: printed name → another closed form, of the same shape or a number.
    """

    id: str
    computed: Callable[[], Any]
    expected: Any
    margin: tuple[Remainder, ...]
    rivals: Mapping[str, Any] = field(default_factory=dict)
    expect: str = "reproduced"
    because: str = ""
    statement: bool = False
    line: str = field(default_factory=declared_at, compare=False, repr=False)

    def __post_init__(self) -> None:
        require_kebab(self.id, f"{self.line}: check")
        if not self.margin:
            raise BadInput(f"{self.line}: check {self.id} has no margin; say what the limit leaves: Remainder(…)")
        _require_expectation(self.expect, self.because, f"{self.line}: check {self.id}")

    def __hash__(self) -> int:
        """By its id, which is unique in a case: what it reads may hold dictionaries."""
        return hash(self.id)

    @property
    def terms(self) -> Terms:
        """What the rule needs to know of it."""
        return Terms(self.id, exact=True, expect=self.expect, because=self.because, statement=self.statement)
