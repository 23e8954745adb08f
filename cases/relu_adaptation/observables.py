"""Averages over the given data sets, and how they change along β."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import across, observable
from fieldbench.statistics import pooled_log

from .experiment import Network

Values = NDArray[np.float64]


@observable(Network.linear)
def mean_linear(at: Network, values: Values) -> Values:
    """R_1 averaged over data sets, (replicates, 1)."""
    return over_sets(values)


@observable(Network.even)
def mean_even(at: Network, values: Values) -> Values:
    """R_2."""
    return over_sets(values)


@observable(Network.along)
def mean_along(at: Network, values: Values) -> Values:
    """d⟨m²⟩."""
    return over_sets(values)


def over_sets(values: Values) -> Values:
    found: Values = values.mean(axis=-1, keepdims=True)
    return found


MEANS = {Network.linear: mean_linear, Network.even: mean_even, Network.along: mean_along}
"""Quantity → its average over the data sets."""


def loads(experiments: Sequence[Any]) -> list[int]:
    """n/d at which there is more than one β."""
    found = [at.samples // at.dimension for at in experiments]
    return [load for load in sorted(set(found)) if found.count(load) > 1]


def names(experiments: Sequence[Any]) -> list[str]:
    return [f"n={load}d" for load in loads(experiments)]


@across(mean_linear, labels=names, least=2)
def linear_exponent(experiments: Sequence[Any], values: Values) -> Values:
    """Slope of ln R_1 against ln d at each n/d."""
    return slopes(experiments, values)


@across(mean_even, labels=names, least=2)
def even_exponent(experiments: Sequence[Any], values: Values) -> Values:
    """Slope of ln R_2."""
    return slopes(experiments, values)


def slopes(experiments: Sequence[Any], values: Values) -> Values:
    """Least squares at each n/d, (replicates, loads); logarithms to first order in a replicate's deviation."""
    logarithms = pooled_log(values)
    each = []
    for load in loads(experiments):
        mine = [i for i, at in enumerate(experiments) if at.samples // at.dimension == load]
        centred = np.log([experiments[i].dimension for i in mine])
        centred -= centred.mean()
        each.append(logarithms[:, mine] @ centred / (centred @ centred))
    return np.stack(each, axis=1)
