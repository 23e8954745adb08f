"""A Gaussian process needs P ~ d³ samples for the cubic part of a staircase; the linear part does not help."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import (
    Case,
    Check,
    Control,
    Figure,
    Known,
    Limit,
    Remainder,
    Rival,
    Said,
    Theory,
    Tier,
    crossing,
    exponent,
    observable,
    per,
)
from fieldbench.theory.curves import effective_ridge, finite_size, relative_to_limit
from fieldbench.theory.kernels import Spectrum, sphere

from .experiment import CUBIC, KERNEL, STAIRCASE, Sphere, Stretched

P50, P90 = crossing(Sphere.cubic, 0.5), crossing(Sphere.cubic, 0.9)


def dimension(at: Sphere) -> float:
    return at.dimension


def leading(at: Sphere) -> Said:
    """The effective ridge, without its correction in 1/P."""
    return {Sphere.cubic: effective_ridge(_spectrum(at), at.samples, at.ridge).learnability[:, CUBIC]}


def first_order(at: Sphere, ridge: float | None = None) -> dict[Any, Known]:
    """The effective ridge and its first correction in 1/P: what lies beyond is at most as large as the correction."""
    curve = effective_ridge(_spectrum(at), at.samples, at.ridge if ridge is None else ridge)
    correction = finite_size.learnability_correction(curve, at.dimension)[:, CUBIC]
    beyond = Remainder("orders beyond the computed correction", np.abs(correction), order="1/P²", got="guessed")
    return {Sphere.cubic: Known(curve.learnability[:, CUBIC] + correction, beyond)}


def theory(at: Sphere, ridge: float | None = None) -> dict[Any, Any]:
    """The same with 1/P for what a single size leaves open; the linear part adds nothing, a leak of 1/P apart."""
    cubic = first_order(at, ridge)[Sphere.cubic]
    alone = cubic.value[: at.early.size]
    leak = Remainder("1/P in the learnability", 1.0 / at.early, order="1/P", got="guessed")
    return {
        Sphere.cubic: Known(cubic.value, *cubic.remainders, Remainder("one in P", 1.0 / at.samples, order="1/P")),
        Sphere.cubic_from_linear: Known(
            np.zeros(at.early.size), Remainder("1/P in the learnability", STAIRCASE / at.early, order="1/P")
        ),
        Sphere.cubic_alone: alone,
        Sphere.cubic_with_linear: Known(alone, leak),
    }


def quadratic_degeneracy(at: Sphere) -> Said:
    """A cubic space of O(d²) modes."""
    right = _spectrum(at)
    degeneracies = right.degeneracies.copy()
    degeneracies[CUBIC] = sphere.degeneracy(2, at.dimension)
    wrong = effective_ridge(Spectrum(right.eigenvalues, degeneracies), at.samples, at.ridge)
    return {Sphere.cubic: Known(wrong.learnability[:, CUBIC], *theory(at)[Sphere.cubic].remainders)}


def power_law(power: int) -> Rival:
    """P_50 and P_90 proportional to d^power, with a constant of its own."""
    return Rival(lambda at: dict.fromkeys((P50, P90), at.dimension**power), free="offset")


def dense_curve(at: Sphere) -> tuple[Any, Any]:
    samples = np.geomspace(at.samples[0], at.samples[-1], 60)
    return samples / at.dimension**3, effective_ridge(_spectrum(at), samples, at.ridge).learnability[:, CUBIC]


def _spectrum(at: Sphere) -> Spectrum:
    return sphere.spectrum(KERNEL, at.dimension)


def from_limit(dimension: int) -> NDArray[np.float64]:
    """P_L/d³ over its limit for both levels: 1 + O(1/d)."""
    return np.array([relative_to_limit(KERNEL, CUBIC, level, 0.01, dimension) for level in (0.5, 0.9)])


def local_exponent(dimension: int) -> NDArray[np.float64]:
    return np.asarray(CUBIC + np.log2(from_limit(dimension) / from_limit(dimension // 2)))


@observable(Sphere.cubic)
def samples_times_cubic(at: Sphere, cubic: NDArray[np.float64]) -> NDArray[np.float64]:
    """P·L_3 averaged over the sizes: one number a dimension, in which what is of order 1/P stays finite."""
    return np.asarray((at.samples * cubic).mean(axis=-1))


SMALL = (Sphere(8, 740, draws=64), Sphere(10, 1_400, draws=16), Sphere(12, 2_300, draws=8))
TIERS = {
    "quick": Tier([Sphere(8, 740, draws=32), Sphere(10, 1_400, draws=8), Sphere(12, 2_300, draws=3)], replicates=8),
    "standard": Tier(
        [*SMALL, Sphere(14, 3_600, draws=4), Sphere(16, 5_300, draws=2), Sphere(20, 10_100, draws=2)],
        replicates=8,
        note="kernel matrices of 10,100 points: 5 GiB",
    ),
    "paper": Tier(
        [*SMALL, Sphere(16, 5_300, draws=2), Sphere(20, 10_100, draws=2), Sphere(24, 17_300), Sphere(28, 27_300)],
        replicates=8,
        note="the source gives no sizes; d = 28 needs kernel matrices of 27,300 points: 36 GiB and about an hour",
    ),
}

POWER_LAWS: dict[str, Rival | Theory | float] = {"square-law": power_law(2), "linear-law": power_law(1)}
LEARNED = Check("cubic-learnability", Sphere.cubic)
EXPONENT = Check(
    "cubic-exponent", exponent(P50, over=dimension), rivals={"square-law": 2.0, "linear-law": 1.0}, statement=True
)
CHECKS = (
    LEARNED,
    Check(
        "correction-in-one-over-p",
        samples_times_cubic,
        theory=first_order,
        rivals={"effective-ridge-alone": leading},
        on=lambda at: at.dimension <= 10,  # where many data sets are cheap
    ),
    Check("cubic-p50", P50, rivals=POWER_LAWS, scale="log"),
    Check("cubic-p90", P90, rivals=POWER_LAWS, scale="log"),
    EXPONENT,
    Limit(
        "limiting-exponent",
        lambda: local_exponent(10**6),
        expected=CUBIC,
        # The distance from 3 halves when d doubles: that at half the dimension is twice what is left.
        margin=(
            Remainder("order 1/d", lambda: local_exponent(500_000) - CUBIC, order="1/d", got="computed"),
            Remainder("rounding", 1e-10, got="bounded"),
        ),
    ),
    Limit(
        "limiting-level",
        lambda: 2.0 * from_limit(10**6) - from_limit(500_000),
        expected=1.0,
        margin=(
            Remainder("order 1/d²", lambda: 10.0 * (from_limit(10**6) - 1.0) ** 2, order="1/d²", got="guessed"),
            Remainder("rounding", 1e-10, got="bounded"),
        ),
    ),
    Check("linear-part-teaches-no-cubic", Sphere.cubic_from_linear),
    Check(
        "linear-part-leaves-p50",
        crossing(Sphere.cubic_with_linear, 0.5) / crossing(Sphere.cubic_alone, 0.5),
        scale="log",
    ),
)

CASE = Case(
    theories={Sphere: theory},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control(
            "kernel-stretched-along-teacher",
            contradicts=LEARNED,
            experiment=Stretched,
            on=lambda at: at.dimension == 8,
            why="without rotation invariance the cubic part is learned early",
        ),
        Control("ridge-omitted", contradicts=LEARNED, theory=partial(theory, ridge=1e-9)),
        Control("degeneracy-d-squared", contradicts=EXPONENT, theory=quadratic_degeneracy),
    ),
    figure=Figure(
        y=Sphere.cubic,
        x=per(lambda at: at.samples / at.dimension**3),
        label="P/d³",
        group=dimension,
        rivals={"effective-ridge-alone": leading},
        curve=dense_curve,
        log="x",
    ),
)
