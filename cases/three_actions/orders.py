"""The theory of each kind of experiment: the effective ridge with as many orders in 1/P as are known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder, Said

from .actions import effective_ridge
from .experiment import ManySets, Regression, Synthetic
from .theory import best, best_learned, learned, problem
from .truncation import RESOLUTION, SHARE, change


def next_orders(at: Synthetic) -> Said:
    """Effective ridge and its corrections in 1/P, of the kernel and of truncated kernels with noise."""
    known, truncated = best(at), change(at)
    one = Remainder("orders beyond the computed ones", known.left_open, order="1/P³", got="computed", relative=True)
    both = Remainder("orders beyond the computed ones", truncated.left_open, order="1/P³", got="computed")
    told_apart = np.maximum(RESOLUTION, SHARE * np.abs(truncated.value))
    paired = Remainder("resolution", told_apart, got="chosen")
    return {
        Regression.error: Known(known.error, one),
        Synthetic.learned: best_learned(at),
        at.truncation: Known(truncated.value, both, paired),
    }


def many_sets(at: ManySets) -> dict[Any, Known]:
    """Effective ridge and two orders in 1/P."""
    known = best(at)
    one = Remainder("orders beyond the computed ones", known.left_open, order="1/P³", got="computed", relative=True)
    return {Regression.error: Known(known.error, one)}


def orders_told(at: ManySets) -> Said:
    """The same, asked to a seventh of what the orders bring."""
    known = many_sets(at)[Regression.error]
    brought = np.abs(np.log(known.value / effective_ridge(problem(at))))
    wanted = Remainder("resolution", brought / 7.0, got="chosen", relative=True)
    return {Regression.error: Known(known.value, *known.remainders, wanted)}


def learned_told(at: Synthetic) -> NDArray[np.bool_]:
    """Where one loop learns four margins more or less."""
    known = best_learned(at)
    gap = np.abs(np.asarray(learned(at)[Synthetic.learned]) - known.value)
    return np.asarray(gap > 4.0 * sum(known.sizes().values()))
