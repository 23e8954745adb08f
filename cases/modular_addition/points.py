"""Points off the known ones, drawn by a seed before anything was measured or predicted there.

P is 5 or 7, c .008–.03 in its logarithm (barriers of 3 to 6 kT at coexistence), κ/κ̂_end .9–1.5, and N 8 to
10 times P².
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from .experiment import Network

SEED, POINTS = 20261130, 4


@dataclass(frozen=True)
class Drawn(Network, stream="drawn"):
    """A network at a point that nobody chose."""


@cache
def points(seed: int = SEED) -> tuple[Drawn, ...]:
    """The four points."""
    draw = np.random.default_rng(seed)

    def point() -> Drawn:
        modulus = int(draw.choice([5, 7]))
        cubic, ratio = np.exp(draw.uniform(np.log(0.008), np.log(0.03))), draw.uniform(0.9, 1.5)
        width = round(float(draw.uniform(8, 10)) * modulus**2)
        return Drawn(modulus, width, round(float(ratio), 2), round(float(cubic), 4))

    return tuple(point() for _ in range(POINTS))
