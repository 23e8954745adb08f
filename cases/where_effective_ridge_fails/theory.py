"""What the theories of the case share: the published formula, its next order, and interpolation gap by gap."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Remainder, Said
from fieldbench.theory.curves import (
    Departure,
    departure,
    effective_ridge,
    gaussian_error_correction,
    gaussian_error_second_correction,
    markov_circle,
)
from fieldbench.theory.kernels import Spectrum

from .experiment import Zonal
from .markov import Markov

Vector = NDArray[np.float64]

TENTH, FIFTH, QUARTER, FAR_ABOVE = 0.1, 0.2, 0.25, 10.0
MANY = 400  # modes that are listed one by one
LISTED = 160  # modes k of the Markov kernel that orders in 1/P need one by one; the others are learned to L < 0.01


# Circle and spheres: effective ridge and its next order.


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


# The Markov kernel: exact, and what the expansions make of it.


@cache
def spectrum(at: Markov) -> Spectrum:
    """Degree by degree, the last with λ = 0 for noise; what is not listed is a ridge."""
    k = np.arange(LISTED)
    levels, counts = markov_circle.eigenvalues(at.mass, k), np.where(k > 0, 2.0, 1.0)
    rest = float(markov_circle.kernel(at.mass, 0.0)) - float(levels @ counts)
    return Spectrum(np.append(levels, 0.0), np.append(counts, 2.0), unresolved=rest)


def targets(at: Markov) -> NDArray[np.float64]:
    """Powers by degree: each wavenumber, the prior, and noise, (targets, k)."""
    of_prior = spectrum(at).eigenvalues * spectrum(at).degeneracies
    return np.stack([*(np.eye(LISTED + 1)[k] for k in (*at.wavenumber, LISTED)), of_prior])


Error = Callable[[Vector], float]


def by_target(at: Markov, error: Error) -> dict[Expression, float | Vector]:
    """`error` of a power, as the three quantities; the prior's unresolved modes are not learned at all."""
    *waves, noise, prior = (error(power) for power in targets(at))
    return {
        Markov.error: np.array(waves),
        Markov.of_noise: noise - 1.0,
        Markov.of_prior: prior + spectrum(at).unresolved * noise,
    }


@cache
def markov_published(at: Markov) -> dict[Expression, float | Vector]:
    """The effective ridge."""
    return by_target(
        at, lambda power: float(effective_ridge(spectrum(at), at.samples, 0.0, target=power).test_error[0])
    )


@cache
def markov_first_order(at: Markov) -> dict[Expression, float | Vector]:
    """With its next order."""
    return by_target(at, lambda power: float(departure(spectrum(at), at.samples, 0.0, power, 2).error[0]))


@cache
def markov_gaussian(at: Markov) -> dict[Expression, float | Vector]:
    """With two orders in 1/P of Gaussian features."""

    def error(power: Vector) -> float:
        shifts = [
            correction(spectrum(at), at.samples, 0.0, power)[0]
            for correction in (gaussian_error_correction, gaussian_error_second_correction)
        ]
        return float(effective_ridge(spectrum(at), at.samples, 0.0, target=power).test_error[0] + sum(shifts))

    return by_target(at, error)


@cache
def gaps(at: Markov) -> dict[Expression, float | Vector]:
    """Exact."""
    given = at.samples, at.mass
    return {
        Markov.error: markov_circle.interpolation_error(*given, at.wavenumber),
        Markov.of_noise: markov_circle.noise_gain(*given),
        Markov.of_prior: markov_circle.posterior_variance(*given),
    }


def asked(at: Markov, of_what: Expression) -> Remainder:
    """A fifth of the distance to the nearest of the expansions, in log."""
    exact = gaps(at)[of_what]
    away = [
        np.abs(np.log(exact / said(at)[of_what])) for said in (markov_published, markov_first_order, markov_gaussian)
    ]
    return Remainder("resolution", FIFTH * np.min(away, axis=0) * exact, order="of the nearest rival", got="chosen")


def with_margins(at: Markov, said: dict[Expression, float | Vector]) -> Said:
    """Another theory with the exact one's margin."""
    return {what: Known(value, asked(at, what)) for what, value in said.items()}
