"""Where it is measured: noises from above the onset to below the end, widths at one of them, drawn points."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Network
from .points import Drawn, points

LADDER = [Network(7, width, 1.15, steps=5200) for width in (100, 200, 400, 800)]
SEVEN = [
    Network(7, 400, 1.6),
    Network(7, 400, 1.45),
    Network(7, 600, 1.3),
    Network(7, 600, 1.0),
    Network(7, 400, 0.9, steps=7200),
]
ELEVEN = [Network(11, 1000, 1.45), Network(11, 1000, 1.15)]
LARGER = [Network(11, 1000, 0.9), Network(11, 1500, 1.3), Network(11, 1500, 1.0)]
LARGEST = [Network(17, 2312, 1.45), Network(17, 2312, 1.15)]
NOTE = (
    "the source's own P = 401 has a barrier of 20,000 kT between the phases, which no sampler of N = 1000 neurons "
    "crosses, and 160,801 pairs: there the theory alone is checked"
)
TIERS = {
    # A network with a broken noise costs as much as eight replicates of one: left to standard.
    "quick": Tier([Network(5, 200, ratio) for ratio in (1.45, 1.15)], replicates=16),
    "standard": Tier([*LADDER, *SEVEN, *ELEVEN, *points()], replicates=8, note="about 15 minutes on one core"),
    "paper": Tier([*LADDER, *SEVEN, *ELEVEN, *LARGER, *LARGEST], replicates=8, note=f"an hour on one core; {NOTE}"),
}


def drawn(at: Network) -> bool:
    return isinstance(at, Drawn)


def known(at: Network) -> bool:
    return not drawn(at)


def on_the_ladder(at: Network) -> bool:
    return known(at) and at.modulus == 7 and at.ratio == 1.15


def wide(at: Network) -> bool:
    """N ≥ 8P², where another loop is an eighth of the first; narrower networks are there for the order 1/N."""
    return known(at) and at.width >= 8 * at.modulus**2


def at_the_onset(at: Network) -> bool:
    return wide(at) and at.ratio > 1.4


def in_the_mixed_phase(at: Network) -> bool:
    return wide(at) and at.ratio < 1.4


def before_the_droplets(at: Network) -> bool:
    return wide(at) and at.ratio > 1.5


def with_two_phases(at: Network) -> bool:
    return wide(at) and 0.95 < at.ratio < 1.5


def at_the_end(at: Network) -> bool:
    return wide(at) and at.ratio < 0.95
