"""Where it is measured: loads at three dimensions, and drawn points."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Network
from .points import Drawn, points

LOADS = (2, 3, 4)  # n/d
LONGER = {(24, 3), (48, 3), (48, 4), (96, 2), (96, 3)}  # d, n/d where chains of 30 did not mix R_2


def ladder(dimension: int, width: int, sets: int) -> list[Network]:
    """One β at each n/d."""
    return [
        Network(dimension, width, load * dimension, sets=sets, time=60.0 if (dimension, load) in LONGER else 30.0)
        for load in LOADS
    ]


TIERS = {
    "quick": Tier([Network(24, 188, 96, sets=2)], replicates=8),
    "standard": Tier(
        [*ladder(24, 188, 4), *ladder(48, 375, 2), *ladder(96, 750, 1)],
        replicates=8,
        note="about 5 minutes on one core",
    ),
    "off-the-ray": Tier(points(), replicates=8, note="eight drawn points: 6 minutes on one core"),
}
STANDARD = ("standard",)


def known(at: Network) -> bool:
    return not isinstance(at, Drawn)


def drawn(at: Network) -> bool:
    return isinstance(at, Drawn)


def smallest(at: Network) -> bool:
    return known(at) and at.dimension == 24 and at.samples == 96
