"""Weighing: a check's numbers on its own scale, in; its outcome, out. The one place where the rule is applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fieldbench.errors import BadInput
from fieldbench.verdicts.outcome import CheckOutcome, Part, RivalOutcome, Terms
from fieldbench.verdicts.power import flip_rate, smallest_caught
from fieldbench.verdicts.rule import (
    Estimate,
    FloatArray,
    Rejection,
    Verdict,
    distances,
    estimate,
    exact,
    judge,
    reject,
)
from fieldbench.verdicts.separation import separate

ENOUGH = 0.5
"""A check that resolves less of the way to its nearest rival is compatible with both."""


@dataclass(frozen=True)
class RivalNumbers:
    """What a rival says at the points of a check; `free="offset"` lets it have its own best-fitting constant.

    A rival without parts of a margin gets the theory's: it is allowed the same errors.
    """

    id: str
    expected: FloatArray
    parts: tuple[Part, ...] = ()
    free: str = ""


def weigh(
    terms: Terms,
    labels: tuple[str, ...],
    values: FloatArray,
    expected: FloatArray,
    parts: tuple[Part, ...],
    rivals: Sequence[RivalNumbers] = (),
    failed_guards: tuple[str, ...] = (),
    effect: FloatArray | None = None,
    missing: str = "",
) -> CheckOutcome:
    """Judge one check.

    Args:
        terms: what the check is.
        labels: a name for each point.
        values: measured, (replicates, points).
        expected: predicted, (points,).
        parts: of the margin, each (points,).
        rivals: theories to be excluded.
        failed_guards: guards that failed on what the check reads: its verdict is then inconclusive.
        effect: smallest effect of interest, (points,), where that stands for a rival.
        missing: why some values are not finite, where that is known.

    Raises:
        BadInput: a part that is negative or not finite; an effect that is not positive; one replicate only.
    """
    margin = whole_margin(parts, len(labels), terms.id)
    lower, upper = _limits(terms.side, margin)
    (result, verdict), reason = told(terms, values, expected, margin), ""
    if not np.all(np.isfinite(values)):
        reason = missing or "some replicate has no finite value of this observable"
    if failed_guards:
        verdict, reason = Verdict.INCONCLUSIVE, f"guard failed: {', '.join(failed_guards)}"
    truth = np.zeros(len(labels)) if terms.side == "both" and verdict is Verdict.REPRODUCED else result.mean - expected
    flips = flip_rate(result, truth, lower, upper, verdict)
    outcomes = tuple(_weigh_rival(terms, rival, values, expected, margin) for rival in rivals)
    resolution = _resolution(terms, expected, margin, result, outcomes, effect)
    if verdict is Verdict.REPRODUCED and (weakness := _weakness(terms, parts, resolution)):
        verdict, reason = Verdict.COMPATIBLE, weakness
    return CheckOutcome(
        id=terms.id,
        verdict=verdict,
        declared=Verdict(terms.expect),
        because=terms.because,
        scale=terms.scale,
        side=terms.side,
        labels=labels,
        measured=result.mean,
        standard_error=result.standard_error,
        interval=result.quantile * result.standard_error,
        replicates=result.replicates,
        expected=expected,
        margin=margin,
        parts=parts,
        smallest_caught=smallest_caught(result, margin),
        flip_rate=flips,
        rivals=outcomes,
        reason=reason,
        statement=terms.statement,
        resolution=resolution,
    )


def told(terms: Terms, values: FloatArray, expected: FloatArray, margin: FloatArray) -> tuple[Estimate, Verdict]:
    """The estimate, and the verdict by the margin alone: before guards, rivals and resolution are asked."""
    result = exact(values, expected, terms.side) if terms.exact else estimate(values)
    return result, judge(result, expected, *_limits(terms.side, margin))


def not_run(terms: Terms, reason: str) -> CheckOutcome:
    """The outcome of a check that has nothing to be judged on here."""
    empty = np.zeros(0)
    return CheckOutcome(
        terms.id, Verdict.NOT_RUN, Verdict(terms.expect), terms.because, terms.scale, terms.side, (), empty, empty,
        empty, 0, empty, empty, (), empty, 0.0, (), reason, terms.statement,
    )  # fmt: skip


def _weigh_rival(
    terms: Terms, rival: RivalNumbers, values: FloatArray, theory: FloatArray, room: FloatArray
) -> RivalOutcome:
    """`theory` and `room` are what the theory expects and its margin, which a rival without its own shares."""
    count, expected = values.shape[1], rival.expected
    margin = whole_margin(rival.parts, count, f"{terms.id}, rival {rival.id}") if rival.parts else room
    if rival.free == "offset":
        if count < 2:  # its constant fits a single point: nothing is rejected
            return RivalOutcome(rival.id, expected, margin, np.zeros(count), Rejection(0.0, 1.0, 0, False), rival.free)
        # The rival's constant is fitted to the same data: least squares, so the mean residual is removed.
        values, expected = values - values.mean(axis=1, keepdims=True), expected - expected.mean()
    result: Estimate = exact(values, expected) if terms.exact else estimate(values)
    rejection = reject(result, expected, margin, separate(theory, room, expected, margin, rival.free))
    return RivalOutcome(rival.id, expected, margin, distances(result, expected, margin), rejection, rival.free)


def _resolution(
    terms: Terms,
    expected: FloatArray,
    margin: FloatArray,
    result: Estimate,
    rivals: Sequence[RivalOutcome],
    effect: FloatArray | None,
) -> float | None:
    """How much of the way to the nearest rival the margin takes, at the worst point: infinite where the two meet.

    None where there is neither a rival nor an effect. A rival whose constant is free is told by its shape, at the point
    where that differs most, and counts where all are such. One-sided checks: half the 98 % interval over the distance
    of the estimate from the bound.
    """
    if terms.side != "both":
        return _largest(result.quantile * result.standard_error, np.abs(result.mean - expected))
    ways = [np.abs(rival.expected - expected) for rival in rivals if not rival.free]
    ways += [] if effect is None else [effect]
    if ways:
        return _largest(margin, np.min(ways, axis=0))
    shapes = [np.max(np.abs(rival.expected - (expected - expected.mean()))) for rival in rivals]
    return _largest(np.max(margin, keepdims=True), np.array([min(shapes)])) if shapes else None


def _largest(room: FloatArray, way: FloatArray) -> float:
    """The largest share of the way; where there is no way, or a number is missing, nothing is told."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(way > 0, room / way, np.inf)
    return float(np.max(share)) if np.all(np.isfinite(share)) else np.inf


