"""No overfitting: the interpolation peak of a flat noisy spectrum, and the tail of small modes that takes it away."""

from __future__ import annotations

from fieldbench.claims import (
    AtLeast,
    Case,
    Check,
    Control,
    Expression,
    Figure,
    Limit,
    Quantity,
    Remainder,
    Rival,
    Theory,
    exponent,
    log,
)

from .broken import all_as_ridge, no_hard_edge, tail_ignored, tenfold_ridge, without_e0
from .experiment import MODES, NOISE, DoubledRidge, DoubledTail, Flat, NoiseLeftOut, Noiseless, Noisy, Square, Tailed
from .theory import bulk, dense_curve, flat, height_over_limit, projection, smooth, square, sum_as_ridge, tailed
from .tiers import DRAWS, SMALL, TIERS


def series(at: Noisy) -> str:
    return f"{type(at).__name__.lower()}, T = {at.ridge:g}"


def peak(error: Quantity) -> Expression:
    """ln of the error at P = D over that at P = D/2."""
    return log(error.at(samples=MODES)) - log(error.at(samples=MODES // 2))


def single_values(at: Square) -> list[float]:
    """Ridges T ≤ λ/D, which resolve single eigenvalues."""
    return [x for x in at.scaled if x <= 1.0]


OF_CURVES: dict[str, Theory] = {"effective-ridge-alone": bulk, "bias-and-variance-without-e0": without_e0}
HAS_A_PEAK = AtLeast("flat-spectrum-has-a-peak", peak(Flat.error), 0.0, on=lambda at: at.ridge == SMALL)
CURVE = Check("error-curve", Noisy.error, scale="log", rivals=OF_CURVES, on=lambda at: isinstance(at, Flat))
# The quick tier resolves .2 % of the .3 to .5 that the margin allows.
TAILED_CURVE = Check("error-curve-with-a-tail", Noisy.error, scale="log", rivals=OF_CURVES,
                     on=lambda at: isinstance(at, Tailed), tiers=("standard",))  # fmt: skip
HEIGHT = Check(
    "height-at-the-peak",
    Square.height.at(scaled=single_values),
    scale="log",
    rivals={
        "effective-ridge-alone": smooth,
        "without-e0": 1.0,
        "inverse-ridge": Rival(lambda at: {Square.height: 1.0 / at.ridge}, free="offset"),
    },
    statement=True,
)
ROOT = Remainder("order √T", 2e-6, order="√T", got="bounded")  # relative corrections of order z = 1e-6
OF_TAILS: dict[str, Theory | float] = {"all-of-its-sum": 0.0, "tail-ignored": tail_ignored}


def told(P: int) -> bool:
    """Where all of the tail, and none, are both far from what theory has: by 2D all three come together again."""
    return MODES <= P <= 1.5 * MODES


AS_RIDGE = Check(
    "tail-acts-as-a-ridge",
    Tailed.tail_change.at(samples=lambda at: [P for P in at.samples if told(P)]),
    rivals=OF_TAILS,
    statement=True,
)
NO_PEAK = Check(
    "tail-takes-the-peak-away",
    peak(Tailed.error),
    rivals={"all-of-its-sum": sum_as_ridge, "tail-ignored": tail_ignored},
    margin=(Remainder("resolution: a hundredth of the error at the peak", 0.01, got="chosen"),),
    on=lambda at: at.ridge == NOISE,
    statement=True,
)
CHECKS = (
    HAS_A_PEAK,
    AtLeast("small-tail-leaves-the-peak", peak(Tailed.error), 0.0, on=lambda at: at.ridge < NOISE),
    NO_PEAK,
    CURVE,
    TAILED_CURVE,
    Check(
        "height-against-ridge",
        exponent(Flat.error.at(samples=MODES), over=lambda at: at.ridge),
        rivals={"limiting-law": -0.5, "inverse-ridge": -1.0, "without-e0": without_e0},
        margin=(Remainder("resolution of an exponent", 0.005, got="chosen"),),
    ),
    HEIGHT,
    Check(
        "height-above-the-edge",
        Square.height.at(scaled=lambda at: [x for x in at.scaled if x > 1.0]),
        scale="log",
        margin=(Remainder("resolution", 0.005, got="chosen"),),
        rivals={"without-e0": 1.0},
    ),
    Limit("limiting-height", lambda: height_over_limit(1e-12), expected=1.0, margin=(ROOT,)),
    AS_RIDGE,
    Check(
        "tail-acts-as-a-ridge-away-from-the-peak",
        Tailed.tail_change.at(samples=lambda at: [P for P in at.samples if not told(P)]),
        rivals=OF_TAILS,
    ),
    Check("no-peak-without-noise", Noiseless.error, exact=True),
)

CASE = Case(
    theories={Flat: flat, Tailed: tailed, Noiseless: projection, Square: square},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control("ridge-doubled-at-peak", contradicts=HEIGHT, experiment=DoubledRidge),
        Control("hard-edge-left-out", contradicts=HEIGHT, theory=no_hard_edge),
        Control(
            "noise-left-out", contradicts=HAS_A_PEAK, experiment=NoiseLeftOut, on=lambda at: at == Flat(SMALL, DRAWS)
        ),
        Control("tail-doubled", contradicts=AS_RIDGE, experiment=DoubledTail, on=lambda at: at.draws == 64),
        Control("all-of-the-tail-as-ridge", contradicts=AS_RIDGE, theory=all_as_ridge),
        Control("tail-doubled-at-peak", contradicts=NO_PEAK, experiment=DoubledTail, on=lambda at: at == Tailed(NOISE)),
        Control("all-of-the-tail-at-peak", contradicts=NO_PEAK, theory=all_as_ridge),
        Control("ridge-tenfold", contradicts=CURVE, theory=tenfold_ridge, on=lambda at: isinstance(at, Flat)),
    ),
    figure=Figure(y=Noisy.error, x="samples", label="P", group=series, rivals=OF_CURVES, curve=dense_curve, log="xy"),
)
