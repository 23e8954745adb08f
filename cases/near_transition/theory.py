"""What kernel adaptation says of a network's neurons, every sample in the field of the others; rivals and errors.

All quantities stand in one vector, so that each remainder is a difference of vectors.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder, Said
from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import (
    KERNEL_RIDGE,
    SLIDE,
    AlignedMode,
    Approximation,
    Neurons,
    Problem,
    Solution,
    hermite_modes,
    rescaled_process,
    solve,
    staircase,
)
from fieldbench.theory.fluctuations import Cavity, cavity, fed_back
from fieldbench.theory.transition import log_density

from .experiment import Network

Vector = NDArray[np.float64]

BETWEEN_PLACES = Approximation("between places")
FROZEN = Approximation("frozen radius", hermite_modes(1, 3, 5, 7), frozen_radius=True)
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
    return _known(
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
    return _known(at, saddle, Remainder("fluctuations, which do not settle", moved, order="d/n", got="bounded"))


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
    return _known(at, _observed(at, solution, solution.neurons, solution.predictor))


def frozen_radius(at: Network) -> Said:
    """|w_⊥|² kept at σ_w²; everything else as in the saddle of the complete theory."""
    return adapted(at, FROZEN)


def kernel_ridge(at: Network) -> Said:
    """The effective ridge over the spectrum of K, not of the response."""
    return adapted(at, KERNEL_RIDGE)


def source(at: Network) -> Said:
    """The one-dimensional action of arXiv:2310.03789, eq. 13: |w_⊥| frozen, κ for the ridge, H_1 and H_3."""
    return adapted(at, SLIDE)


def changed(**factors: float) -> Callable[[Network], Said]:
    """Broken: the saddle with a parameter times a factor."""

    def theory(at: Network) -> Said:
        return adapted(at, NINTH, **factors)

    return theory


def other_sign(at: Network) -> Said:
    """Broken: E[H_3 erf] = +(4/√π) m³ (1 + 2q)^(−3/2), as if −ε were taught."""
    wrong = dict(adapted(at, NINTH, cubic=-1.0))
    wrong[Network.cubic_learned] = Known(-np.asarray(wrong[Network.cubic_learned].value))
    return wrong


@cache
def normal(at: Network) -> dict[Any, Known]:
    """Neurons normally distributed along the teacher with the complete theory's variance: no well but the central."""
    whole = complete(at)
    scaled = float(whole[Network.variance_along].value)
    return dict(whole) | {
        Network.fourth_along: Known(3.0 * scaled**2),
        Network.density: Known(_normal_density(at, scaled / at.dimension)),
    }


@cache
def gaussian_process(at: Network) -> dict[Any, Known]:
    """The infinitely wide network: weights as in the prior, the effective ridge of its kernel."""
    found, prior = rescaled_process(problem(at), 1.0), at.hidden_variance
    scalars = [found.linear, found.cubic / at.cubic, prior, 3.0 * prior**2, prior]
    return _known(at, np.concatenate([scalars, _normal_density(at, prior / at.dimension)]))


def broken(wrong: Callable[[Network], Said]) -> Callable[[Network], Said]:
    """A wrong theory with the right one's margins; those of a density are the same share of it, as of −log p."""

    def theory(at: Network) -> Said:
        right, said = resolved(at), wrong(at)
        found: dict[Any, Known] = {q: _with_margins(q, right[q], said[q]) for q in RESOLUTION}
        found[Network.moments] = right[Network.moments]
        return found

    return theory


def _with_margins(quantity: Any, right: Known, wrong: Any) -> Known:
    value = np.asarray(wrong.value if isinstance(wrong, Known) else wrong)
    scale = value / right.value if quantity is Network.density else 1.0
    return Known(value, *(replace(r, value=scale * size, relative=False) for r, size in _sizes(right)))


def _sizes(known: Known) -> list[tuple[Remainder, Any]]:
    sizes = known.sizes()
    return [(remainder, sizes[remainder.name]) for remainder in known.remainders]


def _normal_density(at: Network, variance: float) -> Vector:
    found: Vector = np.exp(-(at.overlap**2) / (2.0 * variance)) / math.sqrt(2.0 * math.pi * variance)
    return found


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


def _known(at: Network, values: Vector, *remainders: Remainder) -> dict[Any, Known]:
    """From a vector, with remainders that are vectors, to quantities; a data set's moments have no expectation."""
    parts = [*range(len(SCALARS)), slice(len(SCALARS), None)]
    found = {
        quantity: Known(
            values[part], *(Remainder(r.name, np.abs(r.value[part]), order=r.order, got=r.got) for r in remainders)
        )
        for quantity, part in zip((*SCALARS, Network.density), parts, strict=True)
    }
    return {**found, Network.moments: Known(np.zeros(3))}
