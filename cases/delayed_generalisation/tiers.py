"""Where it is measured: two widths, both readings of the source's readout variance, drawn points."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Training
from .off_the_ray import points

INTERPOLATING, LITERAL = 7.7, 0.0114  # N⟨a²⟩: .011 of each readout at the source's N = 700, and .011 of all of them
WIDTHS = (56, 224)
QUICK = 0.15  # horizon of the quick tier; twelve sets did not resolve what is learned late by .1, nor always by .15
TIERS = {
    # Controls cost as much again, each: they are left to standard.
    "quick": Tier([Training(WIDTHS[0], INTERPOLATING, horizon=QUICK)], replicates=28),
    "standard": Tier(
        [
            *(Training(width, INTERPOLATING) for width in WIDTHS),
            *(Training(width, LITERAL, horizon=0.05) for width in WIDTHS),
        ],
        replicates=48,
        note="6 minutes on one core",
    ),
    "off-the-ray": Tier(points(), replicates=28, note="four drawn points, four minutes on one core"),
    "paper": Tier(
        [
            Training(width, each, horizon=20.0, dimension=150, samples=600)
            for width in (700, 1400, 2800)
            for each in (INTERPOLATING, LITERAL)
        ],
        replicates=50,
        note="the source's size, both readings of its σ_a²: 10⁷ steps a network; not run",
    ),
}
STANDARD = ("standard",)
WHOLE = ("standard", "off-the-ray")  # at every point that is watched to .12


def interpolating(at: Training) -> bool:
    """Networks whose prior has the size of the target: they reach the noise on their training set."""
    return at.readout > 1


def literal(at: Training) -> bool:
    return not interpolating(at)


def narrow_and_literal(at: Training) -> bool:
    return at.width == WIDTHS[0] and literal(at)


def wide_and_literal(at: Training) -> bool:
    return at.width == WIDTHS[1] and literal(at)


def wide_and_interpolating(at: Training) -> bool:
    return at.width == WIDTHS[1] and interpolating(at)


def cheapest(at: Training) -> bool:
    return at.width == WIDTHS[0] and interpolating(at) and at.horizon < QUICK
