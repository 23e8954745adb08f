"""Where it is measured: widths, loads and strengths of feature learning on Ising data."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Gibbs

LEAST = Gibbs(60, 24, 60, 60, 10.0, sweeps=800)  # with 400 the scale was inconclusive at 4 of 21 seeds
ANNEALED = [
    Gibbs(60, 40, 200, 1, 1.0, sweeps=8000),
    Gibbs(60, 40, 200, 14, 3.0, sweeps=8000),
    Gibbs(60, 40, 200, 200, 10.0, sweeps=8000),
]
TIERS = {
    "quick": Tier([LEAST], replicates=8),
    "standard": Tier(
        [
            Gibbs(60, 24, 60, 60, 10.0),
            Gibbs(60, 24, 60, 60, 10.0, data=1),
            *ANNEALED,
            Gibbs(60, 40, 200, 200, 10.0, data=1, sweeps=8000),
            Gibbs(120, 40, 400, 400, 30.0, sweeps=8000),
        ],
        replicates=8,
    ),
}


def least(at: Gibbs) -> bool:
    """The narrowest network, on its first data set."""
    return at.width == 60 and at.data == 0
