"""What theories say of one network at the three signs of ε: solved once for all checks, rivals and controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from fieldbench.claims import Known, Remainder
from fieldbench.theory.adaptation import (
    FLUCTUATING,
    Approximation,
    Observables,
    Problem,
    observables,
    rescaled_process,
    scatter_bound,
    second_order,
    solve,
    staircase,
)

from .experiment import Network, Process
from .signed_teacher import SIGNS

Values = dict[Any, Any]

SADDLE = replace(FLUCTUATING, name="without fluctuations", fluctuations=False)
COEFFICIENTS = (Network.hermite, Network.response, Network.harmonic_response)


@cache
def adapted(at: Network, approximation: Approximation, ridge: float | None = None) -> Values:
    """Every quantity in an approximation of kernel adaptation, at the network's own ridge or at another."""
    return _quantities(at, [observables(solve(problem(at, sign, ridge), approximation)) for sign in SIGNS])


@cache
def fluctuating(at: Network, *, bounded: bool) -> dict[Any, Known]:
    """Adaptation with fluctuations in 1/χ and d/n, fed back on itself, and what it leaves:

    second order: as much again as feeding back has changed. Structure of the scatter, of order d/n: no more than
    `scatter_bound`, or (not `bounded`) guessed as large as the isotropic scatter's own effect. The data set's moments
    along the teacher: 8/n of what is learned of the cubic, 5/n of what is not learned of the linear part, 1/n of the
    variances; the closure on drawn moments stays within (tests).
    """
    solved = [solve(problem(at, sign), FLUCTUATING) for sign in SIGNS]
    first = _quantities(at, [observables(each) for each in solved])
    again = _quantities(at, [second_order(each) for each in solved])
    if bounded:
        structure = _quantities(at, [scatter_bound(each) for each in solved], add=True)
    else:
        without = _quantities(at, [observables(each, scatter=False) for each in solved])
        structure = {quantity: np.abs(first[quantity] - without[quantity]) for quantity in first}
    values = {quantity: first[quantity] + again[quantity] for quantity in first}
    moments = {quantity: np.abs(value) / at.samples for quantity, value in values.items()}
    moments |= {quantity: 8 * moments[quantity] for quantity in COEFFICIENTS}
    moments[Network.linear] = 5 * (1 - values[Network.linear]) / at.samples
    return {
        quantity: Known(
            value,
            Remainder("second order of the fluctuations", np.abs(again[quantity]), order="(d/N)²", got="computed"),
            Remainder("structure of the data's scatter", structure[quantity], order="d/n",
                      got="bounded" if bounded else "guessed"),
            Remainder("the data set's moments along the teacher", moments[quantity], order="1/n", got="bounded"),
        )
        for quantity, value in values.items()
    }  # fmt: skip


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
