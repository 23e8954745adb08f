"""Worlds in which a statement is false, listed before looking at whether its check tells them from the theory."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from fieldbench.claims import Said

from .case import (
    GAPS,
    NEXT,
    claimed_first_order,
    claimed_formula,
    claimed_published,
    correction_reversed,
    with_its_margins,
)
from .experiment import Markov, Zonal
from .theory import gaps, gaussian, markov_gaussian, next_order, with_margins


def of_gaussian_features(at: Zonal) -> Said:
    """The orders of independent features."""
    return with_its_margins(at, gaussian(at))


def share_of_correction(at: Zonal, share: float) -> Said:
    """Another multiple of ρ."""
    return {Zonal.error: next_order(at, share)}


def interpolated_by_gaussian_features(at: Markov) -> Said:
    return with_margins(at, markov_gaussian(at))


def more_points(at: Markov) -> Said:
    """One gap in ten more."""
    return with_margins(at, gaps(replace(at, samples=at.samples + at.samples // 10)))


def heavier(at: Markov) -> Said:
    """m² doubled."""
    return with_margins(at, gaps(replace(at, mass=at.mass * 2.0**0.5)))


WORLDS = {
    NEXT: {
        "published-formula": claimed_published,
        "gaussian-features": of_gaussian_features,
        "correction-reversed": correction_reversed,
        "half-of-it": partial(share_of_correction, share=0.5),
        "twice-of-it": partial(share_of_correction, share=2.0),
    },
    GAPS: {
        "published-formula": claimed_formula,
        "next-order-alone": claimed_first_order,
        "gaussian-features": interpolated_by_gaussian_features,
        "a-tenth-more-points": more_points,
        "mass-times-root-two": heavier,
    },
}
