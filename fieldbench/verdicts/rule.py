"""The verdict rule: equivalence by two one-sided t-tests over independent replicates.

An interval of confidence 98 % that lies within the margins is *reproduced*; one that lies outside them is
*contradicted*; anything else is *inconclusive*: too noisy is never a pass. Over several points, reproduced needs all of
them, so its level needs no correction (an intersection–union test); contradicted needs one, so its level is divided by
their number.

A rival is excluded only where it can be told from the theory: where the two differ by more than both margins. There the
data have to lie five standard errors beyond the rival's margin.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fieldbench.errors import BadInput

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

LEVEL = 0.01
"""One-sided level of each of the two tests: 98 % two-sided confidence."""

REJECTION_STANDARD_ERRORS = 5.0
REJECTION_P_VALUE = 1e-3
RIVAL_REPLICATES = 8
"""Below eight replicates five standard errors do not reach p = 1e-3 by t."""


class Verdict(StrEnum):
    """What the data say about a number of the theory."""

    REPRODUCED = "reproduced"
    COMPATIBLE = "compatible"
    """Within the margin, but the margin takes more than half of the way to the nearest rival."""
    CONTRADICTED = "contradicted"
    INCONCLUSIVE = "inconclusive"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Estimate:
    """Means over replicates with their standard errors; shape (points,) each.

    `replicates` is 0 for numbers without sampling error (identities, limits of the theory).
    """

    mean: FloatArray
    standard_error: FloatArray
    replicates: int

    @property
    def quantile(self) -> float:
        """t-quantile of one one-sided test."""
        return self.corrected_quantile(1)

    def corrected_quantile(self, points: int) -> float:
        """t-quantile at the level divided by the number of points."""
        return _quantile(points, self.replicates) if self.replicates else 0.0


@cache
def _quantile(points: int, replicates: int) -> float:
    return float(stats.t.isf(LEVEL / points, replicates - 1))


def estimate(values: FloatArray) -> Estimate:
    """Mean and standard error over the leading axis of `values`, shape (replicates, points)."""
    replicates = values.shape[0]
    if replicates < 2:
        raise BadInput(
            f"a standard error needs at least 2 independent replicates, not {replicates}; raise the tier's replicates"
        )
    return Estimate(values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(replicates), replicates)


def exact(values: FloatArray, expected: FloatArray, side: str = "both") -> Estimate:
    """The replicate that strains the claim most, without sampling error: for what holds on every data set.

    That is the one furthest from `expected`, or below it where the claim is "above", or above it where it is "below".
    """
    deviation = values - expected
    strain = {"both": np.abs(deviation), "above": -deviation, "below": deviation}[side]
    furthest = strain.argmax(axis=0)
    return Estimate(np.take_along_axis(values, furthest[None, :], axis=0)[0], np.zeros(values.shape[1]), 0)


def inside(measured: Estimate, expected: FloatArray, lower: FloatArray, upper: FloatArray) -> BoolArray:
    """Points whose 98 % interval of `measured − expected` lies within [lower, upper]."""
    deviation, reach = measured.mean - expected, measured.quantile * measured.standard_error
    return np.asarray((deviation - reach >= lower) & (deviation + reach <= upper))


def outside(
    measured: Estimate, expected: FloatArray, lower: FloatArray, upper: FloatArray, *, points: int
) -> BoolArray:
    """Points whose interval, at the level corrected for `points` of them, lies outside [lower, upper]."""
    deviation, reach = measured.mean - expected, measured.corrected_quantile(points) * measured.standard_error
    return np.asarray((deviation - reach > upper) | (deviation + reach < lower))


def judge(measured: Estimate, expected: FloatArray, lower: FloatArray, upper: FloatArray) -> Verdict:
    """Verdict on whether `measured − expected` lies in [lower, upper] at every point (shape (points,) each)."""
    if not np.all(np.isfinite(measured.mean - expected)) or not np.all(np.isfinite(measured.standard_error)):
        return Verdict.INCONCLUSIVE
    if np.all(inside(measured, expected, lower, upper)):
        return Verdict.REPRODUCED
    if np.any(outside(measured, expected, lower, upper, points=len(measured.mean))):
        return Verdict.CONTRADICTED
    return Verdict.INCONCLUSIVE


@dataclass(frozen=True)
class Rejection:
    """How firmly the data exclude a rival: at the most telling point, beyond the rival's own budget.

    `told` says whether it differs from the theory by more than both margins anywhere: else nothing can exclude it.
    """

    standard_errors: float
    p_value: float
    point: int
    told: bool = True

    @property
    def rejected(self) -> bool:
        """At least five standard errors and p ≤ 1e-3 by t, corrected for the number of points."""
        return self.standard_errors >= REJECTION_STANDARD_ERRORS and self.p_value <= REJECTION_P_VALUE


def reject(measured: Estimate, rival: FloatArray, margin: FloatArray, separate: BoolArray) -> Rejection:
    """Distance of the data from a rival theory in standard errors, and its two-sided p-value.

    Args:
        measured: what was measured.
        rival: what the rival expects, (points,).
        margin: of the rival, (points,).
        separate: points at which it differs from the theory by more than both margins.

    Raises:
        BadInput: fewer than eight replicates (unless the numbers are exact).
    """
    if measured.replicates and measured.replicates < RIVAL_REPLICATES:
        raise BadInput(f"a rival needs at least {RIVAL_REPLICATES} replicates, not {measured.replicates}")
    told = bool(np.any(separate))
    distance = np.where(separate, distances(measured, rival, margin), 0.0)
    if np.all(np.isnan(distance)):
        return Rejection(0.0, 1.0, 0, told)
    point = int(np.nanargmax(distance))
    if not measured.replicates:
        return Rejection(float(distance[point]), 0.0 if distance[point] > 0 else 1.0, point, told)
    tail = 2.0 * float(stats.t.sf(distance[point], measured.replicates - 1))
    return Rejection(float(distance[point]), min(1.0, tail * len(distance)), point, told)


def distances(measured: Estimate, rival: FloatArray, margin: FloatArray) -> FloatArray:
    """Standard errors between the data and the edge of a rival's margin, point by point; 0 within it."""
    excess = np.abs(measured.mean - rival) - margin
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(excess > 0, excess / measured.standard_error, 0.0)
    return np.asarray(np.where(np.isfinite(excess), found, np.nan))
