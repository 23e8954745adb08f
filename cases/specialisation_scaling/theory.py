"""What kernel adaptation says of alignment and specialised neurons at a network's own size, and what others say."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import erfc

from fieldbench.claims import Known, Remainder, Said
from fieldbench.theory.adaptation import (
    RESPONSE,
    AlignedMode,
    Approximation,
    Problem,
    Solution,
    hermite_modes,
    linear_and_cubic,
    rescaled_process,
    solve,
)
from fieldbench.theory.fluctuations import Cavity, cavity

from .experiment import Network
from .observables import LEVEL

Vector = NDArray[np.float64]

COMPLETE = Approximation("between places")
"""Every aligned function of an input: the saddle from which `cavity` starts."""

WITHOUT = replace(RESPONSE, name="without H5 and H7", modes=hermite_modes(1, 3))
ROOT = math.sqrt(6)
RESOLUTION = {Network.alignment: 0.06, Network.linear: 0.15, Network.specialised: 0.08}


def problem(dimension: int, width: int, samples: int, *, ridge: float = 1.0, readout: float = 1.0) -> Problem:
    """An erf network of χ = σ_w = 1 taught H_3/√6."""
    target = ((AlignedMode(3), 1 / ROOT),)
    return Problem(dimension, samples, width, ridge, 1.0, target, readout_variance=readout)


def task(at: Network, **changed: float) -> Problem:
    return problem(at.dimension, at.width, at.samples, **changed)


def beyond(weights: Vector, m: Vector, borders: Vector) -> Vector:
    """Share of neurons with |m| beyond each border, (borders,); a cell of the grid spreads what it holds evenly."""
    cell = np.diff(np.unique(m))[0]
    return np.array([weights @ np.clip((np.abs(m) - border) / cell + 0.5, 0.0, 1.0) for border in borders])


@cache
def solved(at: Network, **changed: float) -> tuple[Solution, Cavity]:
    """The saddle, and every sample in the field of the others."""
    saddle = solve(task(at, **changed), COMPLETE)
    return saddle, cavity(saddle)


def read(at: Network, found: Cavity) -> dict[Any, Any]:
    count = at.width * beyond(found.weights, found.places.m, at.border)
    means = found.observables()
    return {Network.alignment: ROOT * means.cubic, Network.linear: means.linear, Network.specialised: count}


@cache
def complete(at: Network) -> dict[Any, Known]:
    """The theory, what the orders that it leaves amount to, and what is asked of a measurement.

    Left is as much as the last orders kept: samples that pull beyond the second cumulant, where they begin to, the
    data's own moments, the aligned modes' posterior; and 2/d of all fluctuations, for the strength of transverse modes.
    """
    saddle, whole = solved(at)
    value, flat = read(at, whole), of_saddle(at, saddle)
    parts = {
        ("two samples that pull at once", "(d/n)²"): cavity(saddle, strong=False, start=whole),
        ("the border of strong samples", "(d/n)²"): cavity(saddle, border=0.5, start=whole),
        ("second order of the data's own moments", "1/n²"): cavity(saddle, aligned=(0.0, 1.0), start=whole),
        ("second order of the aligned modes' posterior", "1/χ²"): cavity(saddle, aligned=(1.0, 0.0), start=whole),
    }
    apart = {name: read(at, found) for name, found in parts.items()}

    def known(quantity: Any) -> Known:
        left = (
            Remainder(name, np.abs(each[quantity] - value[quantity]), order=order, got="bounded")
            for (name, order), each in apart.items()
        )
        fluctuations = 2 / at.dimension * np.abs(flat[quantity] - value[quantity])
        return Known(
            value[quantity],
            *left,
            Remainder("fluctuations of the transverse modes' strength", fluctuations, order="1/d", got="bounded"),
            Remainder("resolution", RESOLUTION[quantity], got="chosen", relative=True),
        )

    return {quantity: known(quantity) for quantity in value}


def of_saddle(at: Network, found: Solution) -> dict[Any, Any]:
    neurons = found.neurons
    count = at.width * beyond(neurons.weights, neurons.grid.m, at.border)
    linear, cubic, _ = linear_and_cubic(found.problem, neurons)
    return {Network.alignment: ROOT * cubic, Network.linear: linear, Network.specialised: count}


def without_h5_and_h7(at: Network) -> Said:
    """The action with H1 and H3 alone, as the literature has it."""
    return of_saddle(at, solve(task(at), WITHOUT))


def gaussian_process(at: Network) -> Said:
    """Neurons of the prior, P* ∝ d³ whatever N is."""
    tail = at.width * erfc(at.border * math.sqrt(at.dimension / 2))
    found = rescaled_process(task(at), 1.0)
    return {Network.alignment: ROOT * found.cubic, Network.linear: found.linear, Network.specialised: tail}


def changed(**values: float) -> Any:
    """The theory of networks with another ridge or variance of readouts."""

    def theory(at: Network) -> Said:
        return read(at, solved(at, **values)[1])

    return theory


def of_narrowest(at: Network) -> Said:
    """Wrong: alignment and number of neurons at every N and P/√(Nd) are those at N = 50."""
    return complete(replace(at, width=50))


def readouts_not_over_n(at: Network) -> Said:
    """Wrong: σ_a² is the variance of a readout at N = 50, whatever N is: the prior forgets the width."""
    return changed(readout=at.width / 50)(at)  # type: ignore[no-any-return]


def share_of_neurons(at: Network) -> Said:
    """Wrong: M counted as a share of all neurons."""
    known = complete(at)
    return {
        Network.alignment: known[Network.alignment],
        Network.specialised: known[Network.specialised].value / at.width,
    }


def reached(dimension: int, width: int) -> tuple[float, float]:
    """P/√(Nd) at A = .16 of the saddle, closed in H1 … H7, and M/√(N/d) there."""

    @cache
    def at(logarithm: float) -> Solution:
        return solve(problem(dimension, width, round(math.exp(logarithm) * math.sqrt(width * dimension))), RESPONSE)

    def short(logarithm: float) -> float:
        found = at(logarithm)
        return ROOT * linear_and_cubic(found.problem, found.neurons)[1] - LEVEL

    load = brentq(short, math.log(10.0), math.log(11.5), xtol=1e-3)
    neurons = at(load).neurons
    count = width * beyond(neurons.weights, neurons.grid.m, np.ones(1))[0]
    return math.exp(load), float(count) / math.sqrt(width / dimension)


@cache
def far(dimension: int, ratio: int) -> tuple[float, float]:
    return reached(dimension, ratio * dimension)


def onset_in_width() -> float:
    """Exponent of P* in N at d = 200, N/d = 10³ … 10⁴."""
    return 0.5 + math.log(far(200, 10_000)[0] / far(200, 1000)[0]) / math.log(10)


def onset_in_dimension() -> float:
    """Exponent of P* in d at N/d = 1000, d = 100 … 200."""
    return 1.0 + math.log(far(200, 1000)[0] / far(100, 1000)[0]) / math.log(2)


def count_in_width() -> float:
    """Exponent of M in N/d at d = 200, N/d = 10³ … 10⁴."""
    return 0.5 + math.log(far(200, 10_000)[1] / far(200, 1000)[1]) / math.log(10)
