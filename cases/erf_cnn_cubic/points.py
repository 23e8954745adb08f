"""Points off the source's own, drawn by a seed once the equations were written and before anything was
predicted or measured there.

N is even between 1 and 10, S 20–50, ε .05–.2; C 100–1,000, χ 20–100 and κ 1–10 in their logarithms. P is even in its
logarithm between 200 and 800.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from .experiment import Network

SEED, POINTS = 20261130, 8


@dataclass(frozen=True)
class Drawn(Network, stream="drawn"):
    """A network at a point that nobody chose."""


@cache
def points(seed: int = SEED) -> tuple[Drawn, ...]:
    """The eight points."""
    draw = np.random.default_rng(seed)

    def in_logarithm(low: float, high: float) -> float:
        return float(np.exp(draw.uniform(np.log(low), np.log(high))))

    def point() -> Drawn:
        return Drawn(
            patches=int(draw.integers(1, 11)),
            size=int(draw.integers(20, 51)),
            channels=round(in_logarithm(100, 1000)),
            mean_field=round(in_logarithm(20, 100), 1),
            ridge=round(in_logarithm(1, 10), 2),
            cubic=round(float(draw.uniform(0.05, 0.2)), 3),
            samples=round(in_logarithm(200, 800)),
        )

    return tuple(point() for _ in range(POINTS))
