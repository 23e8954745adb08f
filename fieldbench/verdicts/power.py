"""Power: what a check would have caught, and how often its verdict would flip on fresh data."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import special, stats

from fieldbench.verdicts.rule import Estimate, FloatArray, Verdict

_QUANTILES = (np.arange(400) + 0.5) / 400


def smallest_caught(measured: Estimate, upper: FloatArray) -> FloatArray:
    """The deviation that would be contradicted nine times in ten, shape (points,).

    margin + (t_{1−level/points} + t_{0.9}) standard errors.
    """
    if not measured.replicates:
        return np.asarray(upper, dtype=np.float64)
    reach = measured.corrected_quantile(len(measured.mean)) + _nine_in_ten(measured.replicates - 1)
    return np.asarray(upper + reach * measured.standard_error)


def flip_rate(
    measured: Estimate, deviation: FloatArray, lower: FloatArray, upper: FloatArray, verdict: Verdict
) -> float:
    """Probability that fresh data give another verdict than `verdict`, were the true deviation `deviation`.

    Averages over the scatter of the standard error itself (chi with replicates − 1 degrees of freedom); points are
    taken as independent.
    """
    if not measured.replicates:
        return 0.0
    if not np.all(np.isfinite(measured.mean)) or not np.all(np.isfinite(deviation)):
        return 1.0
    freedom = measured.replicates - 1
    scatter = _scatter(freedom)
    error = np.maximum(measured.standard_error, np.finfo(np.float64).tiny)
    room_above, room_below = (upper - deviation) / error, (lower - deviation) / error
    reach = measured.quantile * scatter
    inside = np.clip(special.ndtr(room_above - reach) - special.ndtr(room_below + reach), 0.0, 1.0).mean(axis=0)
    reproduced = float(np.prod(inside))
    reach = measured.corrected_quantile(len(error)) * scatter
    outside = (special.ndtr(-(room_above + reach)) + special.ndtr(room_below - reach)).mean(axis=0)
    contradicted = float(1.0 - np.prod(1.0 - np.clip(outside, 0.0, 1.0)))
    same = {Verdict.REPRODUCED: reproduced, Verdict.CONTRADICTED: contradicted}
    return 1.0 - same.get(verdict, max(0.0, 1.0 - reproduced - contradicted))


@cache
def _nine_in_ten(freedom: int) -> float:
    return float(stats.t.ppf(0.9, freedom))


@cache
def _scatter(freedom: int) -> FloatArray:
    """Quantiles of a standard error over the true one, (400, 1); read only, as all callers share it."""
    found = np.sqrt(stats.chi2.ppf(_QUANTILES, freedom) / freedom)[:, None]
    found.flags.writeable = False
    return found
