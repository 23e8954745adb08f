"""Points off the source's own, drawn by a seed before the theories were written and before anything was predicted or
measured there.

β is even in its logarithm between 1/4 and 1 and sets d = 96β and N = 750β; n/d is even between 2 and 4, ε between .15
and .5, κ in its logarithm between ½ and 2.
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

    def point() -> Drawn:
        beta = float(np.exp(draw.uniform(np.log(0.25), 0.0)))
        dimension = round(96 * beta)
        return Drawn(
            dimension=dimension,
            width=round(750 * beta),
            samples=round(draw.uniform(2.0, 4.0) * dimension),
            fold=round(float(draw.uniform(0.15, 0.5)), 3),
            ridge=round(float(np.exp(draw.uniform(np.log(0.5), np.log(2.0)))), 2),
        )

    return tuple(point() for _ in range(POINTS))
