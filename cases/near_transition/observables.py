"""What checks read of the measured quantities: less of the luck of data sets, −log p, and shapes of the density.

Densities are left as they are: sixteen data sets know too little of the slopes of their tails (in pilots the standard
errors grew).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, observable
from fieldbench.statistics import pooled_log, pseudo_values, without_luck

from .experiment import Network
from .theory import complete

Values = NDArray[np.float64]

DECADES = 5.0  # below its maximum the density is asked about: in steps of .1 at least four of them are covered
BULK = 1.5  # of them hold all but a hundredth of the neurons


def adjusted(quantity: Expression) -> Expression:
    """Less its regression on the moments of z in its data sets, whose expectations are zero."""

    @observable(quantity, Network.moments)
    def regressed(_: Network, values: Values, moments: Values) -> Values:
        return without_luck(values, moments)

    return regressed


def asked(at: Network, decades: float = DECADES) -> NDArray[np.bool_]:
    """The overlaps at which the theory's density is within so many decades of its largest, whatever was measured."""
    density = np.asarray(complete(at)[Network.density].value)
    found: NDArray[np.bool_] = density >= 10.0**-decades * density.max()
    return found


def overlaps(at: Network) -> Values:
    """Where the density is asked about."""
    return np.asarray(at.overlap)[asked(at)]


@observable(Network.density)
def seen(at: Network, density: Values) -> Values:
    """p(w·w*) there."""
    return density[:, asked(at)]


def action(decades: float = DECADES) -> Expression:
    """−log p(w·w*) at every overlap within so many decades."""

    @observable(Network.density)
    def minus_log(at: Network, density: Values) -> Values:
        return -pooled_log(density[:, asked(at, decades)])

    return minus_log


@observable(Network.variance_along, Network.fourth_along, Network.moments)
def kurtosis(_: Network, second: Values, fourth: Values, moments: Values) -> Values:
    """⟨m⁴⟩/⟨m²⟩² − 3 of all neurons of all data sets, each replicate's deviation to first order.

    Less their regression on the first two moments. That of H_3² has so long a tail that one data set in some hundreds
    lies ten deviations out, where a slope fitted to the others leads anywhere.
    """
    second, fourth = (without_luck(values, moments[:, :2])[:, 0] for values in (second, fourth))
    mean, high = second.mean(), fourth.mean()
    ratio = high / mean**2
    return np.asarray(ratio - 3.0 + (fourth - high) / mean**2 - 2.0 * ratio * (second - mean) / mean)[:, None]


@observable(Network.density, Network.variance_along)
def distance_from_normal(at: Network, density: Values, variance: Values) -> Values:
    """Half of ∫|p − normal of the same variance|, over all data sets; replicates by the jackknife."""

    def distance(density: Values, variance: Values) -> float:
        return _distance(at, density.mean(axis=0), variance.mean())

    return pseudo_values(distance, density, variance)[:, None]


def _distance(at: Network, density: Values, variance: float) -> float:
    scaled = variance / at.dimension
    normal = np.exp(-(at.overlap**2) / (2 * scaled)) / np.sqrt(2 * np.pi * scaled)
    # Both halves of the axis, in trapezoids: the point at zero is shared.
    return float(np.trapezoid(np.abs(density - normal), at.overlap))


def rises(inner: float, outer: float) -> Expression:
    """log p at an outer overlap less log p at an inner one."""

    @observable(Network.density)
    def rise(at: Network, density: Values) -> Values:
        places = [int(np.flatnonzero(np.isclose(at.overlap, place))[0]) for place in (inner, outer)]
        logs = pooled_log(density[:, places])
        return np.asarray(logs[:, 1:] - logs[:, :1])

    return rise
