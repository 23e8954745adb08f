"""Where it is measured: dimensions up to half of the cubic part, and fewer up to nine tenths."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Sphere


def dimension(at: Sphere) -> float:
    return at.dimension


def to_half(at: Sphere) -> bool:
    """Experiments that end at 1.5 P_50, where many data sets are cheap; the others go on to P_90."""
    return at.largest < at.dimension**3


def to_ninety(at: Sphere) -> bool:
    return not to_half(at)


def many(at: Sphere) -> bool:
    """Data sets enough to see the correction in 1/P."""
    return to_half(at) and at.dimension <= 10 and at.draws >= 64


# P_90 and two more dimensions cost the quick tier 22 CPU-seconds, and no resolution of the exponent: left to standard.
HALF = (Sphere(8, 190, draws=96), Sphere(16, 1_280, draws=2))
MORE = (Sphere(8, 190, draws=256), Sphere(10, 350, draws=128), Sphere(12, 570, draws=64), Sphere(14, 880, draws=16),
        Sphere(16, 1_280, draws=8), Sphere(20, 2_420, draws=4))  # fmt: skip
NINETY = (Sphere(8, 740, draws=16), Sphere(10, 1_400, draws=8), Sphere(12, 2_300, draws=4))
LARGE = (Sphere(16, 5_300, draws=2), Sphere(20, 10_100))
TIERS = {
    "quick": Tier(HALF, replicates=8),
    "standard": Tier(
        [*MORE, *NINETY, Sphere(14, 3_600, draws=2), *LARGE],
        replicates=8,
        note="kernel matrices of 10,100 points: 5 GiB",
    ),
    "paper": Tier(
        [*MORE, *NINETY, *LARGE, Sphere(24, 4_170), Sphere(28, 6_600), Sphere(24, 17_300), Sphere(28, 27_300)],
        replicates=8,
        note="the source gives no sizes; d = 28 needs kernel matrices of 27,300 points: 36 GiB and about an hour",
    ),
}
