"""What checks read of the measured quantities: less of the luck of data sets, and −log p of bins that hold neurons."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, observable
from fieldbench.statistics import pooled_log, without_luck

from .experiment import Network
from .theory import complete

Values = NDArray[np.float64]

FEWEST = 0.002
"""Of the neurons, by the theory, in a bin of |w·w*| that is asked about: data sets then hold enough of them."""
DROPLETS = 0.6
"""Beyond it in |w·w*| a neuron is a droplet; .5 and .7 are judged beside it."""


def adjusted(quantity: Expression) -> Expression:
    """Less its regression on the moments of z in its data sets, whose expectations are zero."""

    @observable(quantity, Network.moments)
    def regressed(_: Network, values: Values, moments: Values) -> Values:
        return without_luck(values, moments)

    return regressed


def occupied(at: Network) -> NDArray[np.bool_]:
    """The bins that hold `FEWEST` of the neurons, by the theory, whatever was measured."""
    density = np.asarray(complete(at)[Network.density].value)
    found: NDArray[np.bool_] = 2 * density * np.diff(at.threshold) >= FEWEST
    return found


@observable(Network.density, Network.moments)
def action(at: Network, density: Values, moments: Values) -> Values:
    """−log p(w·w*) at the bins that hold neurons."""
    return -pooled_log(without_luck(density[:, occupied(at)], moments))


def droplets(threshold: float = DROPLETS) -> Expression:
    """log of the fraction of neurons beyond a threshold."""

    @observable(Network.beyond, Network.moments)
    def weight(at: Network, beyond: Values, moments: Values) -> Values:
        place = np.flatnonzero(np.isclose(at.threshold, threshold))
        return pooled_log(without_luck(beyond[:, place], moments))

    return weight


@observable(Network.density)
def valley(at: Network, density: Values) -> Values:
    """log p at the aligned well, |w·w*| = .85, less log p between the wells, .55."""
    places: Any = [int(np.flatnonzero(np.isclose(at.overlap, place))[0]) for place in (0.85, 0.55)]
    logs = pooled_log(density[:, places])
    return np.asarray(logs[:, 0] - logs[:, 1])


@observable(Network.linear, Network.quintic)
def beyond_two_modes(at: Network, linear: Values, quintic: Values) -> Values:
    """E[f H_5]²/120 over the square of b H_1 + c H_3, c = ε as at its least learned."""
    found: Values = quintic**2 / (linear**2 + 6 * at.cubic**2)
    return found
