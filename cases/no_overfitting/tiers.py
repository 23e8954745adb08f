"""Where it is measured: ridges and tails around P = D, sizes where single eigenvalues are resolved."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import NOISE, Flat, Noiseless, Square, Tailed

RIDGES = *_, SMALL = 0.1, 0.03, 0.01
LONG = (12, 25, 38, 50, 62, 100, 200)
DRAWS = 192  # of a flat spectrum: what the resolution of .0015 E0 needs
TIERS = {
    # Two more ridges and a small tail cost 7 CPU-seconds more, and are no statements: left to standard.
    # Half of these draws left the height at the smallest ridge inconclusive at 5 of 21 seeds; with twelve replicates
    # the curve was predicted to flip at 7 % of seeds.
    "quick": Tier([Flat(SMALL, DRAWS), Tailed(NOISE), Noiseless(), Square(16, 8000)], replicates=16),
    "standard": Tier(
        [
            *(Flat(ridge, DRAWS) for ridge in RIDGES),
            Tailed(NOISE),
            Tailed(NOISE / 40),
            Noiseless(),
            Square(16, 4000),
            # One in D of the hard edge: the resolution has to grow with D.
            Square(32, 4000),
            Square(64, 5200, scaled=(0.1, 1.0, 10.0)),
            *(Flat(ridge, 256, LONG) for ridge in RIDGES),
            Flat(0.003, 1024),
            *(Tailed(ridge, 256, LONG[:-1]) for ridge in (NOISE, NOISE / 40)),
        ],
        replicates=12,
    ),
}
