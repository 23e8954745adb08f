"""What theories say of one network at the three signs of ε: solved once for all checks, rivals and controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace
from functools import cache
from typing import Any

import numpy as np

from fieldbench.claims import Known, Remainder
from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import (
    FLUCTUATING,
    Approximation,
    Observables,
    Problem,
    cavity,
    observables,
    rescaled_process,
    solve,
    staircase,
)

from .experiment import Network, Process
from .signed_teacher import SIGNS

Values = dict[Any, Any]

SADDLE = replace(FLUCTUATING, name="without fluctuations", fluctuations=False)
BETWEEN_PLACES = Approximation("between places")
LEFT = (
    ("two samples that pull at once", "(d/n)²"),
    ("second order of the data's own moments", "1/n²"),
    ("second order of the aligned modes' posterior", "1/χ²"),
    ("all that fluctuates, where samples do not settle", "d/n, d/N"),
)


@cache
def adapted(at: Network, approximation: Approximation, ridge: float | None = None) -> Values:
    """Every quantity in an approximation of kernel adaptation, at the network's own ridge or at another."""
    return _quantities(at, [observables(solve(problem(at, sign, ridge), approximation)) for sign in SIGNS])


@cache
def between_samples(at: Network) -> dict[Any, Known]:
    """Every sample in the field of the others (`cavity`), and what that leaves: as much as the last orders kept.

    These are what single samples do beyond the second cumulant, of which two at once are the next order, and the
    fluctuations of the aligned modes over posterior and data, of relative order 1/d. Each bounds what follows it. Where
    neurons and samples do not settle, beyond a transition, the first order of the fluctuations is all there is.
    """
    orders = [_orders(at, sign) for sign in SIGNS]
    values = _quantities(at, [found for found, _ in orders])
    parts = [_quantities(at, [left[k] for _, left in orders], add=True) for k in range(len(LEFT))]
    return {
        quantity: Known(
            value,
            *(
                Remainder(name, np.abs(part[quantity]), order=order, got="bounded")
                for (name, order), part in zip(LEFT, parts, strict=True)
            ),
        )
        for quantity, value in values.items()
    }


def _orders(at: Network, sign: float) -> tuple[Observables, list[Observables]]:
    """The prediction at one sign, and the sizes of the orders in LEFT."""
    try:
        solution = solve(problem(at, sign), BETWEEN_PLACES)
        whole = cavity(solution)
        without = (
            cavity(solution, strong=False),
            cavity(solution, aligned=(0.0, 1.0), start=whole),
            cavity(solution, aligned=(1.0, 0.0), start=whole),
        )
    except BadInput:
        found, flat = (observables(solve(problem(at, sign), theory)) for theory in (FLUCTUATING, SADDLE))
        none = _apart(found, found)
        return found, [none, none, none, _apart(found, flat)]
    found = whole.observables()
    return found, [*(_apart(found, each.observables()) for each in without), _apart(found, found)]


def _apart(one: Observables, other: Observables) -> Observables:
    return Observables(*(abs(a - b) for a, b in zip(astuple(one), astuple(other), strict=True)))


@cache
def rescaled(at: Network, scale: float | None) -> Values:
    """A Gaussian process with the kernel times `scale`, or times what learning makes of it (None)."""
    three = [rescaled_process(problem(at, sign), scale) for sign in SIGNS]
    prior = at.hidden_variance
    return _quantities(at, [Observables(r.linear, r.cubic, r.harmonic, prior, prior, r.effective_ridge) for r in three])


@cache
def process(at: Process, ridge: float | None = None) -> float:
    """R_h of the infinitely wide network, with its effective ridge or with another in its place."""
    # Linear in its labels, and z has no part in h: the coefficient of h for ε = 1 is the response.
    taught = staircase(dimension=at.dimension, samples=at.samples, width=at.width, ridge=at.ridge, chi=0.0, cubic=1.0)
    found = rescaled_process(taught, 1.0)
    return found.harmonic if ridge is None else found.harmonic * found.effective_ridge / ridge


def problem(at: Network, sign: float, ridge: float | None = None) -> Problem:
    """What the network learns at one sign of ε."""
    return staircase(
        dimension=at.dimension,
        samples=at.samples,
        width=at.width,
        ridge=at.ridge if ridge is None else ridge,
        chi=at.chi,
        cubic=sign * at.cubic,
        weight_variance=at.hidden_variance,
        readout_variance=at.readout_variance,
    )


def _quantities(at: Network, three: Sequence[Observables], *, add: bool = False) -> Values:
    """From observables at −|ε|, 0, |ε| to quantities; of bounds (`add`) the two signs' are added in the responses."""
    sign = -1.0 if add else 1.0
    return {
        Network.linear: np.array([one.linear for one in three]),
        Network.hermite: np.array([one.cubic for one in three]),
        Network.overlap: np.array([one.overlap_variance for one in three]),
        Network.radius: np.array([one.transverse_variance for one in three]),
        Network.response: (three[-1].cubic - sign * three[0].cubic) / (2 * at.cubic),
        Network.harmonic_response: (three[-1].harmonic - sign * three[0].harmonic) / (2 * at.cubic),
    }
