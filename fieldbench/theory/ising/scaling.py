"""Finite-size scaling at the Ising critical point, and how far exact small lattices are from it.

What a power law misses at size L is known only by its order: an analytic background L^{−7/4} of χ, L^{−2} from the
leading irrelevant operators (Salas & Sokal, J. Stat. Phys. 98, 551 (2000)). Exact lattices (`ising_transfer`) show
that every remainder falls with L, so that a sweep which starts at L is off by less than the exact lattices one octave
below, from L/2 to L: no constant is guessed.
"""

from __future__ import annotations

import math

from fieldbench.errors import BadInput
from fieldbench.theory.ising.onsager import CRITICAL_BINDER, CRITICAL_COUPLING, CRITICAL_TEMPERATURE
from fieldbench.theory.ising.transfer import LARGEST, torus_moments

EXPONENTS = {"susceptibility": 1.75, "correlation": -0.25, "binder_slope": 1.0}
"""χ ∝ L^{2−η}, G(L/2) ∝ L^{−η}, dU/dK ∝ L^{1/ν} with η = 1/4, ν = 1 (Onsager 1944; Wu, McCoy, Tracy & Barouch 1976)."""

CORRECTED_FROM = (8, 12)

MEAN_FIELD = {"susceptibility": 2.0, "correlation": 0.0, "binder_slope": 2.0}
"""The same with η = 0, ν = 1/2."""

PERCOLATION = {"susceptibility": 43 / 24, "correlation": -5 / 24, "binder_slope": 0.75}
"""The same with the exponents of two-dimensional percolation: γ/ν = 43/24, 2β/ν = 5/24, ν = 4/3."""


def exact_exponent(quantity: str, size: int) -> float:
    """Local exponent log₂ of the ratio between the exact tori of sizes 2L and L at K_c.

    Args:
        quantity: a key of `EXPONENTS`. size: L even, 2L ≤ 12.

    Raises:
        BadInput: an unknown quantity, or a size without exact tori.
    """
    if quantity not in EXPONENTS:
        raise BadInput(f"quantity {quantity!r} is none of {', '.join(EXPONENTS)}")
    small, large = (getattr(torus_moments(n, CRITICAL_COUPLING), quantity) for n in (size, 2 * size))
    return math.log2(large / small)


def extrapolated_exponent(quantity: str) -> tuple[float, float]:
    """Limit of the exact local exponents from 4 → 8 and 6 → 12 with a remainder L^{−7/4}, and the last step to it."""
    first, second = exact_exponent(quantity, 4), exact_exponent(quantity, 6)
    step = (second - first) / (1.5**1.75 - 1)
    return second + step, abs(step)


def corrected(quantity: str, size: int) -> float:
    """L^y (a + b L^{−7/4}) at K_c, a and b from the exact tori of sizes 8 and 12: the power law's first correction.

    Args:
        quantity: a key of `EXPONENTS`. size: any L.

    Raises:
        BadInput: an unknown quantity.
    """
    if quantity not in EXPONENTS:
        raise BadInput(f"quantity {quantity!r} is none of {', '.join(EXPONENTS)}")
    power, (small, large) = EXPONENTS[quantity], CORRECTED_FROM
    low, high = (getattr(torus_moments(n, CRITICAL_COUPLING), quantity) / n**power for n in CORRECTED_FROM)
    slope = (high - low) / (large**-1.75 - small**-1.75)
    return float(size**power * (high + slope * (size**-1.75 - large**-1.75)))


def exponent_remainder(quantity: str, smallest: int) -> float:
    """How far the exact local exponent one octave below `smallest` is from the limit."""
    return abs(exact_exponent(quantity, _exact_half(smallest)) - EXPONENTS[quantity])


def binder_remainder(size: int) -> float:
    """|U − U*| of the exact torus of half the size (of 8 × 8 above 16)."""
    return abs(torus_moments(min(size // 2, 8), CRITICAL_COUPLING).binder - CRITICAL_BINDER)


def coupling_resolution(size: int) -> float:
    """Error of the coupling that would shift the susceptibility's exponent by its remainder at size 8.

    Any observable at K is a thermometer; this is how well the exponents need it to be read. d ln χ/dK ∝ L^{1/ν} is
    taken over from the largest exact torus not above `size`.
    """
    exact = torus_moments(min(size, LARGEST), CRITICAL_COUPLING)
    slope = exact.susceptibility_slope / exact.susceptibility * size / min(size, LARGEST)
    return exponent_remainder("susceptibility", 8) * math.log(2) / slope


def binder_crossing(small: float, large: float, small_slope: float, large_slope: float, coupling: float) -> float:
    """Temperature at which U of two sizes would be equal if both were linear in K: one Newton step from `coupling`."""
    return 1 / (coupling + (small - large) / (large_slope - small_slope))


def crossing_remainder(size: int, coupling: float) -> dict[str, float]:
    """What keeps the crossing of sizes L and 2L, by one step from K, from T_c: from the exact pair l = L/2 (at most 6).

    shift: of the exact crossing itself (it falls faster than 1/L²).
    curvature: of U(K), by the same step from the same scaled distance (K − K_c) L, times l/L.
    """
    half = min(_exact_half(size), LARGEST // 2)
    crossing = CRITICAL_COUPLING
    for _ in range(8):
        crossing = 1 / _exact_step(half, crossing)
    distance = (coupling - CRITICAL_COUPLING) * size / half
    stepped = _exact_step(half, crossing + distance)
    return {
        "shift": abs(1 / crossing - CRITICAL_TEMPERATURE),
        "curvature": abs(stepped - 1 / crossing) * half / size,
    }


def _exact_step(size: int, coupling: float) -> float:
    small, large = torus_moments(size, coupling), torus_moments(2 * size, coupling)
    return binder_crossing(small.binder, large.binder, small.binder_slope, large.binder_slope, coupling)


def _exact_half(size: int) -> int:
    """Half the size, or the largest even size below it whose double has an exact torus."""
    if size < 4:
        raise BadInput(f"size {size} has no exact torus one octave below: start at 4")
    return min(size // 2 - (size // 2) % 2, LARGEST // 2)
