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
    rescaled_process,
    solve,
    staircase,
)
from fieldbench.theory.fluctuations import cavity, observables

from .experiment import Network, Process
from .signed_teacher import SIGNS

Values = dict[Any, Any]

SADDLE = replace(FLUCTUATING, name="without fluctuations", fluctuations=False)
BETWEEN_PLACES = Approximation("between places")
BORDER = "the border of strong samples"
LEFT = (
    ("two samples that pull at once", "(d/n)²"),
    (BORDER, "(d/n)²"),
    ("second order of the data's own moments", "1/n²"),
    ("second order of the aligned modes' posterior", "1/χ²"),
    ("fluctuations of the transverse modes' strength", "1/d"),
)


@cache
def adapted(at: Network, approximation: Approximation, ridge: float | None = None) -> Values:
    """Every quantity in an approximation of kernel adaptation, at the network's own ridge or at another."""
    return _quantities(at, [observables(solve(problem(at, sign, ridge), approximation)) for sign in SIGNS])


@cache
def harmonic_share(at: Network) -> float:
    """R_h without fluctuations: of the two signs alone."""
    low, high = (observables(solve(problem(at, sign), SADDLE)) for sign in (SIGNS[0], SIGNS[-1]))
    return float((high.harmonic - low.harmonic) / (2 * at.cubic))


@cache
def between_samples(at: Network) -> dict[Any, Known]:
    """Every sample in the field of the others (`cavity`), and what that leaves: as much as the last orders kept.

    Two samples at once are the next order after what single ones do beyond the second cumulant; where the Gaussian
    alone does not settle, all that fluctuates stands for it. Which samples are strong is a choice: half as large a
    border. Aligned modes are kept to first order in 1/n and 1/χ. Their
    transverse partners fluctuate in strength, 2/d of what they do (the fourth moment on a sphere). Where nothing
    settles the first order of the fluctuations is all there is, and as much is open. That is at strong cubics, where
    single samples tilt neurons to wells in which there are none without them: neither smaller steps nor following the
    solution down in the ridge leads there, and whether there is a solution is not known.
    """
    orders = [_orders(at, sign) for sign in SIGNS]
    values = _quantities(at, [found for found, _ in orders])
    parts = [_quantities(at, [left[k] for _, left in orders], add=True) for k in range(len(LEFT))]
    return {
        quantity: Known(
            value,
            *(
                Remainder(name, np.abs(part[quantity]), order=order, got="computed" if name == BORDER else "bounded")
                for (name, order), part in zip(LEFT, parts, strict=True)
            ),
        )
        for quantity, value in values.items()
    }


def _orders(at: Network, sign: float) -> tuple[Observables, list[Observables]]:
    """The prediction at one sign, and the sizes of the orders in LEFT."""
    solution = solve(problem(at, sign), BETWEEN_PLACES)
    flat = observables(solution)
    try:
        whole = cavity(solution)
        others = (
            cavity(solution, border=0.5, start=whole),
            cavity(solution, aligned=(0.0, 1.0), start=whole),
            cavity(solution, aligned=(1.0, 0.0), start=whole),
        )
    except BadInput:
        found = observables(solve(problem(at, sign), FLUCTUATING))
        none = _apart(found, found)
        return found, [_apart(found, flat), none, none, none, none]
    found = whole.observables()
    try:
        linear = cavity(solution, strong=False).observables()
    except BadInput:
        linear = flat
    moved = [_apart(found, each.observables()) for each in others]
    return found, [_apart(found, linear), *moved, _apart(found, flat, 2 / at.dimension)]


def _apart(one: Observables, other: Observables, share: float = 1.0) -> Observables:
    return Observables(*(share * abs(a - b) for a, b in zip(astuple(one), astuple(other), strict=True)))


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
