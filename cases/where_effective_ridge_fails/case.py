"""Where the effective ridge fails: on the circle without ridge, exactly and at every P; elsewhere, to a guess."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fieldbench.claims import AtLeast, Case, Check, Control, Figure, Known, Limit, Remainder, Said, Theory, Tier, per
from fieldbench.theory.curves import markov_circle

from .experiment import (
    Circle,
    CirclePointsMore,
    CircleRidgeDoubled,
    Sphere,
    SpherePointsMore,
    SphereRidgeDoubled,
    Zonal,
)
from .markov import Markov, MassTimesRootTwo, WithRidge
from .points import FIRST, HELD_OUT, THIRD, standings
from .theory import (
    gaps,
    gaussian,
    markov_first_order,
    markov_gaussian,
    markov_published,
    next_order,
    published,
    rho,
    with_margins,
)
from .theory import (
    standing as standing_by_theory,
)


def with_next_order(at: Zonal) -> Said:
    """E0 Σ(1 − L_k)²y_k² and its first correction, which knows the harmonics' fourth moments and the target."""
    return {Zonal.error: next_order(at)}


def published_formula(at: Zonal) -> Said:
    """κ_eff and E0; the unevenness of the ridge over points is nought here, and changes nothing."""
    return {Zonal.error: published(at)}


def gaussian_features(at: Zonal) -> Said:
    """Orders in 1/P as if the modes were independent Gaussian features."""
    return {Zonal.error: gaussian(at)}


def with_its_margins(at: Zonal, value: float) -> Said:
    return {Zonal.error: Known(value, *next_order(at).remainders)}


def claimed_published(at: Zonal) -> Said:
    """The published formula, with no wider margin."""
    return with_its_margins(at, published(at))


def correction_reversed(at: Zonal) -> Said:
    """ρ with the other sign."""
    return {Zonal.error: next_order(at, -1.0)}


def gap_by_gap(at: Markov) -> Said:
    """Each point from its two neighbours, averaged over where they are: exact."""
    return with_margins(at, gaps(at))


def claimed_first_order(at: Markov) -> Said:
    return with_margins(at, markov_first_order(at))


def claimed_formula(at: Markov) -> Said:
    return with_margins(at, markov_published(at))


def rough_ratio() -> float:
    """∫ε(q)q⁻² dq over the same of the effective ridge, by the trapezoidal rule in ln q, with q⁻² beyond."""
    q = np.geomspace(1e-3, 1e4, 20001)

    def integral(error: np.ndarray, last: float) -> float:
        return float(np.trapezoid(error / q, np.log(q)) + last / q[-1])

    exact = integral(markov_circle.limiting_error(q), 5.0 / 3.0)
    return exact / integral(markov_circle.limiting_effective_ridge(q), 2.0)


def smooth_ratio() -> float:
    q = np.array(1e-3)
    return float(markov_circle.limiting_error(q) / markov_circle.limiting_effective_ridge(q))


def noise_ratio() -> float:
    """Both as P → ∞ at m = 1: ⟨A² + B²⟩ + 1 over E0."""
    return (1.0 + markov_circle.noise_gain(100_000, 1.0)) / 2.0


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

OF_ORDERS: dict[str, Theory] = {"published-formula": published_formula, "gaussian-features": gaussian_features}
OF_GAPS: dict[str, Theory] = {
    "published-formula": markov_published,
    "next-order-alone": markov_first_order,
    "gaussian-features": markov_gaussian,
}


def half_way(at: Zonal) -> float:
    """The published error and half of its next order."""
    return published(at) * (1.0 + 0.5 * rho(at))


