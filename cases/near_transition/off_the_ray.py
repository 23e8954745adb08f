"""Points away from the source's own drawn by a seed, before any theory was run on them; each at both signs of ε.

d is even between 30 and 60, n/d between 15 and 25, N/d between 5 and 10; κ between .5 and 5 and |ε| between .03 and .1
in their logarithms.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from .experiment import THIN, Network

SEED = 20261130
POINTS = 4
TIME = 12.0  # of a chain and of its burn-in, in units of the prior's frequency; a step is 1.4/√curvature


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
        steps = THIN * round(TIME * math.sqrt(1 + 3.2 * samples / ridge) / 1.4 / THIN)
        chain = {"steps": steps, "burn_in": steps}
        found += [Network(dimension, samples, width, ridge, sign * cubic, **chain) for sign in (-1, 1)]
    return tuple(found)
