"""Replicates as evidence: the numbers whose standard error is taken scatter, differ, and know nothing of each other.

The rule of the verdicts divides a scatter over replicates by √n. Replicates that are equal to rounding have none, and
whatever they agree on would be believed to the last digit; copies of each other, or neighbours that are correlated,
count for fewer than there are. Only what a check weighs is asked: a diagnostic may be the same everywhere, and a check
that is exact reads an identity.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fieldbench.claims.case import Case
from fieldbench.claims.experiment import Quantity
from fieldbench.claims.names import MAIN
from fieldbench.claims.structure import leaves
from fieldbench.errors import BadInput

ROUNDINGS = 64
"""Equal to rounding: within so many units in the last place of the largest value. The sums behind a number, a few
thousand terms added in pairs, leave tens of them; a true scatter of 10⁻¹⁴ would be no evidence in float64 either."""

LEVEL = 1e-6
"""Chance to refuse sound replicates of one experiment: once in ten thousand runs of a hundred experiments."""

ENOUGH = 64
"""From so many replicates on a correlation of neighbours can be told from chance at that level."""

Arrays = Mapping[str, NDArray[Any]]


def weighed(case: Case, tier: str, variant: str, experiment: Any) -> dict[str, Quantity]:
    """Name → quantity of an experiment that a check of the tier weighs: one that is not `exact`, and for a broken
    measurement the one that it must contradict."""
    asked = [check for check in case.asked_in(tier) if not check.exact]
    if variant != MAIN:
        asked = [c for c in asked if any(c is k.contradicts for k in case.controls if k.variant == variant)]
    read = [check.observable for check in asked if case.select(check, [experiment])]
    return {quantity.name: quantity for observable in read for quantity in leaves(observable)}


def require_evidence(arrays: Arrays, quantities: Mapping[str, Quantity], where: str) -> None:
    """Refuse replicates of an experiment that cannot be weighed as independent ones.

    Args:
        arrays: name → values, (replicates, …).
        quantities: those that a check weighs (`weighed`). What is declared `discrete` is not asked, what is declared
            `sampled=False` only to be what it says.
        where: begins the sentence.

    Raises:
        BadInput: a number equal to rounding in all replicates, or one that is said to be and is not; more copies than
            chance has; from 64 replicates on neighbours that are correlated.
    """
    asked = {name: quantity for name, quantity in quantities.items() if name in arrays and np.size(arrays[name])}
    drawn = {}
    for name, quantity in asked.items():
        values = arrays[name].astype(int) if arrays[name].dtype == np.bool_ else arrays[name]
        if len(values) > 1 and not quantity.discrete:
            _require_scatter(values, name, quantity.sampled, where)
            if quantity.sampled:
                drawn[name] = values
    if drawn:
        _require_no_copies(drawn, where)
        _require_unordered(drawn, where)


def _require_scatter(values: NDArray[Any], name: str, sampled: bool, where: str) -> None:
    flat = values.reshape(len(values), -1)
    spread, limit = np.ptp(flat, axis=0), ROUNDINGS * _spacing(values.dtype) * np.abs(flat).max(axis=0)
    wrong = np.flatnonzero((spread <= limit) == sampled)
    if not wrong.size:
        return
    first = wrong[0]
    found = f"{where}: {name!r}{_entry(first, values)}"
    if not sampled:
        raise BadInput(
            f"{found} differs by {spread[first]:.1e} between replicates (rounding: {limit[first]:.1e}), and is "
            "declared sampled=False; drop that"
        )
    raise BadInput(
        f"{found} is {flat[0, first]:.6g} to rounding in all {len(flat)} replicates (differs by {spread[first]:.1e}, "
        f"rounding: {limit[first]:.1e}): it has no standard error; draw it from the key, read an identity by a check "
        "with exact=True, or declare sampled=False what is known without sampling and discrete=True a count"
    )


def _require_no_copies(arrays: Arrays, where: str) -> None:
    """Equal replicates are counted against what rounding makes equal by chance in the finest number that there is.

    Two values on a grid of spacing u that range over r are equal with probability u/r or a few times that; the number
    of equal pairs is then a Poisson number.
    """
    count = min(len(values) for values in arrays.values())
    rows = {b"".join(np.ascontiguousarray(values[i]).tobytes() for values in arrays.values()) for i in range(count)}
    if len(rows) == count:
        return
    grain = min(
        float(np.min(_spacing(values.dtype) * np.abs(values).max(axis=0) / np.ptp(values, axis=0)))
        for values in arrays.values()
    )
    chance = stats.poisson.sf(count - len(rows) - 1, min(grain, 1.0) * count * (count - 1) / 2)
    if chance < LEVEL:
        raise BadInput(
            f"{where}: {count - len(rows)} of {count} replicates are copies of others in "
            f"{', '.join(map(repr, sorted(arrays)))} (chance {chance:.1e}, limit {LEVEL:g}): they are no independent "
            "replicates; draw each from its own key, or declare what takes few values discrete=True"
        )


def _require_unordered(arrays: Arrays, where: str) -> None:
    entries = sum(values[0].size for values in arrays.values())
    for name, values in arrays.items():
        if len(values) >= ENOUGH:
            chance, correlation = neighbours(values.reshape(len(values), -1))
            worst = int(np.argmin(chance))
            if chance[worst] * entries < LEVEL:
                raise BadInput(
                    f"{where}: {name!r}{_entry(worst, values)} has a correlation of {correlation[worst]:.2f} between "
                    f"neighbours among {len(values)} replicates (chance {chance[worst]:.1e}, limit "
                    f"{LEVEL / entries:.1e}): they are no independent replicates; draw each from its own key alone"
                )


def neighbours(values: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Chance of a correlation between neighbours at least so strong, either way, and the correlation, each entry.

    von Neumann's ratio of ranks, Σ (R_i − R_{i+1})² / Σ (R_i − R̄)², which knows nothing of the law of the values. A
    quarter of it has a beta law of mean ½ to a good approximation, also in the tails (Bartels, JASA 77, 40 (1982),
    eq. 4.1).

    Args:
        values: (replicates, entries), few of which are equal.
    """
    ranks = stats.rankdata(values, axis=0)
    n = len(values)
    ratio = (np.diff(ranks, axis=0) ** 2).sum(axis=0) / ((ranks - ranks.mean(axis=0)) ** 2).sum(axis=0)
    p = 5.0 * n * (n + 1) * (n - 1) ** 2 / (2.0 * (n - 2) * (5.0 * n**2 - 2.0 * n - 9.0)) - 0.5
    chance = 2.0 * stats.beta.cdf(np.minimum(ratio, 4.0 - ratio) / 4.0, p, p)
    return np.asarray(chance), np.asarray(1.0 - ratio / 2.0)


def _spacing(dtype: Any) -> float:
    return float(np.finfo(dtype).eps) if np.issubdtype(dtype, np.floating) else 0.0


def _entry(flat: Any, values: NDArray[Any]) -> str:
    return f" at {tuple(map(int, np.unravel_index(flat, values.shape[1:])))}" if values.ndim > 1 else ""