GAPS = Check("smooth-targets-are-interpolated-gap-by-gap", Markov.error, scale="log", rivals=OF_GAPS, statement=True)
PRIOR = Check("error-of-targets-from-the-prior", Markov.of_prior, scale="log", rivals=OF_GAPS, statement=True)
NOISE = Check("error-made-of-noise", Markov.of_noise, scale="log", rivals=OF_GAPS, statement=True)
# No statement: what it leaves open is a guess.
NEXT = Check(
    "next-order-is-what-it-lacks",
    Zonal.error,
    scale="log",
    rivals=OF_ORDERS,
    on=lambda at: isinstance(at, Zonal) and standing(at) == "told",
)
AS_PUBLISHED = {"published-formula": 1.0}
CHECKS = (
    GAPS,
    PRIOR,
    NOISE,
    Limit(
        "an-eighth-of-the-error-of-smooth-targets",
        smooth_ratio,
        expected=8.0,
        margin=(Remainder("order q²", 2e-5, order="q²", got="bounded"),),  # 8 (11/6 + 1/2) q² at q = 1e-3
        rivals=AS_PUBLISHED,
        statement=True,
    ),
    Limit(
        "three-quarters-of-the-error-of-rough-ones",
        rough_ratio,
        expected=4.0 / 3.0,
        margin=(Remainder("quadrature, and q < 1e-3", 1e-4, got="bounded"),),
        rivals=AS_PUBLISHED,
        statement=True,
    ),
    Limit(
        "six-fifths-of-the-error-made-of-noise",
        noise_ratio,
        expected=5.0 / 6.0,
        margin=(Remainder("order 1/P and m/P", 1e-4, order="1/P", got="bounded"),),
        rivals=AS_PUBLISHED,
        statement=True,
    ),
    NEXT,
    Check(
        "within-what-the-next-order-leaves-open",
        Zonal.error,
        scale="log",
        rivals=OF_ORDERS,
        on=lambda at: isinstance(at, Zonal) and standing(at) in ("within", "falls"),
        tiers=("standard",),
    ),
    Check(
        "left-open-where-the-target-is-smooth",
        Zonal.error,
        scale="log",
        rivals=OF_ORDERS,
        on=lambda at: at == STEEP,
        tiers=("standard",),
        expect="contradicted",
        because="""
the first order has the right sign and more than half of the size, ρ = .14 of .23, but what follows is 4.8ρ², not \
below the guess (|ρ| + 3v)². Found at one of the points held out; at ρ > 10v nothing is asked of the guess since""",
    ),
    AtLeast(
        "too-small-by-half-of-the-next-order",
        Zonal.error / per(half_way),
        1.0,
        on=lambda at: isinstance(at, Zonal) and standing(at) in ("within", "open"),
        tiers=("standard",),
    ),
)

CASE = Case(
    theories={Circle: with_next_order, Sphere: with_next_order, Markov: gap_by_gap},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control("published-formula-of-interpolation", contradicts=GAPS, theory=claimed_formula),
        Control("next-order-of-interpolation", contradicts=GAPS, theory=claimed_first_order),
        Control("mass-times-root-two", contradicts=GAPS, experiment=MassTimesRootTwo),
        Control("with-a-ridge", contradicts=GAPS, experiment=WithRidge, why="a hundredth of K(x, x)"),
        Control("published-formula-of-the-prior", contradicts=PRIOR, theory=claimed_formula),
        Control("mass-times-root-two-in-the-prior", contradicts=PRIOR, experiment=MassTimesRootTwo),
        Control("published-formula-of-noise", contradicts=NOISE, theory=claimed_formula),
        Control("ridge-under-noise", contradicts=NOISE, experiment=WithRidge, why="a hundredth of K(x, x)"),
        Control("published-formula-claimed", contradicts=NEXT, theory=claimed_published),
        Control("correction-reversed", contradicts=NEXT, theory=correction_reversed),
        Control("ridge-doubled-on-circle", contradicts=NEXT, experiment=CircleRidgeDoubled, on=lambda at: at == JUMPS),
        Control("ridge-doubled-on-sphere", contradicts=NEXT, experiment=SphereRidgeDoubled, on=lambda at: at == ROUGH),
        Control(
            "a-tenth-more-points-on-circle", contradicts=NEXT, experiment=CirclePointsMore, on=lambda at: at == JUMPS
        ),
        Control(
            "a-tenth-more-points-on-sphere", contradicts=NEXT, experiment=SpherePointsMore, on=lambda at: at == ROUGH
        ),
    ),
    figure=Figure(
        y=Markov.error,
        x="wavenumber",
        label="k",
        group=lambda at: f"P = {at.samples}",
        rivals=OF_GAPS,
        log="xy",
    ),
)
