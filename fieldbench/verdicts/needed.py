"""How much more data an open question would take. Reads outcomes and records alike, and loads little."""

from __future__ import annotations

import math
from typing import Any

from fieldbench.verdicts.separation import told

MOST = 1e6
"""A factor beyond this is no advice."""


def needed(check: Any) -> str:
    """What would settle an inconclusive check, in words; empty where it is settled, or where data are not the reason.

    A standard error falls with the root of the number of replicates, and with that of the draws that one averages, as
    long as those are independent. The deviation is taken to stay what it is: this is a plan, not a promise.
    """
    if check.verdict != "inconclusive" or not check.replicates or check.reason.startswith("guard failed"):
        return ""
    if not all(map(math.isfinite, [*check.measured, *check.standard_error])):
        return ""  # a value that is missing is not found by repeating
    points = range(len(check.labels))
    beyond = [i for i in points if _deviation(check, i) >= check.margin[i]]
    if beyond:
        i = max(beyond, key=lambda i: _deviation(check, i) - check.margin[i])
        size, error = _deviation(check, i) - check.margin[i], check.standard_error[i]
        where = f" at {check.labels[i]}" if check.labels[i] else ""
        away = f"{size / error:.2g} standard errors " if error > 0 else ""
        return f"no number of replicates would reproduce a deviation that stays {away}beyond the margin{where}"
    factor = max(
        times(check.margin[i] - _deviation(check, i), check.standard_error[i], check.replicates) for i in points
    )
    if factor > MOST:
        return "its deviation is as large as its margin: no number of replicates would tell the two apart"
    count = math.ceil(factor * check.replicates)
    more = f"{count / check.replicates:.2g} times the replicates ({count})"
    return f"{more}, or draws in each, would reproduce a deviation that stays"


def times(room: float, standard_error: float, replicates: int) -> float:
    """By which factor replicates must grow for the 98 % interval to fit into `room`, what is left of the margin.

    Solves t_{0.99}(nf − 1) · s/√f = room for f ≥ 1, by the t-quantile of the larger sample.
    """
    from scipy import optimize, stats

    from fieldbench.verdicts.rule import LEVEL

    if room <= 0:
        return math.inf

    def left_over(log_factor: float) -> float:
        factor = math.exp(log_factor)
        reach = float(stats.t.isf(LEVEL, replicates * factor - 1)) * standard_error / math.sqrt(factor)
        return reach - room

    if left_over(0.0) <= 0:
        return 1.0
    largest = math.log(10 * MOST)
    return math.exp(optimize.brentq(left_over, 0.0, largest)) if left_over(largest) < 0 else math.inf


def needed_against(check: Any, rival: Any) -> str:
    """What would exclude a rival that the data could tell and did not; empty where they exclude it or cannot."""
    if rival.rejected or not told(check, rival) or not check.replicates:
        return ""
    from fieldbench.verdicts.rule import REJECTION_STANDARD_ERRORS

    if rival.t <= 0:
        return "the data lie within the rival's margin: no number of replicates excludes it while they do"
    factor = (REJECTION_STANDARD_ERRORS / rival.t) ** 2
    return f"{factor:.2g} times the replicates, or draws in each, would exclude it where the data stay"


def _deviation(check: Any, i: int) -> float:
    """How far the measurement is towards a side on which the check has a limit."""
    deviation = float(check.measured[i] - check.expected[i])
    return {"above": -deviation, "below": deviation}.get(check.side, abs(deviation))
