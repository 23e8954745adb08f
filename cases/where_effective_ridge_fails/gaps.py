"""On the circle without ridge: interpolation gap by gap, exact, and what the expansions make of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Expression, Known, Remainder, Said
from fieldbench.theory.curves import (
    effective_ridge,
    gaussian_error_correction,
    gaussian_error_second_correction,
    markov_circle,
)
from fieldbench.theory.departures import departure
from fieldbench.theory.kernels import Spectrum

from .markov import Markov

Vector = NDArray[np.float64]
Errors: TypeAlias = dict[Expression, float | Vector]

LISTED = 160  # modes k of the Markov kernel that orders in 1/P need one by one; the others are learned to L < 0.01
FIFTH = 0.2


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


def by_target(at: Markov, error: Error) -> Errors:
    """`error` of a power, as the three quantities; the prior's unresolved modes are not learned at all."""
    *waves, noise, prior = (error(power) for power in targets(at))
    return {
        Markov.error: np.array(waves),
        Markov.of_noise: noise - 1.0,
        Markov.of_prior: prior + spectrum(at).unresolved * noise,
    }


@cache
def markov_published(at: Markov) -> Errors:
    """The effective ridge."""
    return by_target(
        at, lambda power: float(effective_ridge(spectrum(at), at.samples, 0.0, target=power).test_error[0])
    )


@cache
def markov_first_order(at: Markov) -> Errors:
    """With its next order."""
    return by_target(at, lambda power: float(departure(spectrum(at), at.samples, 0.0, power, 2).error[0]))


@cache
def markov_gaussian(at: Markov) -> Errors:
    """With two orders in 1/P of Gaussian features."""

    def error(power: Vector) -> float:
        shifts = [
            correction(spectrum(at), at.samples, 0.0, power)[0]
            for correction in (gaussian_error_correction, gaussian_error_second_correction)
        ]
        return float(effective_ridge(spectrum(at), at.samples, 0.0, target=power).test_error[0] + sum(shifts))

    return by_target(at, error)


@cache
def gaps(at: Markov) -> Errors:
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


def gap_by_gap(at: Markov) -> Said:
    """Each point from its two neighbours, averaged over where they are: exact; as much is asked as tells it apart."""
    return {what: Known(value, asked(at, what)) for what, value in gaps(at).items()}
