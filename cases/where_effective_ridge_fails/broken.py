"""Wrong theories for the controls, each with the right one's margins."""

from __future__ import annotations

from fieldbench.claims import Said, with_margins

from .experiment import Zonal
from .gaps import gap_by_gap, markov_first_order, markov_published
from .theory import next_order, published_formula, with_next_order

claimed_published = with_margins(published_formula, with_next_order)
claimed_first_order = with_margins(markov_first_order, gap_by_gap)
claimed_formula = with_margins(markov_published, gap_by_gap)


def correction_reversed(at: Zonal) -> Said:
    """ρ with the other sign."""
    return {Zonal.error: next_order(at, -1.0)}
