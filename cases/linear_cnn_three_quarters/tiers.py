"""Where it is measured: along the source's ray at two ridges, and at drawn points off it."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Gibbs, Langevin
from .off_the_ray import OffTheRay, points

UNIT, SMALL = 1.0, 0.01
LONG = "standard", "paper"


def dimension(at: Gibbs) -> float:
    return at.dimension


def at_unit_ridge(at: Gibbs) -> bool:
    return at.ridge == UNIT


def at_small_ridge(at: Gibbs) -> bool:
    return at.ridge == SMALL


def off_the_ray(at: Gibbs) -> bool:
    return isinstance(at, OffTheRay)


def on_the_sources_ray(at: Gibbs) -> bool:
    """The quick tier has data sets enough for an exponent; of levels it has too few to say what the others say."""
    return at not in QUICK and not off_the_ray(at)


def levels_at_unit_ridge(at: Gibbs) -> bool:
    return at_unit_ridge(at) and on_the_sources_ray(at)


def beyond_linear_response(at: Gibbs) -> bool:
    """Where linear response is off in L and M by several times what shrinkage leaves open: theory against theory."""
    return (at.ridge == SMALL or at.alpha >= 1) and not off_the_ray(at)


# The sizes bracket P_50 closely: a replicate's P_50 is interpolated between two nested training sets. Three sweeps
# forget the start at κ = 1; at κ = .01 they left nearly half of the posterior's width (R-hat 1.052).
RAY = (Gibbs(0.4, (48, 64), 128), Gibbs(1.0, (211, 270), 16), Gibbs(2.0, (640, 800), 6))
SMALL_RAY = tuple(
    Gibbs(alpha, sizes, draws, ridge=SMALL, burn_in=10)
    for alpha, sizes, draws in ((0.4, (26, 36), 128), (1.0, (125, 160), 24), (2.0, (370, 460), 6))
)
# The exponent at κ = 1. Each size is a program of its own, which takes 13 CPU-seconds to compile: κ = .01, and the data
# sets that levels need, cost 40 more and are left to standard.
QUICK = [Gibbs(0.4, (48, 64), 64, burn_in=6), Gibbs(0.7, (120, 158), 16)]
TIERS = {
    "quick": Tier(QUICK, replicates=16),
    "standard": Tier([*RAY, *SMALL_RAY, Langevin(0.4, (48, 64), 128, steps=2000)], replicates=32),
    "paper": Tier(
        [*RAY, Gibbs(4.0, (1900, 2300), 3), *SMALL_RAY, Langevin(0.4, (48, 64), 128, steps=4000)],
        replicates=32,
        note="the source's own ray up to alpha = 4 (d = 8000): about 100 minutes on one core, 2 GiB",
    ),
    "off-the-ray": Tier(points(), replicates=24, note="eight drawn points"),
}
