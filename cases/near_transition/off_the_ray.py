"""Points away from the source's own drawn by a seed, before any theory was run on them; each at both signs of ε.

d is even between 30 and 60, n/d between 15 and 25, N/d between 5 and 10; κ between .5 and 5 and |ε| between .03 and .1
in their logarithms.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from .experiment import Network

SEED = 20261130
POINTS = 4


@cache
def points(seed: int = SEED) -> tuple[Network, ...]:
    """Four points at −|ε| and at +|ε|."""
    draw = np.random.default_rng(seed)

    def in_logarithm(low: float, high: float) -> float:
        return float(np.exp(draw.uniform(np.log(low), np.log(high))))

    found = []
    for _ in range(POINTS):
        dimension = round(draw.uniform(30, 60))
        samples = round(dimension * draw.uniform(15, 25))
        width = round(dimension * draw.uniform(5, 10))
        ridge, cubic = round(in_logarithm(0.5, 5.0), 2), round(in_logarithm(0.03, 0.1), 3)
        found += [Network(dimension, samples, width, ridge, sign * cubic) for sign in (-1, 1)]
    return tuple(found)
