"""Outcomes: what the rule found of checks, rivals, controls and guards. Numbers and names only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from fieldbench.verdicts.rule import FloatArray, Rejection, Verdict


class ExitCode(IntEnum):
    """Exit codes of `run` and `verify`; the worst wins. 1 and 2 belong to crashes and usage errors."""

    AS_DECLARED = 0
    CONTRADICTED = 3
    INCONCLUSIVE = 4
    COULD_NOT_RUN = 5


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


@dataclass(frozen=True)
class CheckOutcome:
    """A check's numbers over its points (on the check's scale: logarithms if `scale` is "log") and its verdict.

    `measured`, `expected` and `margin` have shape (points,); `parts` are the named parts of the margin; `resolution` is
    the margin over the distance of the nearest rival from the theory, None where there is no rival.
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
        """Whether the verdict is the declared one; a check that could not run is neither pass nor failure."""
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
        return max(codes, default=ExitCode.COULD_NOT_RUN)

    def summary(self, skipped: tuple[str, ...] = ()) -> str:
        """The claim in one line: verdict of its checks, declared exceptions, and what was not run.

        A claim with checks that did not run never reads plain "reproduced".
        """
        run = [check for check in self.checks if check.verdict is not Verdict.NOT_RUN]
        if not run:
            return "not run: " + ("; ".join(skipped) or "no experiment")
        statements = [check for check in run if check.statement] or run
        order = (Verdict.CONTRADICTED, Verdict.INCONCLUSIVE, Verdict.REPRODUCED)
        text = str(min((check.verdict for check in statements), key=order.index))
        odd = [f"{check.id} {check.verdict}" for check in run if check.verdict is not Verdict.REPRODUCED]
        odd += [f"rival {r.id} of {c.id} not rejected" for c in run for r in c.rivals if not r.as_declared]
        odd += [f"control {c.id} not noticed" for c in self.controls if not c.as_declared]
        if odd:
            text += f" ({', '.join(odd)})"
        absent = [check.id for check in self.checks if check.verdict is Verdict.NOT_RUN]
        if absent or skipped:
            text += "; not run: " + ("; ".join(skipped) or ", ".join(absent))
        return text


def _code(check: CheckOutcome) -> ExitCode:
    if not check.as_declared:
        return ExitCode.INCONCLUSIVE if check.verdict is Verdict.INCONCLUSIVE else ExitCode.CONTRADICTED
    if check.verdict is not Verdict.NOT_RUN and not all(rival.as_declared for rival in check.rivals):
        return ExitCode.INCONCLUSIVE
    return ExitCode.AS_DECLARED
