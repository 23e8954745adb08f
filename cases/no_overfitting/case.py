"""No overfitting: the interpolation peak of a flat noisy spectrum, and the tail of small modes that takes it away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fieldbench.claims import (
    AtLeast,
    AtMost,
    Case,
    Check,
    Control,
    Expression,
    Figure,
    Limit,
    Quantity,
    Remainder,
    Rival,
    Said,
    Theory,
    Tier,
    exponent,
    log,
)

from .experiment import MODES, NOISE, DoubledRidge, DoubledTail, Flat, NoiseLeftOut, Noiseless, Noisy, Square, Tailed
from .theory import (
    corrected,
    dense_curve,
    flat,
    hard_edge,
    height_over_limit,
    projection,
    ridges_apart,
    smooth_height,
    tailed,
)


def without_e0(at: Noisy) -> Said:
    """Bias and variance at the effective ridge T, without the factor E0."""
    curve, _ = corrected(at.samples, at.ridge)
    return {Noisy.error: curve.test_error / curve.e0}


def tail_ignored(at: Tailed) -> Said:
    """Hardly a ridge in the place of the tail."""
    (alone, _), (summed, _) = corrected(at.samples), corrected(at.samples, at.ridge)
    return {Tailed.tail_change: np.log(alone.test_error / summed.test_error)}


def tenfold_ridge(at: Flat) -> Said:
    return flat(replace(at, ridge=10.0 * at.ridge))


def series(at: Noisy) -> str:
    return f"{type(at).__name__.lower()}, T = {at.ridge:g}"


def peak(error: Quantity) -> Expression:
    """ln of the error at P = D over that at P = D/2."""
    return log(error.at(samples=MODES)) - log(error.at(samples=MODES // 2))


RIDGES = *_, SMALL = 0.1, 0.03, 0.01
LONG = (12, 25, 38, 50, 62, 100, 200)
QUICK = [*map(Flat, RIDGES), Tailed(NOISE), Tailed(NOISE / 40), Noiseless(), Square(16, 1000)]
TIERS = {
    "quick": Tier(QUICK, replicates=12),
    "standard": Tier(
        [
            *QUICK,
            # One in D of the hard edge: the resolution has to grow with D.
            Square(32, 4000),
            Square(64, 2600, scaled=(0.1, 1.0, 10.0)),
            *(Flat(ridge, 256, LONG) for ridge in RIDGES),
            Flat(0.003, 1024),
            *(Tailed(ridge, 256, LONG[:-1]) for ridge in (NOISE, NOISE / 40)),
        ],
        replicates=12,
    ),
}

WITHOUT_E0: dict[str, Theory] = {"bias-and-variance-without-e0": without_e0}
HAS_A_PEAK = AtLeast("flat-spectrum-has-a-peak", peak(Flat.error), 0.0, on=lambda at: at.ridge == SMALL, statement=True)
CURVE = Check("error-curve", Noisy.error, scale="log", rivals=WITHOUT_E0)
HEIGHT = Check(
    "height-at-the-peak",
    Square.height,
    scale="log",
    rivals={
        "effective-ridge-alone": lambda at: {Square.height: smooth_height(at)[0]},
        "without-e0": 1.0,
        "inverse-ridge": Rival(lambda at: {Square.height: 1.0 / at.ridge}, free="offset"),
    },
)
ROOT = Remainder("order √T", 2e-6, order="√T", got="bounded")  # relative corrections of order z = 1e-6
AS_ITS_SUM = Check("tail-acts-as-its-sum", Tailed.tail_change, rivals={"tail-ignored": tail_ignored})
CHECKS = (
    HAS_A_PEAK,
    AtLeast("small-tail-leaves-the-peak", peak(Tailed.error), 0.0, on=lambda at: at.ridge < NOISE),
    AtMost("tail-takes-the-peak-away", peak(Tailed.error), 0.0, on=lambda at: at.ridge == NOISE, statement=True),
    CURVE,
    Check(
        "height-against-ridge",
        exponent(Flat.error.at(samples=MODES), over=lambda at: at.ridge),
        theory=ridges_apart,
        rivals={"inverse-ridge": -1.0, "without-e0": without_e0},
    ),
    HEIGHT,
    Limit("limiting-height", lambda: height_over_limit(1e-12), expected=1.0, margin=(ROOT,)),
    AS_ITS_SUM,
    Check("no-peak-without-noise", Noiseless.error, exact=True),
)

CASE = Case(
    theories={Flat: flat, Tailed: tailed, Noiseless: projection, Square: hard_edge},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control("ridge-doubled-at-peak", contradicts=HEIGHT, experiment=DoubledRidge, on=lambda at: at.modes == 16),
        Control("noise-left-out", contradicts=HAS_A_PEAK, experiment=NoiseLeftOut, on=lambda at: at == Flat(SMALL)),
        Control("tail-doubled", contradicts=AS_ITS_SUM, experiment=DoubledTail, on=lambda at: at == Tailed(NOISE)),
        Control("ridge-tenfold", contradicts=CURVE, theory=tenfold_ridge, on=lambda at: isinstance(at, Flat)),
    ),
    figure=Figure(y=Noisy.error, x="samples", label="P", group=series, rivals=WITHOUT_E0, curve=dense_curve, log="xy"),
)
