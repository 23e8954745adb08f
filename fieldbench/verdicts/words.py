"""Outcomes in plain words: the same sentences in pytest failures, on the command line and in reports."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # the command line explains records without loading what judges
    from fieldbench.verdicts.outcome import CheckOutcome, ControlOutcome, RivalOutcome

MARKS = {"reproduced": "✓", "compatible": "≈", "contradicted": "✗", "inconclusive": "?", "not run": "–"}
"""What stands for a verdict where there is no room for the word, and no colour."""

STYLES = {
    "reproduced": "green",
    "compatible": "cyan",
    "contradicted": "red",
    "inconclusive": "yellow",
    "not run": "dim",
}


class Numbers(Protocol):
    """A list or an array of numbers."""

    def __getitem__(self, index: int, /) -> Any: ...


class Told(Protocol):
    """The numbers of a check, as an outcome or as a record has them."""

    @property
    def scale(self) -> str: ...
    @property
    def side(self) -> str: ...
    @property
    def labels(self) -> Sequence[str]: ...
    @property
    def measured(self) -> Numbers: ...
    @property
    def expected(self) -> Numbers: ...
    @property
    def interval(self) -> Numbers: ...
    @property
    def margin(self) -> Numbers: ...


def number(value: float) -> str:
    """Four significant digits."""
    return f"{value:.4g}"


def on_natural_scale(outcome: Told, value: float) -> float:
    """Undo the logarithm of a check on the log scale."""
    return math.exp(value) if outcome.scale == "log" else float(value)


def worst_point(outcome: Told) -> int:
    """The point that strains its margin most (or, without a margin, its standard error)."""
    strain = []
    for i in range(len(outcome.labels)):
        deviation = float(outcome.measured[i] - outcome.expected[i])
        deviation = {"above": -deviation, "below": deviation}.get(outcome.side, abs(deviation))
        reach = deviation + float(outcome.interval[i])
        strain.append(reach / float(outcome.margin[i]) if outcome.margin[i] > 0 else reach)
    return max(range(len(strain)), key=lambda i: strain[i] if math.isfinite(strain[i]) else math.inf)


def check_text(outcome: Any) -> str:
    """A check's verdict with the numbers at its most strained point; an outcome's, or as a record has it."""
    if not outcome.labels:
        return f"{outcome.id}: not run ({outcome.reason})"
    i = worst_point(outcome)
    relation = {"above": "at least", "below": "at most"}.get(outcome.side, "expected")
    relative = " (relative)" if outcome.scale == "log" else ""
    text = (
        f"{outcome.id}: {outcome.verdict}; measured {number(on_natural_scale(outcome, outcome.measured[i]))} ± "
        f"{number(outcome.standard_error[i])}{relative}, {relation} "
        f"{number(on_natural_scale(outcome, outcome.expected[i]))}, margin {number(outcome.margin[i])}{relative} "
        f"at {outcome.labels[i] or 'its point'} ({outcome.replicates} replicates)"
    )
    if outcome.verdict != outcome.declared:
        text += f"; declared {outcome.declared}"
    elif outcome.because:
        text += f"; as declared, because {outcome.because}"
    return text + (f"; {outcome.reason}" if outcome.reason else "")


def rival_text(outcome: CheckOutcome, rival: RivalOutcome) -> str:
    """How far the data are from a rival."""
    if not rival.rejection.told:
        return f"{outcome.id}: rival {rival.id} cannot be told from the theory: they differ by less than both margins"
    verb = "rejected" if rival.as_declared else "NOT rejected"
    return (
        f"{outcome.id}: rival {rival.id} {verb}: {number(rival.rejection.standard_errors)} standard errors, "
        f"p = {rival.rejection.p_value:.1e} (needs ≥ 5 and ≤ 1e-3)"
    )


def control_text(control: ControlOutcome) -> str:
    """Whether the check noticed the deliberate error."""
    verb = "is noticed" if control.as_declared else "is NOT noticed"
    return f"control {control.id} {verb}: {check_text(control.outcome)}"
