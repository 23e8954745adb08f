"""Where it is measured: on the circle gap by gap, and at points drawn or chosen by how much theory leaves open."""

from __future__ import annotations

from dataclasses import replace

from fieldbench.claims import Tier

from .experiment import Circle, Sphere, Zonal
from .markov import Markov
from .points import FIRST, HELD_OUT, THIRD, standings
from .theory import standing as standing_by_theory

# Drawn from seeds: before the theory was derived, after it was, and after its budget had been fitted.
DRAWN = {**standings(FIRST), **standings(HELD_OUT), **standings(THIRD)}
# Those of the issue, and some where theory alone says that ρ can be told to a quarter.
NAMED = [
    Circle(0.0, 50, "sign", alpha=1.5),
    Circle(0.0, 50, "cos", alpha=1.5),
    Sphere(0.0, 50, "1", dimension=5, depth=3),
]
JUMPS, ROUGH = Circle(0.1, 50, "sign", draws=300, alpha=3.0), Sphere(0.1, 50, "kernel", dimension=3, depth=3)
# Where the guess failed: one of the points held out, with the data sets to say so.
STEEP = Circle(0.01, 100, "cos3", draws=400, alpha=3.72)
# Smaller margins, which take more data sets, and those of the first guess.
FINE = [
    Circle(0.3, 100, "sign", draws=400, alpha=2.0),
    Circle(0.3, 25, "sign", draws=130, alpha=2.0),
    Circle(0.3, 50, "sign", draws=100, alpha=1.5),
    Sphere(0.1, 25, "2", dimension=5, depth=3),
    Sphere(0.1, 100, "2", draws=200, dimension=5, depth=3),
    Sphere(0.3, 50, "2", draws=400, dimension=5, depth=3),
    Sphere(0.1, 50, "2", dimension=4, depth=3),
    Sphere(0.1, 25, "1", draws=400, dimension=7, depth=2),
]
UNTOLD = [Circle(0.0, 25, "cos", draws=24, alpha=3.59), Sphere(0.1, 25, "2", draws=40, dimension=6, depth=3)]
FEW = replace(ROUGH, draws=150)
STANDING: dict[Zonal, str] = {
    **DRAWN,
    **dict.fromkeys(NAMED, "open"),
    **dict.fromkeys(FINE, "within"),
    **dict.fromkeys([JUMPS, ROUGH, FEW, FINE[0], FINE[4], FINE[5]], "told"),
    **dict(zip([*UNTOLD, STEEP], ("open", "within", "open"), strict=True)),
}


def standing(at: Zonal) -> str:
    """Looked up where it is known (points.py)."""
    return STANDING[at] if at in STANDING else standing_by_theory(at)


def with_more(at: Zonal) -> Zonal:
    """What is told, and one point beside, were left undecided by a hundred data sets a replicate."""
    sphere = isinstance(at, Sphere) and (at.dimension, at.depth, at.samples, at.target)
    return replace(at, draws=400) if standing(at) == "told" or sphere == (6, 3, 25, "3") else at


TIERS = {
    "quick": Tier([Markov(draws=300), FEW], replicates=12),
    "standard": Tier(
        [
            Markov(),
            Markov(80, wavenumber=(1, 10, 40, 80)),
            JUMPS,
            ROUGH,
            *UNTOLD,
            *FINE,
            STEEP,
            *map(with_more, DRAWN),
            *NAMED,
        ],
        replicates=12,
    ),
}
