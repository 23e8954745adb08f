"""Points off the slides' ray, drawn by a seed before the theory was changed for them: where it must hold unasked.

d is even between 30 and 80, n 250–1,000, N 50–250 and κ 1–5 in their logarithms, |ε| even between .05 and .2; χ is N
at every other point, N√(56/N) at those between, as on the ray where N = 56 has χ = N. σ_a² = σ_w² = 1. The cubic is
asked about up to ε = +.15, beyond which only ε < 0 and ε = 0 count.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from .experiment import Network

SEED = 20261129
POINTS = 16
LARGEST_POSITIVE = 0.15


@dataclass(frozen=True, kw_only=True)
class OffTheRay(Network, stream="off-the-ray"):
    """A network of the ray's width, 700β, with a dimension d, n samples and a ridge κ of its own."""

    d: int
    n: int
    kappa: float

    @property
    def dimension(self) -> int:
        return self.d

    @property
    def samples(self) -> int:
        return self.n

    @property
    def ridge(self) -> float:
        return self.kappa


@cache
def points(seed: int = SEED) -> tuple[OffTheRay, ...]:
    """The sixteen points."""
    draw = np.random.default_rng(seed)

    def in_logarithm(low: float, high: float) -> float:
        return float(np.exp(draw.uniform(np.log(low), np.log(high))))

    def point(number: int) -> OffTheRay:
        return OffTheRay(
            beta=round(in_logarithm(50, 250)) / 700,
            d=int(draw.integers(30, 81)),
            n=round(in_logarithm(250, 1000)),
            kappa=round(in_logarithm(1, 5), 2),
            cubic=round(float(draw.uniform(0.05, 0.2)), 3),
            mean_field=number % 2 == 0,
            steps=2000,
            starts=2,
        )

    return tuple(point(number) for number in range(POINTS))
