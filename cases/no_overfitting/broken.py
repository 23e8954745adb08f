"""Wrong theories for the rivals and controls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fieldbench.claims import Said, with_margins

from .experiment import BARE, Flat, Noisy, Square, Tailed
from .theory import flat, orders, smooth, square, sum_as_ridge, tailed


def without_e0(at: Noisy) -> Said:
    """Bias and variance at the effective ridge T, without the factor E0."""
    terms, e0 = orders(at.samples, at.ridge)
    return {Noisy.error: terms[0] / e0}


def tail_ignored(at: Tailed) -> Said:
    """Hardly a ridge in the place of the tail, for which only the leading order makes sense at the peak."""
    bare, summed = orders(at.samples)[0][0], orders(at.samples, BARE + at.ridge)[0].sum(axis=0)
    return {Tailed.error: bare, Tailed.tail_change: np.log(bare / summed)}


def no_hard_edge(at: Square) -> Said:
    """The bulk theory at the edge, with the theory's margin."""
    return with_margins(smooth, square)(at)


def all_as_ridge(at: Tailed) -> Said:
    """All of the tail as a ridge, with the theory's margin."""
    return with_margins(sum_as_ridge, tailed)(at)


def tenfold_ridge(at: Flat) -> Said:
    return flat(replace(at, ridge=10.0 * at.ridge))
