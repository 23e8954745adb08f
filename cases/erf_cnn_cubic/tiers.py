"""Where it is measured: one patch and several along the learning curve, drawn points, the source's size."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Network
from .points import Drawn, points

QUICK = [Network(5, 20, 60, 400, 20.0, 2.0, steps=240)]
STANDARD = [
    Network(1, 30, 100, 400, 20.0, 3.0, steps=400),
    Network(5, 20, 60, 400, 20.0, 2.0, steps=400),
    Network(1, 50, 200, 1000, 20.0, 5.0, steps=400),
]
TIERS = {
    "quick": Tier(QUICK, replicates=24),
    "standard": Tier(STANDARD, replicates=32, note="about 4 minutes on one core"),
    "off-the-ray": Tier([*STANDARD, *points()], replicates=8, note="eight drawn points: half an hour of one core"),
    "paper": Tier([Network(n, 50, 1000, 1000, 100.0, 5.0) for n in (1, 5, 10)], replicates=8,
                  note="the source's N, S, C and χ; P and κ are chosen here: hours on one core"),
}  # fmt: skip


def drawn(at: Network) -> bool:
    return isinstance(at, Drawn)


def known(at: Network) -> bool:
    return not drawn(at)


def several(at: Network) -> bool:
    return known(at) and at.patches > 1


def one(at: Network) -> bool:
    return known(at) and at.patches == 1


STANDARD_ALONE = ("standard",)
