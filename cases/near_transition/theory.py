"""What kernel adaptation says of a network's neurons, every sample in the field of the others.

All quantities stand in one vector, so that each remainder is a difference of vectors.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder, known_in_parts
from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import (
    AlignedMode,
    Approximation,
    Neurons,
    Problem,
    Solution,
    solve,
    staircase,
)
from fieldbench.theory.fluctuations import Cavity, cavity, fed_back
from fieldbench.theory.transition import log_density

from .experiment import Network

Vector = NDArray[np.float64]

BETWEEN_PLACES = Approximation("between places")
NINTH = Approximation("ninth degree", degree=9)
SCALARS = (
    Network.linear,
    Network.cubic_learned,
    Network.variance_along,
    Network.fourth_along,
    Network.variance_across,
)
RESOLUTION = {
    Network.linear: 0.002,
    Network.cubic_learned: 0.03,
    Network.variance_along: 0.008,
    Network.fourth_along: 0.02,
    Network.variance_across: 0.002,
    Network.density: 0.1,
}
"""Relative, asked of averages over data sets, set before any was seen: of d⟨m²⟩, L_3 and d⟨w_⊥²⟩ a fifth or less of the
way to a frozen radius at ε < 0, of L_1 a quarter of that to a kernel's ridge, of −log p a tenth."""
FOLLOWED = 4.0  # times the ridge, from where a central well is followed
SMALLEST = 1e-12  # of a density: nobody asks for what is below


def problem(at: Network, **factors: float) -> Problem:
    """What the network learns, in full mean-field scaling; its ridge, cubic or readout variance times a factor."""
    by = {"ridge": 1.0, "cubic": 1.0, "readout": 1.0} | factors
    return staircase(
        dimension=at.dimension, samples=at.samples, width=at.width, ridge=by["ridge"] * at.ridge, chi=at.width,
        cubic=by["cubic"] * at.cubic, weight_variance=at.hidden_variance,
        readout_variance=by["readout"] * at.readout_variance,
    )  # fmt: skip


@cache
def complete(at: Network) -> dict[Any, Known]:
    """Every sample in the field of the others (`cavity`), and what that leaves: as much as the last orders kept.

    Two samples at once are the next order after what single ones do beyond the second cumulant. Which samples are
    strong is a choice: half as large a border. Aligned modes are kept to first order in 1/n and 1/χ; their transverse
    partners fluctuate in strength, 2/d of what they do. Where not even the central well settles, the saddle is all
    there is, and what fluctuations do to it, fed back on themselves, is open.
    """
    solution = solve(problem(at), BETWEEN_PLACES)
    try:
        whole = settled(at)
        border, data, posterior = (
            _of_cavity(at, cavity(solution, start=whole, **changed))
            for changed in ({"border": 0.5}, {"aligned": (0.0, 1.0)}, {"aligned": (1.0, 0.0)})
        )
    except BadInput:
        return unsettled(at)
    found, saddle = _of_cavity(at, whole), _observed(at, solution, solution.neurons, solution.predictor)
    try:
        linear = _of_cavity(at, cavity(solution, strong=False, start=whole))
    except BadInput:
        linear = saddle
    return known(
        at, found,
        Remainder("two samples that pull at once", found - linear, order="(d/n)²", got="bounded"),
        Remainder("the border of strong samples", found - border, order="(d/n)²", got="computed"),
        Remainder("second order of the data's own moments", found - data, order="1/n²", got="bounded"),
        Remainder("second order of the aligned modes' posterior", found - posterior, order="1/χ²", got="bounded"),
        Remainder("fluctuations of the transverse modes' strength", 2 / at.dimension * (found - saddle), order="1/d",
                  got="bounded"),
    )  # fmt: skip


def settled(at: Network) -> Cavity:
    """All samples in each other's field; where outer wells let that not settle, with neurons of the central one alone.

    The central well is followed down from four times the ridge, on the grid of neurons that it has there. Raises
    BadInput where it does not settle either.
    """
    try:
        return cavity(solve(problem(at), BETWEEN_PLACES))
    except BadInput:
        found = None
        for factor in np.geomspace(FOLLOWED, 1.0, 12):
            found = cavity(solve(problem(at, ridge=float(factor)), BETWEEN_PLACES), start=found)
        assert found is not None
        return found


@cache
def unsettled(at: Network) -> dict[Any, Known]:
    """The saddle, with all that first-order fluctuations do to it as its remainder."""
    solution = solve(problem(at), NINTH)
    saddle = _observed(at, solution, solution.neurons, solution.predictor)
    now, predictor = fed_back(solution)
    moved = _observed(at, solution, now.neurons, predictor) - saddle
    return known(at, saddle, Remainder("fluctuations, which do not settle", moved, order="d/n", got="bounded"))


@cache
def resolved(at: Network) -> dict[Any, Known]:
    """The same, asked no finer than data sets resolve."""
    found = dict(complete(at))
    for quantity, share in RESOLUTION.items():
        known, name = found[quantity], f"resolution asked of {quantity.symbol} over data sets"
        found[quantity] = Known(known.value, *known.remainders, Remainder(name, share, got="chosen", relative=True))
    return found


@cache
def adapted(at: Network, approximation: Approximation, **factors: float) -> dict[Any, Known]:
    """The saddle of an approximation."""
    solution = solve(problem(at, **factors), approximation)
    return known(at, _observed(at, solution, solution.neurons, solution.predictor))


def _of_cavity(at: Network, found: Cavity) -> Vector:
    grid, seen = found.solution.neurons.grid, found.observables()
    weights = np.zeros_like(grid.m)
    weights[found.places.neurons] = found.weights
    return _vector(at, Neurons(grid, found.solution.neurons.field, weights), seen.linear, seen.cubic)


def _observed(at: Network, solution: Solution, neurons: Neurons, predictor: Vector) -> Vector:
    """Every quantity, from the neurons and the predictor in the solution's modes."""
    first, third = (predictor[solution.equations.modes.index(AlignedMode(k))] for k in (1, 3))
    return _vector(at, neurons, first, third / math.sqrt(6.0))


def _vector(at: Network, neurons: Neurons, linear: float, hermite: float) -> Vector:
    m, r, d = neurons.grid.m, neurons.grid.r, at.dimension
    moments = [d * neurons.mean(m**2), d**2 * neurons.mean(m**4), d / (d - 1) * neurons.mean(r)]
    spline = log_density(neurons)
    density = np.where(at.overlap < spline.x[-1], np.exp(spline(at.overlap)), 0.0) / 2.0
    return np.concatenate([[linear, hermite / at.cubic], moments, np.maximum(density, SMALLEST)])


def known(at: Network, values: Vector, *remainders: Remainder) -> dict[Any, Known]:
    """Of every quantity; a data set's moments have no expectation."""
    return {**known_in_parts(at, (*SCALARS, Network.density), values, *remainders), Network.moments: Known(np.zeros(3))}
