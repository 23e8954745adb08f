"""The onset P* and the exponents, read off averages over replicates: linear in what one replicate is off by."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import across

from .experiment import Head

Values = NDArray[np.float64]
LEVEL = 0.25  # of A, at the onset


def setups(experiments: Sequence[Any]) -> list[tuple[int, int]]:
    """d and L of each pair of loads."""
    return sorted({(at.dimension, at.context) for at in experiments})


def labels(experiments: Sequence[Any]) -> list[str]:
    return [f"dimension={dimension} context={context}" for dimension, context in setups(experiments)]


@across(Head.alignment, labels=labels, least=4)
def onset(experiments: Sequence[Any], alignment: Values) -> Values:
    """P* where A = .25, on the line in log P through the two loads of each setup, (replicates, setups)."""
    found = []
    for setup in setups(experiments):
        pair = [i for i, at in enumerate(experiments) if (at.dimension, at.context) == setup]
        low, high = sorted(pair, key=lambda i: experiments[i].samples)
        before, after = alignment[:, low], alignment[:, high]
        rise = after.mean() - before.mean()
        share = (LEVEL - before.mean()) / rise
        moved = -((1 - share) * (before - before.mean()) + share * (after - after.mean())) / rise
        start, end = (math.log(experiments[i].samples) for i in (low, high))
        found.append(np.exp(start + (end - start) * (share + moved)))
    return np.stack(found, axis=1)


def slope(of: Callable[[tuple[int, int]], int]) -> Callable[[Sequence[Any], Values], Values]:
    """Least-squares slope of ln P* against the logarithm of one of d and L, (replicates, 1)."""

    def read(experiments: Sequence[Any], samples: Values) -> Values:
        centred = np.log([of(setup) for setup in setups(experiments)])
        centred = centred - centred.mean()
        found: Values = np.log(samples) @ centred[:, None] / (centred @ centred)
        return found

    return read


@across(onset, labels=("exponent",))
def dimension_exponent(experiments: Sequence[Any], samples: Values) -> Values:
    return slope(lambda setup: setup[0])(experiments, samples)


@across(onset, labels=("exponent",))
def context_exponent(experiments: Sequence[Any], samples: Values) -> Values:
    return slope(lambda setup: setup[1])(experiments, samples)
