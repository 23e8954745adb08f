"""Worlds in which a statement is false, listed before looking at whether its check tells them from the theory."""

from __future__ import annotations

from dataclasses import replace

from fieldbench.claims import with_margins

from .broken import claimed_first_order, claimed_formula
from .case import GAPS, NOISE, PRIOR
from .gaps import Errors, gap_by_gap, gaps, markov_gaussian
from .markov import Markov


def more_points(at: Markov) -> Errors:
    """One gap in ten more."""
    return gaps(replace(at, samples=at.samples + at.samples // 10))


def heavier(at: Markov) -> Errors:
    """m² doubled."""
    return gaps(replace(at, mass=at.mass * 2.0**0.5))


OF_MARKOV = {
    "published-formula": claimed_formula,
    "next-order-alone": claimed_first_order,
    "gaussian-features": with_margins(markov_gaussian, gap_by_gap),
    "a-tenth-more-points": with_margins(more_points, gap_by_gap),
    "mass-times-root-two": with_margins(heavier, gap_by_gap),
}
WORLDS = {GAPS: OF_MARKOV, PRIOR: OF_MARKOV, NOISE: OF_MARKOV}
