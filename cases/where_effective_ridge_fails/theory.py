"""On circle and spheres: the published formula, its next order, and what that leaves open."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder, Said
from fieldbench.theory.curves import gaussian_error_correction, gaussian_error_second_correction
from fieldbench.theory.departures import Departure, departure
from fieldbench.theory.kernels import Spectrum

from .experiment import Zonal

Vector = NDArray[np.float64]

TENTH, QUARTER, FAR_ABOVE = 0.1, 0.25, 10.0
MANY = 400  # modes that are listed one by one


@cache
def listed(at: Zonal) -> tuple[Spectrum, Vector]:
    """Spectrum and power, of many modes the first: the others are a ridge, and their power that of noise.

    At k = 400 a hundred samples learn less than (π 50/400)^α: a hundredth of what is left out, itself a hundredth.
    """
    full, power = at.spectrum, at.power
    if full.eigenvalues.size <= MANY:
        return full, power
    rest = float(full.eigenvalues[MANY:] @ full.degeneracies[MANY:])
    levels, counts = np.append(full.eigenvalues[:MANY], 0.0), full.degeneracies[: MANY + 1]
    return Spectrum(levels, counts, unresolved=rest), np.append(power[:MANY], power[MANY:].sum())


@cache
def of(at: Zonal) -> Departure:
    spectrum, power = listed(at)
    return departure(spectrum, at.samples, at.noise, power, at.dimension)


def published(at: Zonal) -> float:
    """E0 Σ(1 − L_k)²y_k²."""
    return float(of(at).published[0])


def rho(at: Zonal) -> float:
    """Relative size of the next order."""
    return float(of(at).relative[0])


def beyond(at: Zonal) -> float:
    """(|ρ| + 3v)², in units of the published error: a guess."""
    return float(of(at).beyond[0])


def next_order(at: Zonal, factor: float = 1.0) -> Known:
    """MSE(1 + ρ); `factor` multiplies ρ in a wrong theory."""
    asked = max(TENTH * abs(rho(at)) - beyond(at), 0.0)
    return Known(
        published(at) * (1.0 + factor * rho(at)),
        Remainder("orders beyond the first, (|ρ| + 3v)²", published(at) * beyond(at), order="ρ², v²", got="guessed"),
        Remainder("resolution, a tenth of ρ at least", published(at) * asked, got="chosen"),
    )


@cache
def gaussian(at: Zonal) -> float:
    """The published error with two orders in 1/P of independent Gaussian features in the place of harmonics."""
    spectrum, power = listed(at)
    given = (spectrum, at.samples, at.noise, power)
    return published(at) + float(gaussian_error_correction(*given)[0] + gaussian_error_second_correction(*given)[0])


def of_the_target(at: Zonal) -> bool:
    """Whether ρ > 10v: there the guess (|ρ| + 3v)² was found not to cover what follows."""
    return rho(at) > FAR_ABOVE * float(of(at).scatter[0])


def told(at: Zonal) -> bool:
    """Whether what is left open is a quarter or less of the distance to either rival, by theory alone, and ρ ≤ 10v."""
    if of_the_target(at):
        return False
    known = next_order(at)
    margin = sum(float(part.value) for part in known.remainders) / float(known.value)
    distances = [abs(np.log(float(known.value) / rival)) for rival in (published(at), gaussian(at))]
    return bool(margin <= QUARTER * min(distances))


def converges(at: Zonal) -> bool:
    """Whether what is left open is smaller than the error itself, and ρ ≤ 10v: the expansion says nothing elsewhere."""
    return beyond(at) < 1.0 and not of_the_target(at)


def standing(at: Zonal) -> str:
    """What is asked: "told" from rivals, "within" what is left open, the same where the error "falls", or "open"."""
    if told(at):
        return "told"
    if converges(at):
        return "within" if rho(at) > 0.0 else "falls"
    return "open" if rho(at) > 0.0 else "nothing"


def with_next_order(at: Zonal) -> Said:
    """E0 Σ(1 − L_k)²y_k² and its first correction, which knows the harmonics' fourth moments and the target."""
    return {Zonal.error: next_order(at)}


def published_formula(at: Zonal) -> Said:
    """κ_eff and E0; the unevenness of the ridge over points is nought here, and changes nothing."""
    return {Zonal.error: published(at)}


def gaussian_features(at: Zonal) -> Said:
    """Orders in 1/P as if the modes were independent Gaussian features."""
    return {Zonal.error: gaussian(at)}
