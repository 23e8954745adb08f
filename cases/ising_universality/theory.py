"""What exact small lattices leave open at larger ones.

They show that every remainder of finite-size scaling falls with L, so that a sweep which starts at L is off by less
than the exact lattices one octave below, from L/2 to L: no constant is guessed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Remainder, Said, across
from fieldbench.errors import BadInput
from fieldbench.theory.ising import LARGEST_TORUS, Scaling, kaufman, onsager, scaling, torus_moments

from .experiment import Torus


def exponents_left(smallest: int) -> Scaling:
    """How far the exact local exponents one octave below `smallest` are from the limit."""
    return Scaling.combined(lambda e, limit: abs(e - limit), scaling.exact_exponents(_half(smallest)), scaling.ISING)


def binder_left(size: int) -> float:
    """|U − U*| of the exact torus of half the size (of 8 × 8 above 16)."""
    return abs(torus_moments(min(size // 2, 8), onsager.CRITICAL_COUPLING).binder - onsager.CRITICAL_BINDER)


def coupling_resolution(size: int) -> float:
    """Error of the coupling that would shift the susceptibility's exponent by what is left of it at size 8.

    Any observable at K is a thermometer; this is how well the exponents need it to be read. d ln χ/dK ∝ L^{1/ν} is
    taken over from the largest exact torus not above `size`.
    """
    exact = torus_moments(min(size, LARGEST_TORUS), onsager.CRITICAL_COUPLING)
    slope = exact.susceptibility_slope / exact.susceptibility * size / min(size, LARGEST_TORUS)
    return exponents_left(8).susceptibility * math.log(2) / slope


@dataclass(frozen=True)
class CrossingLeft:
    """What keeps the crossing of sizes L and 2L, by one step from K, from T_c, as the exact pair l = L/2 ≤ 6 has it.

    shift: of the exact crossing itself (it falls faster than 1/L²).
    curvature: of U(K), by the same step from the same scaled distance (K − K_c) L, times l/L.
    """

    shift: float
    curvature: float


def crossing_left(size: int, coupling: float) -> CrossingLeft:
    half = _half(size)
    crossing = onsager.CRITICAL_COUPLING
    for _ in range(8):
        crossing = 1 / _crossing(half, crossing)
    distance = (coupling - onsager.CRITICAL_COUPLING) * size / half
    stepped = _crossing(half, crossing + distance)
    return CrossingLeft(abs(1 / crossing - onsager.CRITICAL_TEMPERATURE), abs(stepped - 1 / crossing) * half / size)


def at_the_smallest(left: Callable[[CrossingLeft], float]) -> Expression:
    """What is left of the crossing of the smallest lattice of a check and the next."""

    @across(labels=("of the smallest",))
    def of_the_smallest(experiments: Sequence[Torus]) -> NDArray[np.float64]:
        smallest = min(experiments, key=lambda torus: torus.size)
        return np.array([[left(crossing_left(smallest.size, smallest.coupling))]])

    return of_the_smallest


CROSSING_LEFT = (
    Remainder("shift of the crossing, exact one octave below", at_the_smallest(lambda left: left.shift), "L^{-2}",
              got="bounded"),
    Remainder("curvature over the step, exact one octave below", at_the_smallest(lambda left: left.curvature),
              "(K − K_c)²", got="bounded"),
)  # fmt: skip


def heat_step(size: int) -> float:
    """Increase of the exact specific heat at T_c per unit of ln L."""
    small, large = (kaufman(n, onsager.CRITICAL_COUPLING).heat for n in (size, 2 * size))
    return (large - small) / math.log(2.0)


def _crossing(size: int, coupling: float) -> float:
    return scaling.binder_crossing(torus_moments(size, coupling), torus_moments(2 * size, coupling), coupling)


def _half(size: int) -> int:
    """Half the size, or the largest even size below it whose double has an exact torus."""
    if size < 4:
        raise BadInput(f"size {size} has no exact torus one octave below: start at 4")
    return min(size // 2 - (size // 2) % 2, LARGEST_TORUS // 2)


ONSAGER, ROUND, SMALLEST = onsager.CRITICAL_TEMPERATURE, 2.25, 8


def universality(at: Torus) -> Said:
    """At T_c: powers of L, that of dU/dK with its first correction, and U*. What is left falls with L."""
    largest, left, octaves = (
        scaling.exact_values(LARGEST_TORUS),
        exponents_left(SMALLEST),
        np.log(at.size / LARGEST_TORUS),
    )

    def law(value: float, off: float) -> Known:
        words = "corrections to scaling, exact one octave below"
        return Known(value, Remainder(words, off * octaves, "L^{-7/4}", got="bounded", relative=True))

    powers = Scaling.combined(lambda value, y: value * (at.size / LARGEST_TORUS) ** y, largest, scaling.ISING)
    beyond = "corrections to scaling, exact at half the size, 8 at most"
    return {
        Torus.susceptibility: law(powers.susceptibility, left.susceptibility),
        Torus.correlation: law(powers.correlation, left.correlation),
        Torus.binder_slope: law(scaling.corrected(at.size).binder_slope, left.binder_slope),
        Torus.binder: Known(onsager.CRITICAL_BINDER, Remainder(beyond, binder_left(at.size), got="bounded")),
    }


def exact(at: Torus) -> Said:
    """The finite lattice itself, of Kaufman and by transfer matrix: as good as the exponents need the coupling."""
    lattice, off = kaufman(at.size, at.coupling), coupling_resolution(at.size)

    def read(value: float, slope: float) -> Known:
        words = "resolution of the coupling that the exponents need"
        return Known(value, Remainder(words, slope * off, got="computed"))

    energy: Said = {Torus.energy: read(lattice.energy, lattice.heat / at.coupling**2)}
    if at.size > LARGEST_TORUS:
        return energy
    torus = torus_moments(at.size, at.coupling)
    return {
        **energy,
        Torus.susceptibility: read(torus.susceptibility, torus.susceptibility_slope),
        Torus.correlation: read(torus.correlation, torus.correlation_slope),
    }
