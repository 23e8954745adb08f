"""What theory says of the wells: stationary laws of integrators at any step, and their limits as it vanishes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Quantity, Remainder, Said
from fieldbench.theory.langevin import baoab_square, euler_maruyama_square, gibbs_moment, integrator_bias

from .wells import FRICTION, QUARTIC, STIFFNESS, GivenWells, Wells

FloatArray = NDArray[np.float64]
Law = Callable[..., float]
Places = int | tuple[int, ...]

QUADRATICS, QUARTICS = (0, 1, 2), (3, 4)
# Each quartic well has a quadratic one of about its frequency, driven by the same noise: less a share of the partner's
# departure its own scatters half as much. Any share leaves the mean as predicted; 0.7 is near the regression's.
PARTNERS, SHARE = (1, 0), 0.7
ASKED = Remainder("resolution: 0.6 %", 0.006, got="chosen", relative=True)


def in_wells(law: Law, *parameters: float, scale: FloatArray | float = 1.0) -> FloatArray:
    """⟨θ²⟩ of a law in each well, sampled in coordinates θ/s: curvatures k s² and g s⁴."""
    curvatures = zip(STIFFNESS * scale**2, QUARTIC * scale**4, strict=True)
    return np.asarray(scale**2 * np.array([law(k, g, *parameters) for k, g in curvatures]))


GIBBS = in_wells(gibbs_moment)


def gibbs(at: Wells) -> Said:
    """The law at step zero."""
    return {at.square: GIBBS}


def metropolis(at: Wells) -> Said:
    """The same at any step."""
    return {at.square: Known(GIBBS, ASKED)}


def any_sampler(at: GivenWells, temperature: float = 1.0) -> Said:
    """1/k, asked to 0.25 %: noise a per cent too large makes it 2 % larger, a force a per cent too small 1 %."""
    asked = Remainder("resolution: 0.25 %", 0.0025, got="chosen", relative=True)
    return {GivenWells.square: Known(temperature / at.stiffness, asked)}


def euler_maruyama(at: Wells) -> Said:
    scale = 1.0 if at.scale is None else at.scale
    return {at.square: Known(in_wells(euler_maruyama_square, at.step, scale=scale), ASKED)}


def baoab(at: Wells) -> Said:
    return {at.square: Known(in_wells(baoab_square, at.step, FRICTION), ASKED)}


def euler_law(at: Wells) -> Said:
    """Euler–Maruyama's in quadratic wells where it is stable."""
    return {at.square.at(well=wells): [1 / (k * (1 - at.step * k / 2)) for k in STIFFNESS[list(wells)]]
            for wells in ((0, 1), QUADRATICS) if np.all(at.step * STIFFNESS[list(wells)] < 2)}  # fmt: skip


def euler_quartics(at: Wells) -> Said:
    """Euler–Maruyama's in the quartic wells, at a twentieth of a unit of time."""
    return {at.square.at(well=QUARTICS): in_wells(euler_maruyama_square, 0.05)[list(QUARTICS)]}


def verlet_law(at: Wells) -> Said:
    """Velocity Verlet's there, between half steps of friction."""
    laws = [integrator_bias.obabo(k, at.step, FRICTION)[0, 0] for k in STIFFNESS[list(QUADRATICS)]]
    return {at.square.at(well=wells): [laws[well] for well in wells] for wells in (QUADRATICS, (0, 1), (2,))}


def bias(square: Quantity, wells: Places = QUARTICS, partners: Places = PARTNERS) -> Expression:
    """Of ⟨θ²⟩ relative to the Gibbs law, less a share of the partners'."""

    def departure(of: Places) -> Expression:
        here = square.at(well=of)
        return here / here.under(gibbs) - 1

    return departure(wells) - SHARE * departure(partners)


@cache
def biases(law: Law, step: float, *friction: float) -> FloatArray:
    """In the quartic wells."""
    return (in_wells(law, step, *friction) - GIBBS)[list(QUARTICS)]


def limiting_orders(step: float = 0.005) -> FloatArray:
    """Of Euler–Maruyama, from h to 2h, and of BAOAB, from 10h to 20h, extrapolated to zero in h and in h²."""

    def local(law: Law, h: float, *friction: float) -> FloatArray:
        return np.asarray(np.log2(biases(law, 2 * h, *friction) / biases(law, h, *friction)))

    euler, underdamped = partial(local, euler_maruyama_square), partial(local, baoab_square)
    first = 2 * euler(step) - euler(2 * step)
    second = (4 * underdamped(10 * step, FRICTION) - underdamped(20 * step, FRICTION)) / 3
    return np.concatenate([first, second])


def limiting_coefficients(step: float = 0.005) -> FloatArray:
    """Bias over step of Euler–Maruyama, extrapolated to zero in h."""
    return 2 * biases(euler_maruyama_square, step) / step - biases(euler_maruyama_square, 2 * step) / (2 * step)


def left_by(limit: Callable[[float], FloatArray]) -> Remainder:
    """The error falls at least fourfold when the step is halved: the change is at least three times what is left."""
    return Remainder(
        "next order: a third of this change is left", lambda: limit(0.01) - limit(0.005), order="h²", got="computed"
    )
