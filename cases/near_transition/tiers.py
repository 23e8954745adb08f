"""Where it is measured: both signs of the cubic, a fifth of the ridge, drawn points, the outer wells."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Network
from .off_the_ray import points

SIGNS = (-0.05, 0.05)
MAIN = tuple(Network(50, 1000, 1000, 10.0, cubic) for cubic in SIGNS)
SMALL = Network(25, 400, 160, 8.0, 0.05, readout_variance=16.0)
NEARER = tuple(Network(50, 1000, 250, 2.0, cubic, steps=400, burn_in=400) for cubic in SIGNS)
OUTER = Network(50, 1000, 250, 0.5, 0.05, steps=1280, burn_in=1280)
TIERS = {
    # At −.05 twelve data sets of this size leave .07 of the kurtosis: six times as many would be needed. At +.05 with
    # twelve, as they were, the kurtosis was inconclusive at 4 of 21 seeds.
    "quick": Tier([SMALL], replicates=24),
    "standard": Tier(MAIN, replicates=16, note="4 minutes on one core"),
    "nearer": Tier(NEARER, replicates=20, note="a fifth of the ridge: minutes; not run yet"),
    "off-the-ray": Tier(points(), replicates=8, note="four drawn points at both signs"),
    "outer-wells": Tier([OUTER], replicates=12, note="κ = .5, where outer neurons are seen: minutes; not run yet"),
}
STANDARD = ("standard",)


def of_the_claim(at: Network) -> bool:
    return at in MAIN or at == SMALL


def negative(at: Network) -> bool:
    return of_the_claim(at) and at.cubic < 0


def positive(at: Network) -> bool:
    return of_the_claim(at) and at.cubic > 0


def nearer(at: Network) -> bool:
    """A fifth of the ridge."""
    return at in NEARER


def elsewhere(at: Network) -> bool:
    return at in points()


def outer(at: Network) -> bool:
    return at == OUTER
