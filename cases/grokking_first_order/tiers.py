"""Where it is measured: noises through the transition at two sizes, one trajectory from two starts, drawn points."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Network, Twins
from .off_the_ray import points

NOISES = (0.3, 0.25, 0.2, 0.15, 0.1)


def of_the_source(at: Network) -> bool:
    return at.cubic == -0.3


def elsewhere(at: Network) -> bool:
    return not of_the_source(at)


def above(at: Network) -> bool:
    """Above the source's transition, σ_c² ≈ .18: where it says that b H_1 + c H_3 are all of the discrepancy."""
    return of_the_source(at) and at.noise > 0.18


def mixed(at: Network) -> bool:
    """Below it by more than the width that finite d gives to the transition."""
    return of_the_source(at) and at.noise <= 0.15


def counted(at: Network) -> bool:
    return of_the_source(at) and not apart(at)


def from_two_starts(at: Network) -> bool:
    return of_the_source(at) and at.starts == 2


def apart(at: Network) -> bool:
    """Where the wells are apart at d = 53 too."""
    return of_the_source(at) and at.noise <= 0.1


def smallest(at: Network) -> bool:
    return of_the_source(at) and at.beta == 0.125 and at.noise == 0.1


EIGHTH = tuple(Network(0.125, noise, steps=400, sets=2) for noise in NOISES)
HALF = tuple(Network(0.5, noise, steps=300, starts=1) for noise in (0.3, 0.2, 0.1))
TWINS = tuple(Twins(0.125, noise, steps=600) for noise in (0.3, 0.1))
TIERS = {
    # Where the wells are apart; σ² = .2, above the transition, costs 6 CPU-seconds more and is left to standard.
    "quick": Tier([Network(0.125, 0.1, steps=128, sets=2, starts=1)], replicates=24),
    "standard": Tier([*EIGHTH, *HALF, *TWINS], replicates=32, note="10 minutes on one core"),
    "paper": Tier(
        [Network(beta, noise, steps=1000) for beta in (1.0, 2.0) for noise in NOISES],
        replicates=64,
        note="β = 1 and 2 are the source's own: hours; not run yet",
    ),
    "off-the-ray": Tier(points(), replicates=16, note="five drawn points, 48 data sets each"),
}
STANDARD = ("standard", "paper")
