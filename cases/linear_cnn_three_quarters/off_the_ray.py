"""Points off the source's ray, drawn by a seed before the theory was changed for them: where it must hold unasked.

N is even between 3 and 15, S 15–60, C 200–1,500, χ 20–150 and κ .05–2 in their logarithms. The training sets lie about
the limit's P_50 = 2(1 + κ)√(C/(χ√d)) d^{3/4} at (κ, χ): the smaller has .6 to 1.2 times as many samples, the larger 1.4
times as many as the smaller.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from fieldbench.sampling.networks import LinearPrior

from .chains import LinearTeacher
from .experiment import Gibbs

SEED = 20261129
POINTS = 8


@dataclass(frozen=True, kw_only=True)
class OffTheRay(Gibbs, stream="off-the-ray"):
    """A network of 1000α channels, with N patches of S entries of its own."""

    patches: int
    size: int

    @property
    def teacher(self) -> LinearTeacher:
        return LinearTeacher(self.patches, self.size)

    @property
    def prior(self) -> LinearPrior:
        return LinearPrior(channels=round(1000 * self.alpha), mean_field=self.mean_field, ridge=self.ridge)


@cache
def points(seed: int = SEED) -> tuple[OffTheRay, ...]:
    """The eight points."""
    draw = np.random.default_rng(seed)

    def in_logarithm(low: float, high: float) -> float:
        return float(np.exp(draw.uniform(np.log(low), np.log(high))))

    def point() -> OffTheRay:
        patches, size = int(draw.integers(3, 16)), round(in_logarithm(15, 60))
        channels, mean_field = round(in_logarithm(200, 1500)), round(in_logarithm(20, 150), 1)
        ridge, dimension = round(in_logarithm(0.05, 2), 3), patches * size
        half = 2 * (1 + ridge) * math.sqrt(channels / (mean_field * math.sqrt(dimension))) * dimension**0.75
        smaller = round(float(draw.uniform(0.6, 1.2)) * half)
        return OffTheRay(
            alpha=channels / 1000, samples=(smaller, round(1.4 * smaller)), draws=16, ridge=ridge,
            mean_field=mean_field, burn_in=10, patches=patches, size=size,
        )  # fmt: skip

    return tuple(point() for _ in range(POINTS))
