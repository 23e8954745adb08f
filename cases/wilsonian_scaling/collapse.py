"""Collapse of learnabilities as functions of k/P^{1/(1+α)}: an observable over pairs of experiments, P and 4P."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import across
from fieldbench.errors import TooFewPoints

from .experiment import Maximum

FloatArray = NDArray[np.float64]

MODES = np.array([1, 2, 3, 4])
LOW = Maximum.learned.at(u=Maximum.u[0], k=MODES)  # at P
HIGH = Maximum.learned.at(u=Maximum.u[0], k=2 * MODES)  # at 4P


def pairs(experiments: Sequence[Maximum]) -> list[tuple[int, int]]:
    """Positions of P and of 4P, the smallest P first."""
    order = sorted(range(len(experiments)), key=lambda i: experiments[i].samples)
    found = [(i, j) for i in order for j in order if experiments[j].samples == 4 * experiments[i].samples]
    if not found:
        raise TooFewPoints("a collapse needs two sizes, one four times the other")
    return found


def points(experiments: Sequence[Maximum]) -> list[str]:
    """Names of the points."""
    return [f"P={(small := experiments[i].samples)} → {4 * small}, k={k}" for i, _ in pairs(experiments) for k in MODES]


@across(LOW, HIGH, labels=points, least=2)
def collapse(experiments: Sequence[Maximum], low: FloatArray, high: FloatArray) -> FloatArray:
    """L at mode 2k of 4P less that at mode k of P."""
    before, after = (values.reshape(len(values), len(experiments), -1) for values in (low, high))
    return np.concatenate([after[:, j] - before[:, i] for i, j in pairs(experiments)], axis=1)
