"""Wrong theories for the controls."""

from __future__ import annotations

from fieldbench.claims import Known, Said

from .experiment import Zonal
from .markov import Markov
from .theory import markov_first_order, markov_published, next_order, published, with_margins


def with_its_margins(at: Zonal, value: float) -> Said:
    return {Zonal.error: Known(value, *next_order(at).remainders)}


def claimed_published(at: Zonal) -> Said:
    """The published formula, with no wider margin."""
    return with_its_margins(at, published(at))


def correction_reversed(at: Zonal) -> Said:
    """ρ with the other sign."""
    return {Zonal.error: next_order(at, -1.0)}


def claimed_first_order(at: Markov) -> Said:
    return with_margins(at, markov_first_order(at))


def claimed_formula(at: Markov) -> Said:
    return with_margins(at, markov_published(at))
