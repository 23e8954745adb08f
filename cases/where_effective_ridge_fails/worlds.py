"""Worlds in which a statement is false, listed before looking at whether its check tells them from the theory."""

from __future__ import annotations

from dataclasses import replace

from fieldbench.claims import Said

from .broken import claimed_first_order, claimed_formula
from .case import GAPS, NOISE, PRIOR
from .markov import Markov
from .theory import gaps, markov_gaussian, with_margins


def interpolated_by_gaussian_features(at: Markov) -> Said:
    return with_margins(at, markov_gaussian(at))


def more_points(at: Markov) -> Said:
    """One gap in ten more."""
    return with_margins(at, gaps(replace(at, samples=at.samples + at.samples // 10)))


def heavier(at: Markov) -> Said:
    """m² doubled."""
    return with_margins(at, gaps(replace(at, mass=at.mass * 2.0**0.5)))


OF_MARKOV = {
    "published-formula": claimed_formula,
    "next-order-alone": claimed_first_order,
    "gaussian-features": interpolated_by_gaussian_features,
    "a-tenth-more-points": more_points,
    "mass-times-root-two": heavier,
}
WORLDS = {GAPS: OF_MARKOV, PRIOR: OF_MARKOV, NOISE: OF_MARKOV}
