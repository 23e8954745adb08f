"""Points of the ray drawn by a seed, with an ε of their own, before any theory was run on them.

β is even between .08 and .25 and σ² between .1 and .3 in their logarithms, ε even between −.4 and −.15.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from .experiment import Network

SEED = 20261130
POINTS = 5


@cache
def points(seed: int = SEED) -> tuple[Network, ...]:
    """The five points."""
    draw = np.random.default_rng(seed)

    def in_logarithm(low: float, high: float) -> float:
        return float(np.exp(draw.uniform(np.log(low), np.log(high))))

    return tuple(
        Network(
            beta=round(in_logarithm(0.08, 0.25), 3),
            noise=round(in_logarithm(0.1, 0.3), 3),
            cubic=round(float(draw.uniform(-0.4, -0.15)), 3),
            steps=400,
            sets=3,
        )
        for _ in range(POINTS)
    )
