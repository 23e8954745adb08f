"""Points drawn by a seed before any theory was run on them: σ², ε, n/d, d and N of their own, N⟨a²⟩ ≥ 4."""

from __future__ import annotations

from functools import cache

import numpy as np

from .experiment import Training

SEED = 20261130
POINTS = 4


@cache
def points(seed: int = SEED) -> tuple[Training, ...]:
    """The four points."""
    draw = np.random.default_rng(seed)

    def in_logarithm(low: float, high: float) -> float:
        return float(np.exp(draw.uniform(np.log(low), np.log(high))))

    def point() -> Training:
        dimension = int(draw.integers(16, 25))
        return Training(
            width=round(in_logarithm(60, 240)),
            readout=round(in_logarithm(4, 16), 2),
            dimension=dimension,
            samples=round(dimension * draw.uniform(5, 8)),
            noise=round(in_logarithm(0.03, 0.1), 3),
            cubic=round(float(draw.uniform(-1.4, -0.8)), 2),
        )

    return tuple(point() for _ in range(POINTS))
