"""Finite-size scaling at the Ising critical point: the exponents, and what the exact small lattices say of them.

What a power law misses at size L is known by its orders: an analytic background L^{−7/4} of χ, L^{−2} from the leading
irrelevant operators (Salas & Sokal, J. Stat. Phys. 98, 551 (2000)). Their amplitudes are those of the exact tori.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

import numpy as np

from fieldbench.theory.ising.onsager import CRITICAL_COUPLING
from fieldbench.theory.ising.transfer import LARGEST_TORUS, TorusMoments, torus_moments

ORDERS = (7 / 4, 2.0, 15 / 4)
"""Orders ω of the first corrections L^{−ω}: the two, and the first beyond them, of both together."""


@dataclass(frozen=True)
class Scaling:
    """A number for each of the quantities that are powers of L at criticality: an exponent, a value, an error.

    susceptibility: χ = ⟨M²⟩/L²; correlation: G = ⟨s(0) s(L/2)⟩; binder_slope: dU/dK; binder: U, whose power is 0.
    """

    susceptibility: float
    correlation: float
    binder_slope: float
    binder: float

    @classmethod
    def exponents(cls, eta: float, nu: float) -> Scaling:
        """χ ∝ L^{2−η}, G(L/2) ∝ L^{−η}, dU/dK ∝ L^{1/ν}, U constant."""
        return cls(2.0 - eta, -eta, 1.0 / nu, 0.0)

    @classmethod
    def combined(cls, function: Callable[..., float], *parts: Scaling) -> Scaling:
        """A function of numbers, quantity by quantity."""
        return cls(*map(function, *map(astuple, parts)))


ISING = Scaling.exponents(eta=1 / 4, nu=1.0)
"""Onsager 1944; Wu, McCoy, Tracy & Barouch 1976."""

MEAN_FIELD = Scaling.exponents(eta=0.0, nu=1 / 2)

PERCOLATION = Scaling.exponents(eta=5 / 24, nu=4 / 3)
"""In two dimensions."""

POTTS_3 = Scaling.exponents(eta=4 / 15, nu=5 / 6)
"""Three states, the nearest class in two dimensions (Wu, Rev. Mod. Phys. 54, 235 (1982))."""


def exact_values(size: int) -> Scaling:
    """Those of the exact torus at K_c, L even and at most 12."""
    exact = torus_moments(size, CRITICAL_COUPLING)
    return Scaling(exact.susceptibility, exact.correlation, exact.binder_slope, exact.binder)


def exact_exponents(size: int) -> Scaling:
    """Local exponents, log₂ of the ratios between the exact tori of sizes 2L and L at K_c, 2L ≤ 12."""
    return Scaling.combined(lambda small, large: math.log2(large / small), exact_values(size), exact_values(2 * size))


def last_step() -> Scaling:
    """From the exact local exponent of 6 → 12 to the limit, with 4 → 8 and a remainder L^{−7/4}."""
    return Scaling.combined(
        lambda first, second: (second - first) / (1.5**1.75 - 1), exact_exponents(4), exact_exponents(6)
    )


def extrapolated_exponents() -> Scaling:
    """Limit of the exact local exponents, one `last_step` beyond the last of them."""
    return Scaling.combined(lambda exponent, step: exponent + step, exact_exponents(6), last_step())


def corrected(size: float, corrections: Sequence[float] = ORDERS[:2]) -> Scaling:
    """L^y (a + Σ_i b_i L^{−ω_i}) at K_c and any L, through the largest exact tori: no free amplitude is left."""
    sizes = np.arange(LARGEST_TORUS - 2 * len(corrections), LARGEST_TORUS + 1, 2)
    orders = np.array([0.0, *corrections])
    design, there = sizes[:, None] ** -orders, float(size) ** -orders

    def law(exponent: float, *exact: float) -> float:
        amplitudes = np.linalg.solve(design, np.array(exact) / sizes**exponent)
        return float(float(size) ** exponent * there @ amplitudes)

    return Scaling.combined(law, ISING, *map(exact_values, sizes.tolist()))


def binder_crossing(small: TorusMoments, large: TorusMoments, coupling: float) -> float:
    """Temperature at which U of two sizes would be equal if both were linear in K: one Newton step from `coupling`."""
    return 1 / (coupling + (small.binder - large.binder) / (large.binder_slope - small.binder_slope))
