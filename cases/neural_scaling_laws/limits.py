"""Power laws with all modes, listed or integrated: how far theory is from the exponents and the ridge stated for them.

Statements about infinitely many modes, tested by the theory alone.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder, Said, observable
from fieldbench.theory.curves import effective_ridge, scaling_laws
from fieldbench.typing import Numbers

from .experiment import PowerLaw
from .targets import Target

Vector = NDArray[np.float64]

ALPHAS, ENORMOUS, CLOSED_AT = (0.5, 1.0), 1e12, np.array([12.0, 48.0, 1e3, 1e6])
MIDPOINT = Remainder("midpoint rule", 1e-7, got="bounded")
"""Listed modes against integrals beyond 10⁴, (exponent/10⁴)²/24, and rounding of the roots."""


@dataclass(frozen=True)
class Limiting:
    """Slopes of ln error between P and 2P less the stated ones, and bounds on what is left of them, (n,) each."""

    distance: Vector
    bound: Vector


def all_limits() -> Limiting:
    """For each α, target and ridge at P = 10¹², the saturated target with a large ridge among them."""
    targets = (Target.SAME, Target.OTHER, Target.SATURATED)
    laws = [(alpha, t.tail(alpha), ridge) for alpha in ALPHAS for t in targets for ridge in PowerLaw.ridge]
    distance, bound = zip(*(limiting_exponent(*law, ENORMOUS) for law in laws), strict=True)
    return Limiting(np.array(distance), np.array(bound))


def limiting_exponent(alpha: float, tail: float, ridge: float, samples: float) -> tuple[float, float]:
    """Slope of ln error between P and 2P with all modes, less the stated one, and a bound on what is left of it.

    The unlearned modes make κ_eff = κ(1 + δ). ln MSE changes by at most 2δ with ln κ_eff and by δ in E0, and δ falls as
    P^{−α/(1+α)}: 3δα/(1+α) in the exponent. Without ridge the rest is of order 1/P.
    """
    spectrum, power = scaling_laws.infinite_power_law(alpha, tail)
    sizes = samples * np.array([1.0, 2.0])
    curve = effective_ridge(spectrum, sizes, ridge, target=power)
    slope = float(scaling_laws.log_log_slope(sizes, curve.test_error))
    gain = curve.effective_ridge[0] / ridge - 1.0 if ridge else 1.0 / samples
    stated = scaling_laws.learning_exponent(alpha, tail, ridgeless=ridge == 0.0)
    return slope + stated, float(3.0 * gain * alpha / (1.0 + alpha))


@dataclass(frozen=True)
class Ridgeless:
    """κ_eff over its closed form, E0 over (1 + α)P/(P + ½), and a bound on the errors of both, (s,) each."""

    effective_ridge: Vector
    e0: Vector
    bound: Vector


def ridgeless(alpha: float, samples: Numbers) -> Ridgeless:
    """P − ΣL² = ΣL(1 − L) has (2+α)/(1+α) < 2 times the next order of ΣL (see `ridgeless_effective_ridge`)."""
    curve = effective_ridge(scaling_laws.infinite_power_law(alpha, alpha)[0], samples, 0.0)
    sizes = curve.samples
    return Ridgeless(
        curve.effective_ridge / scaling_laws.ridgeless_effective_ridge(alpha, sizes),
        curve.e0 * (1.0 + 0.5 / sizes) / (1.0 + alpha),
        2.0 * scaling_laws.closed_form_error(alpha, sizes),
    )


def ridgeless_of_alphas() -> Ridgeless:
    """Of each α at P = 12 … 10⁶, one after the other."""
    found = [astuple(ridgeless(alpha, CLOSED_AT)) for alpha in ALPHAS]
    return Ridgeless(*map(np.concatenate, zip(*found, strict=True)))


@observable()
def over_closed_form(at: PowerLaw) -> Vector:
    """ln of κ_eff of all modes without ridge, P = 12 … 10⁶, over its closed form."""
    return np.log(ridgeless(at.alpha, CLOSED_AT).effective_ridge)[None]


def closed_form(at: PowerLaw) -> Said:
    """κ_eff = P [c/(P + ½)]^{1+α}."""
    bound = Remainder("next order", ridgeless(at.alpha, CLOSED_AT).bound, got="bounded")
    return {over_closed_form: Known(np.zeros(4), bound, MIDPOINT)}


def p_without_half(at: PowerLaw) -> Said:
    """κ_eff = P (c/P)^{1+α}."""
    return {over_closed_form: (1.0 + at.alpha) * np.log1p(0.5 / CLOSED_AT)}
