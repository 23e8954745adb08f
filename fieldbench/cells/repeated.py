"""Computed twice: what comes from a key alone comes out the same from the same key, and otherwise from another.

So that hidden state, noise that is common to a block, and random numbers from elsewhere are noticed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from fieldbench.errors import BadInput

Arrays = Mapping[str, NDArray[Any]]

SHARE = 0.4
"""What a block of n has in common may move the mean of the others by this over √n of their scatter when one replicate
changes, beyond what the scatter of their changes explains. A part a of the scatter that all n share, told by a change
of √2 a, adds n a² to the variance of their mean, 1/n without it, in that unit: 8 %, and 4 % to its standard error."""

BY_CHANCE = 1e-3
"""How often changes of independent signs may look common. A coefficient that is fitted to the block moves each of them
by its own fluctuation, up or down, and their mean by 1/√n of that: it is no common part, and its cost to the standard
error is known where it is fitted (`statistics.adjust`)."""

EACH = 1.0
"""It may move each of them by this share, up and down, half of the variance of another draw, √2: coefficients that are
fitted to few data sets do so, and signs that differ leave the standard error of the mean as it is."""


def require_same(first: Arrays, again: Arrays, weighed: Collection[str], where: str) -> None:
    """Refuse replicates that do not come out of the same keys as before.

    On a CPU the same program gives the same bits; elsewhere sums may be added in another order, which is told from
    another draw by half of the digits.
    """
    for name in sorted(weighed & first.keys()):
        off = np.abs(_off(first[name], again[name]))
        if np.any(off > 0.0):
            raise BadInput(
                f"{where}: {name!r} differs by {np.max(off):.2e} from the first time; measure has a hidden state; draw "
                "all randomness of a replicate from its own key; its cells are not kept"
            )


def require_own(first: Arrays, again: Arrays, other: int, drawn: Collection[str], common: str, where: str) -> None:
    """Refuse a block in which one replicate got another key, and others changed with it or it did not.

    Args:
        first, again: name → values, (replicates, …).
        other: the replicate with another key.
        drawn: the quantities that change with it; those that a check weighs.
        common: what the block is declared to have in common; the others may then change by a share of their scatter.
        where: begins the sentence.
    """
    for name in sorted(drawn & first.keys()):
        before, now = (np.delete(arrays[name], other, axis=0) for arrays in (first, again))
        off = _off(before, now)
        scatter = np.std(before, axis=0, dtype=np.float64) if common else np.zeros(before.shape[1:])
        together, each = _in_common(off), np.sqrt(np.mean(off**2, axis=0))
        share = SHARE / np.sqrt(len(first[name]))
        if np.any(together > share * scatter) or np.any(each > EACH * scatter):
            raise BadInput(
                f"{where}: one replicate got another key, and {name!r} of others changed with it by up to "
                f"{np.max(np.abs(off)):.2e}; the block mixes its keys, or measure has a hidden state; draw all "
                "randomness of a replicate from its own key, or say what a block has in common by @batched(…, "
                f"common=…), which may move the mean of the others by {share:.0%} of their scatter; its cells are not "
                "kept"
            )
        if np.size(first[name]) and np.array_equal(first[name][other], again[name][other]):
            raise BadInput(
                f"{where}: {name!r} stays {np.ravel(first[name][other])[0]:.6g} in the replicate that got another key; "
                "draw all randomness of a replicate from its own key; its cells are not kept"
            )


def _in_common(off: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least that changes, (others, …), have in common: their mean less what their own scatter explains."""
    others = len(off)
    mean: NDArray[np.float64] = np.abs(np.mean(off, axis=0))
    if others < 3:  # too few to know their scatter
        return mean
    chance: NDArray[np.float64] = np.std(off, axis=0, ddof=1) / np.sqrt(others)
    return mean - float(stdtrit(others - 1, 1.0 - BY_CHANCE / 2.0)) * chance


def _off(before: NDArray[Any], now: NDArray[Any]) -> NDArray[np.float64]:
    """By how much values differ beyond what the same program may: nothing on a CPU, half of the digits elsewhere."""
    off: NDArray[np.float64] = np.subtract(now, before, dtype=np.float64)
    if jax.default_backend() == "cpu" or before.dtype.kind != "f":
        return off
    return np.where(np.abs(off) <= np.sqrt(np.finfo(before.dtype).eps) * np.abs(before), 0.0, off)
