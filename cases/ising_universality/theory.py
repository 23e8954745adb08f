"""What exact small lattices and finite-size scaling say of larger ones, with no free amplitude.

The exact tori of 8, 10 and 12 fix the amplitudes of the leading power and of its first two corrections, L^{−7/4} and
L^{−2}. What is left is computed as what the second of them and a third, through the torus of 6, bring; other orders
move the law by less.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Quantity, Remainder, Said, across, observable
from fieldbench.errors import BadInput
from fieldbench.theory.ising import LARGEST_TORUS, Scaling, kaufman, onsager, scaling, torus_moments

from .experiment import Torus

FloatArray = NDArray[np.float64]

ONSAGER, ROUND = onsager.CRITICAL_TEMPERATURE, 2.25
FAR = 1e9
"""A size without corrections."""

COUPLING = 1e-3
"""The resolution asked of K where the lattice is known exactly: an energy is a thermometer."""

resolution = partial(Remainder, got="chosen")
POWERS = {
    Torus.susceptibility: "susceptibility",
    Torus.correlation: "correlation",
    Torus.binder_slope: "binder_slope",
    Torus.binder: "binder",
}
ASKED = Scaling(susceptibility=0.002, correlation=0.003, binder_slope=0.05, binder=0.0033)
"""Relative resolution asked of each at one size: below half of what three Potts states change by, from 12 to 16."""


def universality(at: Torus) -> Said:
    """At T_c: powers of L with two corrections, and Kaufman's energy."""
    fewer, law, more = (scaling.corrected(at.size, scaling.ORDERS[:count]) for count in (1, 2, 3))

    def known(name: str) -> Known:
        value, first, third = (getattr(one, name) for one in (law, fewer, more))
        left = abs(value - first) + abs(third - value)
        asked = resolution("resolution of one size", getattr(ASKED, name), relative=True)
        return Known(value, Remainder("second and third corrections", left, "L^{-2}", got="computed"), asked)

    energy = kaufman(at.size, at.coupling).energy
    return {Torus.energy: energy, **{quantity: known(name) for quantity, name in POWERS.items()}}


def series(corrections: int, at: Torus) -> Said:
    """The same with another number of corrections, from none to three."""
    if corrections:
        return _said(at, scaling.corrected(at.size, scaling.ORDERS[:corrections]))
    leading = Scaling.combined(lambda value, y: value * (at.size / FAR) ** y, scaling.corrected(FAR), scaling.ISING)
    return _said(at, leading)


no_corrections, first_correction, third_correction = (partial(series, count) for count in (0, 1, 3))


def left(observable: Expression) -> Expression:
    """What the second and the third correction bring to an observable."""
    law = observable.under(universality)
    return abs(law - observable.under(first_correction)) + abs(law - observable.under(third_correction))


def of_class(law: Scaling, at: Torus) -> Said:
    """Another universality class with the largest exact torus and the corrections of this one; U* is not told."""
    shifted = Scaling.combined(
        lambda value, other, own: value * (at.size / LARGEST_TORUS) ** (other - own),
        scaling.corrected(at.size), law, scaling.ISING,
    )  # fmt: skip
    return _said(at, shifted)


def _said(at: Torus, law: Scaling) -> Said:
    powers: Said = {quantity: getattr(law, name) for quantity, name in POWERS.items()}
    return {Torus.energy: kaufman(at.size, at.coupling).energy, **powers}


def at_kaufmans_energy(quantity: Quantity) -> Expression:
    """A power of L at the exact energy of its lattice: χ and E fluctuate together, and what they share is known.

    Any coefficient leaves the mean as predicted; that of the fluctuation formula, (d ln χ/dK)/(dE/dK), is best.
    """

    @observable(quantity, Torus.energy)
    def shifted(at: Torus, values: FloatArray, energy: FloatArray) -> FloatArray:
        lattice = kaufman(at.size, at.coupling)
        exact = torus_moments(LARGEST_TORUS, onsager.CRITICAL_COUPLING)
        name = POWERS[quantity]
        rate = getattr(exact, f"{name}_slope") / getattr(exact, name) * at.size / LARGEST_TORUS
        slope = -lattice.heat / at.coupling**2
        return np.asarray(values * np.exp(-rate / slope * (energy - lattice.energy)))

    return shifted


def exact(at: Torus, off: float = 0.0) -> Said:
    """Kaufman's energy, at a coupling that is `off` by a fraction, as well as the coupling is asked for."""
    lattice = kaufman(at.size, at.coupling * (1.0 + off))
    asked = resolution("resolution: a thousandth of the coupling", COUPLING * lattice.heat / at.coupling)
    return {Torus.energy: Known(lattice.energy, asked)}


def crossing_of(size: int, coupling: float, order: float = 7 / 4) -> float:
    """T at which U of L and 2L meet, by one Newton step from K, carried over from the exact pairs 4, 8 and 6, 12.

    At one scaled distance x = (K − K_c)L the step ends at K_c + [f(x) + g(x) L^{−7/4}]/L: corrections to scaling, and
    the curvature of U in f. Two pairs give f and g; order = ∞ takes the larger pair alone.
    """
    if size < 4:
        raise BadInput(f"size {size}: the pairs of exact tori begin at 4")
    critical, pairs = onsager.CRITICAL_COUPLING, (4, LARGEST_TORUS // 2)
    scaled = (coupling - critical) * size

    def step(half: int) -> float:
        start = critical + scaled / half
        tori = [torus_moments(count * half, start) for count in (1, 2)]
        return (1.0 / scaling.binder_crossing(tori[0], tori[1], start) - critical) * half

    far, near = map(step, pairs)
    ratio = (pairs[1] / pairs[0]) ** -order
    slope = (far - near) / (1.0 - ratio)
    limit = near - slope * ratio
    return float(1.0 / (critical + (limit + slope * (size / pairs[0]) ** -order) / size))


def of_the_smallest(order: float) -> Expression:
    """The crossing of the smallest lattice of a check and the next."""

    @across(labels=("of the smallest",))
    def crossing(experiments: Sequence[Torus]) -> FloatArray:
        smallest = min(experiments, key=lambda torus: torus.size)
        return np.array([[crossing_of(smallest.size, smallest.coupling, order)]])

    return crossing


def heat_step(size: int) -> float:
    """Increase of the exact specific heat at T_c per unit of ln L."""
    small, large = (kaufman(n, onsager.CRITICAL_COUPLING).heat for n in (size, 2 * size))
    return (large - small) / math.log(2.0)
