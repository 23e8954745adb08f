"""Outcomes: what the rule found of checks, rivals, controls and guards. Numbers and names only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from fieldbench.verdicts.rule import FloatArray, Rejection, Verdict


class ExitCode(IntEnum):
    """Exit codes of `run` and `verify`; the worst wins (`worst`). 1 and 2 belong to crashes and usage errors."""

    AS_DECLARED = 0
    CONTRADICTED = 3
    INCONCLUSIVE = 4
    COULD_NOT_RUN = 5


SEVERITY = (ExitCode.AS_DECLARED, ExitCode.INCONCLUSIVE, ExitCode.CONTRADICTED, ExitCode.COULD_NOT_RUN)
"""From the best to the worst: what data contradict outranks what they leave open."""


def worst(codes: Iterable[int]) -> ExitCode:
    """The gravest of some exit codes; 5 where there is none, since nothing ran."""
    return max((ExitCode(code) for code in codes), key=SEVERITY.index, default=ExitCode.COULD_NOT_RUN)


@dataclass(frozen=True)
class Terms:
    """What a check is, apart from its numbers."""

    id: str
    scale: str = "linear"
    side: str = "both"
    exact: bool = False
    expect: str = "reproduced"
    because: str = ""
    statement: bool = False


@dataclass(frozen=True)
class Part:
    """A named part of a margin over the points: its size, the order that it represents, and how it was got."""

    name: str
    values: FloatArray
    order: str = ""
    got: str = ""


@dataclass(frozen=True)
class RivalOutcome:
    """A rival's numbers at the points of its check, and whether the data exclude it.

    `distance` is how far the data are from it at each point, in standard errors beyond its margin.
    """

    id: str
    expected: FloatArray
    margin: FloatArray
    distance: FloatArray
    rejection: Rejection
    free: str = ""

    @property
    def as_declared(self) -> bool:
        """Whether the data exclude the rival."""
        return self.rejection.rejected

    @property
    def survives(self) -> bool:
        """Whether the data had their say and did not exclude it; one hidden by margins is seen in the resolution."""
        return self.rejection.told and not self.rejection.rejected


@dataclass(frozen=True)
class CheckOutcome:
    """A check's numbers over its points (on the check's scale: logarithms if `scale` is "log") and its verdict.

    `measured`, `expected` and `margin` have shape (points,); `parts` are the named parts of the margin; `resolution` is
    the margin over the distance of the nearest rival from the theory, None where there is neither rival nor effect.
    """

    id: str
    verdict: Verdict
    declared: Verdict
    because: str
    scale: str
    side: str
    labels: tuple[str, ...]
    measured: FloatArray
    standard_error: FloatArray
    interval: FloatArray
    replicates: int
    expected: FloatArray
    margin: FloatArray
    parts: tuple[Part, ...]
    smallest_caught: FloatArray
    flip_rate: float
    rivals: tuple[RivalOutcome, ...]
    reason: str = ""
    statement: bool = False
    resolution: float | None = None

    @property
    def as_declared(self) -> bool:
        """Whether the verdict is the declared one; a check that could not run is neither pass nor failure.

        A check that is declared reproduced may be compatible, unless it is a statement: that must be evidence.
        """
        if self.verdict is Verdict.COMPATIBLE and self.declared is Verdict.REPRODUCED:
            return not self.statement
        return self.verdict is self.declared or self.verdict is Verdict.NOT_RUN


@dataclass(frozen=True)
class ControlOutcome:
    """The verdict of the named check under the deliberate error."""

    id: str
    contradicts: str
    outcome: CheckOutcome

    @property
    def as_declared(self) -> bool:
        """Whether the check noticed; a control that could not run is neither pass nor failure."""
        return self.outcome.verdict in (Verdict.CONTRADICTED, Verdict.NOT_RUN)


@dataclass(frozen=True)
class GuardOutcome:
    """The extreme values of a diagnostic over all cells, and whether they keep the limit."""

    id: str
    array: str
    smallest: float
    largest: float
    at_most: float | None
    at_least: float | None
    passed: bool


def hold(id: str, array: str, values: Sequence[FloatArray], at_most: float | None, at_least: float | None) -> (
    GuardOutcome | None
):  # fmt: skip
    """Hold the values of a diagnostic against its limits; None where there is no value."""
    if not values:
        return None
    flat = np.concatenate([np.asarray(array, np.float64).ravel() for array in values])
    smallest, largest = float(flat.min()), float(flat.max())
    passed = bool(np.all(np.isfinite(flat)))
    passed &= at_most is None or largest <= at_most
    passed &= at_least is None or smallest >= at_least
    return GuardOutcome(id, array, smallest, largest, at_most, at_least, passed)


@dataclass(frozen=True)
class Judgement:
    """Everything that is recomputed from values: guards, checks with rivals, controls."""

    checks: tuple[CheckOutcome, ...]
    controls: tuple[ControlOutcome, ...]
    guards: tuple[GuardOutcome, ...]

    @property
    def exit_code(self) -> ExitCode:
        """0 if every verdict, rejection and control is as declared, else the worst."""
        codes = [_code(check) for check in self.checks]
        codes += [ExitCode.AS_DECLARED if c.as_declared else ExitCode.INCONCLUSIVE for c in self.controls]
        if all(check.verdict is Verdict.NOT_RUN for check in self.checks):
            codes.append(ExitCode.COULD_NOT_RUN)
        return worst(codes)

    def summary(self, skipped: tuple[str, ...] = (), data: tuple[str, ...] = ()) -> str:
        """The claim in one line, in agreement with the exit code.

        What is not as declared leads; then the verdict of the statements, on the data sets that were used; then
        declared exceptions, the number of checks that are only compatible, and what was not run. A claim with checks
        that did not run, or without some of its data, never reads plain "reproduced".
        """
        run = [check for check in self.checks if check.verdict is not Verdict.NOT_RUN]
        if not run:
            return "not run: " + ("; ".join(skipped) or "no experiment")
        odd = [f"{c.id} {c.verdict}, declared {c.declared}" for c in run if not c.as_declared]
        odd += [f"rival {r.id} of {c.id} not rejected" for c in run for r in c.rivals if r.survives]
        odd += [f"control {c.id} not noticed" for c in self.controls if not c.as_declared]
        text = f"NOT AS DECLARED: {', '.join(odd)}; statement " if odd else ""
        statements = [check for check in run if check.statement] or run
        order = (Verdict.CONTRADICTED, Verdict.INCONCLUSIVE, Verdict.COMPATIBLE, Verdict.REPRODUCED)
        text += str(min((check.verdict for check in statements), key=order.index))
        text += f" on {', '.join(data)}" if data else ""
        declared = [f"{c.id} {c.verdict}" for c in run if c.as_declared and c.declared is not Verdict.REPRODUCED]
        weak = sum(check.verdict is Verdict.COMPATIBLE for check in run)
        declared += [f"{weak} of {len(run)} checks compatible only"] if weak else []
        text += f" ({', '.join(declared)})" if declared else ""
        absent = [check.id for check in self.checks if check.verdict is Verdict.NOT_RUN]
        if absent or skipped:
            text += "; not run: " + ("; ".join(skipped) or ", ".join(absent))
        return text


def _code(check: CheckOutcome) -> ExitCode:
    if not check.as_declared:
        open_ = check.verdict in (Verdict.INCONCLUSIVE, Verdict.COMPATIBLE)
        return ExitCode.INCONCLUSIVE if open_ else ExitCode.CONTRADICTED
    if check.verdict is not Verdict.NOT_RUN and any(rival.survives for rival in check.rivals):
        return ExitCode.INCONCLUSIVE
    return ExitCode.AS_DECLARED
