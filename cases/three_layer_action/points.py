"""Points off the known ones, drawn by a seed before the theory was written and before anything was predicted or
measured there.

d is even between 12 and 32, n/d between 2 and 5; N_1 and N_2 are even in their logarithms between 80 and 320, χ between
1 and 30, κ between .2 and 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from .experiment import Network

SEED, POINTS = 20261130, 6


@dataclass(frozen=True)
class Drawn(Network, stream="drawn"):
    """A network at a point that nobody chose."""


@cache
def points(seed: int = SEED) -> tuple[Drawn, ...]:
    """The six points."""
    draw = np.random.default_rng(seed)

    def in_logarithm(low: float, high: float) -> float:
        return float(np.exp(draw.uniform(np.log(low), np.log(high))))

    def point() -> Drawn:
        dimension = int(draw.integers(12, 33))
        return Drawn(
            samples=round(draw.uniform(2.0, 5.0) * dimension),
            dimension=dimension,
            first=round(in_logarithm(80, 320)),
            second=round(in_logarithm(80, 320)),
            chi=round(in_logarithm(1, 30), 1),
            ridge=round(in_logarithm(0.2, 2.0), 2),
        )

    return tuple(point() for _ in range(POINTS))