def _weakness(terms: Terms, parts: Sequence[Part], resolution: float | None) -> str:
    """Why a check whose numbers agree is no more than compatible with them; empty where it is evidence."""
    if resolution is not None and resolution > ENOUGH:
        return f"its margin takes {resolution:.2g} of the way to the nearest rival, more than {ENOUGH:g}"
    if terms.statement and resolution is None:
        return "a statement without a rival or a smallest effect excludes nothing"
    guessed = [part.name for part in parts if part.got == "guessed" and np.any(part.values > 0)]
    if terms.statement and guessed:
        return f"a guess carries no statement: {', '.join(guessed)}"
    return ""


def whole_margin(parts: Sequence[Part], count: int, name: str) -> FloatArray:
    """The sum of a margin's parts at each of `count` points. Raises BadInput for one that is negative or not finite."""
    for part in parts:
        if not np.all((part.values >= 0) & np.isfinite(part.values)):
            raise BadInput(
                f"{name}: part {part.name!r} of the margin is negative or not finite: {part.values}; a margin without "
                "limits holds anything"
            )
    return sum((part.values for part in parts), start=np.zeros(count))


def _limits(side: str, margin: FloatArray) -> tuple[FloatArray, FloatArray]:
    unbounded = np.full_like(margin, np.inf)
    lower = -unbounded if side == "below" else -margin
    upper = unbounded if side == "above" else margin
    return lower, upper
