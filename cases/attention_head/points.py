"""Points off the known ones, drawn by a seed before the theory was written and before anything was predicted or
measured there.

d is uniform between 6 and 18 and L between 2 and 12; κ between 4 and 8, σ_A between .1 and .5 and σ_v between .5 and 4
are uniform in their logarithms; P is 1 to 2 times κ(E + d²), E = d^{3/2}L/[√(L − 1)σ_Aσ_v]. Points of more than 20,000
samples are drawn again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from .experiment import Head

SEED, POINTS, LARGEST = 20261130, 6, 20_000


@dataclass(frozen=True)
class Drawn(Head, stream="drawn"):
    """A head at a point that nobody chose."""


@cache
def points(seed: int = SEED) -> tuple[Drawn, ...]:
    """The six points."""
    draw = np.random.default_rng(seed)

    def in_logarithm(low: float, high: float) -> float:
        return round(float(np.exp(draw.uniform(np.log(low), np.log(high)))), 2)

    def point() -> Drawn:
        dimension, context = int(draw.integers(6, 19)), int(draw.integers(2, 13))
        ridge, attention, values = in_logarithm(4, 8), in_logarithm(0.1, 0.5), in_logarithm(0.5, 4.0)
        least = dimension**1.5 * context / (math.sqrt(context - 1) * attention * values)
        samples = round(draw.uniform(1.0, 2.0) * ridge * (least + dimension**2))
        found = Drawn(dimension, context, samples, ridge, attention, values)
        return found if samples <= LARGEST else point()

    return tuple(point() for _ in range(POINTS))
