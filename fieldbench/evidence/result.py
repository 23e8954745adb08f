"""CaseResult: everything one run of a case produced, before it becomes a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.evidence.case import Case
from fieldbench.evidence.check import CheckOutcome
from fieldbench.evidence.control import ControlOutcome
from fieldbench.evidence.guard import GuardOutcome
from fieldbench.evidence.table import Table
from fieldbench.evidence.verdict import Verdict


class ExitCode(IntEnum):
    """Exit codes of `run` and `verify`; the worst wins. 1 and 2 belong to crashes and usage errors."""

    AS_DECLARED = 0
    CONTRADICTED = 3
    INCONCLUSIVE = 4
    COULD_NOT_RUN = 5


@dataclass(frozen=True)
class Measurement:
    """One finished block of replicates at one setup.

    `arrays` have a leading axis over the block's replicates; `variant` is "main" or a control's id.
    """

    setup: Any
    variant: str
    first: int
    count: int
    arrays: Mapping[str, NDArray[Any]]
    provenance: Mapping[str, Any]
    reused: bool


@dataclass(frozen=True)
class Skipped:
    """A setup that could not be measured here, and why (a missing data set)."""

    setup: Any
    reason: str


@dataclass(frozen=True)
class Judgement:
    """Everything that is recomputed from tables: guards, checks with rivals, controls."""

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
            return "not run: " + ("; ".join(skipped) or "no setup")
        statements = [check for check in run if check.statement] or run
        order = (Verdict.CONTRADICTED, Verdict.INCONCLUSIVE, Verdict.REPRODUCED)
        text = str(min((check.verdict for check in statements), key=order.index))
        odd = [f"{check.id} {check.verdict}" for check in run if check.verdict is not Verdict.REPRODUCED]
        if odd:
            text += f" ({', '.join(odd)})"
        absent = [check.id for check in self.checks if check.verdict is Verdict.NOT_RUN]
        if absent or skipped:
            text += "; not run: " + ("; ".join(skipped) or ", ".join(absent))
        return text


@dataclass(frozen=True)
class CaseResult:
    """A case run at one tier and seed."""

    case: Case
    tier: str
    seed: int
    replicates: int
    measurements: tuple[Measurement, ...]
    predicted: Table
    control_predictions: Mapping[str, Table]
    judgement: Judgement
    skipped: tuple[Skipped, ...] = ()
    exploratory: bool = False
    ports: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    wall_seconds: float = 0.0

    @property
    def exit_code(self) -> ExitCode:
        """0 if everything is as declared."""
        return self.judgement.exit_code

    @property
    def summary(self) -> str:
        """The claim's outcome in one line."""
        return self.judgement.summary(tuple(dict.fromkeys(skip.reason for skip in self.skipped)))

    @property
    def computed(self) -> int:
        """Number of blocks measured in this run (the others came from the store)."""
        return sum(not m.reused for m in self.measurements)


def _code(check: CheckOutcome) -> ExitCode:
    if not check.as_declared:
        return ExitCode.INCONCLUSIVE if check.verdict is Verdict.INCONCLUSIVE else ExitCode.CONTRADICTED
    if check.verdict is not Verdict.NOT_RUN and not all(rival.as_declared for rival in check.rivals):
        return ExitCode.INCONCLUSIVE
    return ExitCode.AS_DECLARED


def stack(blocks: list[Measurement]) -> dict[str, NDArray[Any]]:
    """Join the blocks of one setup along the replicate axis."""
    ordered = sorted(blocks, key=lambda block: block.first)
    return {name: np.concatenate([block.arrays[name] for block in ordered]) for name in ordered[0].arrays}
