"""Worlds in which a statement is false, listed before looking at whether its check tells them from the theory."""

from __future__ import annotations

from functools import partial

import numpy as np

from fieldbench.claims import Said

from .broken import tail_ignored
from .case import AS_RIDGE, HEIGHT, NO_PEAK
from .experiment import BARE, MODES, Square, Tailed
from .theory import edge_of_large_matrices, orders, smooth, smooth_height, square, sum_as_ridge


def first_order(at: Square) -> Said:
    """The effective ridge at P + ½ samples: what 1/P does at leading order, and no hard edge."""
    return {Square.height: smooth_height(at) * np.sqrt(1.0 + 0.5 / at.modes)}


def other_power(at: Square, power: float) -> Said:
    """A peak of the right height at T = λ/D that grows as another power of 1/T."""
    right = np.asarray(square(at)[Square.height].value)
    reference = float(np.interp(0.0, np.log(at.scaled), np.log(right)))
    return {Square.height: np.exp(reference) * np.array(at.scaled) ** -power}


def learned_alone(at: Tailed, share: float) -> Said:
    """A ridge of the tail without `share` of what its modes learn at the bare ridge T = Σλ."""
    changes = []
    for P in at.samples:
        learned = P * at.tail / (P * at.tail + at.ridge)
        needed = float(at.tail @ (1.0 - share * learned))
        asked, whole = (orders((P,), BARE + part)[0].sum() for part in (needed, at.ridge))
        changes.append(np.log(asked / whole))
    return {Tailed.tail_change: np.array(changes)}


def resolved(at: Tailed) -> Said:
    """Noise alone, of the tail's sum in the labels, and no ridge of it: the tail's modes counted as unlearned power."""
    (bare, _), (whole, _) = orders(at.samples), orders(at.samples, BARE + at.ridge)
    return {Tailed.tail_change: np.log(bare[0] / whole[0]) * MODES / (MODES + at.tail.size)}


WORLDS = {
    HEIGHT: {
        "no-hard-edge": smooth,
        "half-a-sample-more": first_order,
        "edge-of-infinite-matrices": edge_of_large_matrices,
        "cube-root": partial(other_power, power=1 / 3),
        "square-root": partial(other_power, power=0.5),  # the limiting law down to T = 0
    },
    AS_RIDGE: {
        "all-of-its-sum": 0.0,
        "half-of-its-sum": partial(sum_as_ridge, factor=0.5),
        "twice-its-sum": partial(sum_as_ridge, factor=2.0),
        "unlearned-at-the-bare-ridge": partial(learned_alone, share=1.0),
        "no-ridge": resolved,
    },
    NO_PEAK: {
        "all-of-its-sum": sum_as_ridge,
        "half-of-its-sum": partial(sum_as_ridge, factor=0.5),
        "a-fortieth-of-its-sum": partial(sum_as_ridge, factor=1 / 40),
        "tail-ignored": tail_ignored,
    },
}
