"""The onset P* and the exponents, read off averages over replicates: linear in what one replicate is off by.

A logarithm of each replicate's own M would be biased by half its relative variance, 3 % at N = 50.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import across
from fieldbench.statistics import pooled_log

from .experiment import Network

Values = NDArray[np.float64]
LEVEL = 0.16  # of A, at the onset


def widths(experiments: Sequence[Any]) -> list[int]:
    return sorted({at.width for at in experiments})


def labels(experiments: Sequence[Any]) -> list[str]:
    return [f"width={width}" for width in widths(experiments)]


def at_load(experiments: Sequence[Any], values: Values, which: int) -> Values:
    """The values at the smallest (0) or largest (−1) load of each width, (replicates, widths)."""
    ordered = sorted(range(len(experiments)), key=lambda i: (experiments[i].width, experiments[i].load))
    loads = {
        width: [i for i in ordered if experiments[i].width == width][which] for width in widths(experiments)
    }  # fmt: skip
    return values[:, list(loads.values())]


@across(Network.alignment, labels=labels, least=4)
def onset(experiments: Sequence[Any], alignment: Values) -> Values:
    """P* where A = .16, on the line in log P through the two loads of each width, (replicates, widths)."""
    low, high = at_load(experiments, alignment, 0), at_load(experiments, alignment, -1)
    before, after = low.mean(axis=0), high.mean(axis=0)
    rise = after - before
    share = (LEVEL - before) / rise
    samples = np.array([[math.log(at.samples) for at in experiments]])
    start, end = at_load(experiments, samples, 0), at_load(experiments, samples, -1)
    moved = -((1.0 - share) * (low - before) + share * (high - after)) / rise
    found: Values = np.exp(start + (end - start) * (share + moved))
    return found


@across(onset, labels=("exponent",))
def onset_exponent(experiments: Sequence[Any], samples: Values) -> Values:
    """Slope of ln P* against ln N."""
    return slope(experiments, np.log(samples))


@across(Network.specialised.at(border=1.0), Network.alignment, labels=("exponent",), least=4)
def count_exponent(experiments: Sequence[Any], count: Values, alignment: Values) -> Values:
    """Slope of ln(M/A) against ln N at the largest load."""
    return per_alignment(experiments, count, alignment)


@across(Network.specialised.at(border=0.8), Network.alignment, labels=("exponent",), least=4)
def count_exponent_at_lower_border(experiments: Sequence[Any], count: Values, alignment: Values) -> Values:
    """The same of neurons beyond .8."""
    return per_alignment(experiments, count, alignment)


def per_alignment(experiments: Sequence[Any], count: Values, alignment: Values) -> Values:
    whole, part = (pooled_log(at_load(experiments, values, -1)) for values in (count, alignment))
    return slope(experiments, whole - part)


def slope(experiments: Sequence[Any], values: Values) -> Values:
    """Least-squares slope against ln N, (replicates, 1)."""
    centred = np.log(widths(experiments))
    centred = centred - centred.mean()
    found: Values = values @ centred[:, None] / (centred @ centred)
    return found
