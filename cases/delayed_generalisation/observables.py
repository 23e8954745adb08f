"""Times of falls, what the test error falls by after training is done, and the wells of −log p(w·w*).

All are functions of averages over data sets; a replicate's value is its jackknife pseudo-value, so that their mean is
the function of all of them less its leading bias. Errors enter by their logarithms: a data set with one large |z|
outweighs a hundred others in a mean.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import observable
from fieldbench.statistics import pseudo_values

from .experiment import Training

Values = NDArray[np.float64]

SHARE = 0.9
OUTER, VALLEY = (1.0, 1.4), (0.6, 1.0)
"""Of |w·w*|: around the wells of aligned neurons, and between them and the bulk."""


def level_time(time: Values, curve: Values, share: float = SHARE) -> float:
    """When a curve has first made a share of its fall from beginning to end; linear between its points."""
    level = curve[0] + share * (curve[-1] - curve[0])
    if level >= curve[0]:
        return float("nan")
    after = int(np.argmax(curve <= level))
    part = (curve[after - 1] - level) / (curve[after - 1] - curve[after])
    return float(time[after - 1] + part * (time[after] - time[after - 1]))


def logarithms(values: Values) -> Values:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Values = np.log(values).mean(axis=0)
    return found


@observable(Training.train, Training.test)
def delay(at: Training, train: Values, test: Values) -> Values:
    """ln of the time in which test errors make nine tenths of their fall, over that of training errors."""

    def ratio(train: Values, test: Values) -> float:
        return float(np.log(level_time(at.time, logarithms(test)) / level_time(at.time, logarithms(train))))

    return pseudo_values(ratio, train, test)


def trained(at: Training, train: Values) -> float:
    """When training errors have made nine tenths of their fall."""
    return level_time(at.time, logarithms(train))


@observable(Training.train, Training.test)
def late_fall(at: Training, train: Values, test: Values) -> Values:
    """ln of the test error when training is done over its last."""

    def fall(train: Values, test: Values) -> float:
        curve = logarithms(test)
        return float(np.interp(trained(at, train), at.time, curve) - curve[-1])

    return pseudo_values(fall, train, test)


@observable(Training.train, Training.cubic_learned)
def late_learning(at: Training, train: Values, cubic: Values) -> Values:
    """E[f H_3]/6ε in the last bin less what it is when training is done."""

    def rise(train: Values, cubic: Values) -> float:
        curve = cubic.mean(axis=0)
        return float(curve[-1] - np.interp(trained(at, train), at.time, curve))

    return pseudo_values(rise, train, cubic)


@observable(Training.beyond)
def well(at: Training, beyond: Values) -> Values:
    """log p(w·w*) around the outer wells less that of the valley before them: above zero if there are wells."""

    def between(share: Values, low: float, high: float) -> float:
        first, last = (int(np.flatnonzero(np.isclose(at.threshold, edge))[0]) for edge in (low, high))
        return float(share[first] - share[last])

    def depth(beyond: Values) -> float:
        share = beyond.mean(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.log(between(share, *OUTER)) - np.log(between(share, *VALLEY)))

    return pseudo_values(depth, beyond)
