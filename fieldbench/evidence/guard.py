"""Guard: a limit on a measured diagnostic. Where it fails, every verdict that rests on it is inconclusive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fieldbench.claims.facts import require_kebab
from fieldbench.errors import BadInput
from fieldbench.evidence.table import Table
from fieldbench.verdicts.outcome import GuardOutcome, hold


@dataclass(frozen=True)
class Guard:
    """A limit that every entry of a measured array must keep.

    Args:
        id: kebab-case name.
        array: name of the diagnostic in the measured arrays (R-hat, effective samples, residual, acceptance).
        at_most: upper limit, if any.
        at_least: lower limit, if any.
        where: fields of the setup that select rows.
    """

    id: str
    array: str
    at_most: float | None = None
    at_least: float | None = None
    where: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_kebab(self.id, "guard")
        if self.at_most is None and self.at_least is None:
            raise BadInput(f"guard {self.id} has no limit: give at_most or at_least")


def inspect(guard: Guard, measured: Table) -> GuardOutcome | None:
    """Hold a guard against the measured table; None where no selected setup was measured."""
    arrays = [row[guard.array] for row in measured.where(**guard.where)]
    return hold(guard.id, guard.array, arrays, guard.at_most, guard.at_least)
