"""Where it is measured: lazy and taught layers, from χ = 1 to strong mean field, drawn points, the published size."""

from __future__ import annotations

from dataclasses import replace

from fieldbench.claims import Tier

from .experiment import Network, Published
from .points import Drawn, points

LAZY, TAUGHT = Network(60, 16, 80, 80, 1.0, 0.1), Network(60, 16, 80, 80, 8.0, 0.5)
WIDE = Network(60, 16, 160, 160, 1.0, 0.1)
ONE_WIDE_SET = replace(WIDE, sets=1)
STANDARD = [
    LAZY,
    TAUGHT,
    WIDE,
    Network(80, 20, 150, 150, 1.0, 0.3),
    Network(80, 20, 150, 150, 30.0, 1.0),
]
TIERS = {
    "quick": Tier([replace(LAZY, sets=1), replace(TAUGHT, sets=1), ONE_WIDE_SET], replicates=8),
    "standard": Tier(STANDARD, replicates=24, note="about five minutes on one core"),
    "off-the-ray": Tier(points(), replicates=8, note="six drawn points: about three minutes on one core"),
    "paper": Tier([Published(512, 32, c, c, 256.0, 0.256, sets=1, time=20.0) for c in (1000, 250, 100)], replicates=8,
                  note="the published d, n, C, variances and ridge: about an hour on one core"),
}  # fmt: skip


def known(at: Network) -> bool:
    return not isinstance(at, Drawn)


def drawn(at: Network) -> bool:
    return isinstance(at, Drawn)


def plain_scaling(at: Network) -> bool:
    """χ = 1, where the determinant weighs as much as what is learned."""
    return known(at) and at.chi == 1.0


def wide(at: Network) -> bool:
    """Where what the first correction leaves is a quarter of what the sign moves, and less: it falls as (n_eff/N)²."""
    return plain_scaling(at) and at.first >= 150


def narrow(at: Network) -> bool:
    return plain_scaling(at) and at.first < 150


def with_sets_enough(at: Network) -> bool:
    """All but one set of wide layers, which tells weights only: outputs scatter by as much as theory leaves."""
    return known(at) and at != ONE_WIDE_SET


def in_plain_scaling(at: Network) -> bool:
    return plain_scaling(at) and with_sets_enough(at)


def mean_field(at: Network) -> bool:
    return known(at) and at.chi > 1.0


def least(at: Network) -> bool:
    return plain_scaling(at) and at.first == 80
