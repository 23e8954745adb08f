"""Least squares of minimum norm: σ²γ/(1 − γ) below the peak at γ = p/n = 1, r²(1 − 1/γ) + σ²/(γ − 1) above it."""

from __future__ import annotations

from fieldbench.claims import Case, Check, Control, Figure, Known, Remainder, Said, Tier, per

from .experiment import Regression, VarianceForDeviation


def terms(ratio: float, noise: float) -> tuple[float, float]:
    """Bias and variance in the limit of the source, at r² = 1."""
    if ratio < 1.0:
        return 0.0, noise * ratio / (1.0 - ratio)
    return 1.0 - 1.0 / ratio, noise / (ratio - 1.0)


def two_branches(at: Regression, ratio: float | None = None) -> Said:
    """The limit, and what a finite |n − p| adds to the variance.

    For Gaussian features the bias is exact and the variance σ²p/(n − p − 1), above the peak σ²n/(p − n − 1): the limit
    times 1 + 1/(|n − p| − 1), of which the second term is at most 2/|n − p|.
    """
    bias, variance = terms(at.ratio if ratio is None else ratio, at.noise)
    more = 2.0 * variance / abs(at.samples - at.features)
    finite = Remainder("finite |n − p|", more, order="1/|n − p|", got="bounded")
    resolution = Remainder("resolution", 0.02, got="chosen", relative=True)
    return {Regression.risk: Known(bias + variance, finite, resolution)}


def in_sample(at: Regression) -> Said:
    """The error at the inputs of the samples, σ²p/n: the textbook's for a fixed design."""
    return {Regression.risk: at.noise * at.ratio}


def with_test_noise(at: Regression) -> Said:
    """The whole test error, with the noise of the test labels."""
    return {Regression.risk: sum(terms(at.ratio, at.noise)) + at.noise}


def mirrored(at: Regression) -> Said:
    """The variance below the peak taken on above it, |σ²γ/(1 − γ)|."""
    bias, variance = terms(at.ratio, at.noise)
    return {Regression.risk: bias + at.ratio * variance}


def bias_squared(at: Regression) -> Said:
    """The share 1 − 1/γ of the signal that is missed, squared once more."""
    bias, variance = terms(at.ratio, at.noise)
    return {Regression.risk: bias**2 + variance}


def upside_down(at: Regression) -> Said:
    """γ taken for n/p."""
    return two_branches(at, ratio=1.0 / at.ratio)


BELOW = Check(
    "risk-below-the-peak",
    Regression.risk,
    scale="log",
    rivals={"in-sample": in_sample, "with-test-noise": with_test_noise},
    on=lambda at: at.ratio < 1.0,
    statement=True,
)
ABOVE = Check(
    "risk-above-the-peak",
    Regression.risk,
    scale="log",
    rivals={"mirrored": mirrored, "bias-squared": bias_squared, "with-test-noise": with_test_noise},
    on=lambda at: at.ratio > 1.0,
    statement=True,
)

# Below the peak all of the risk is noise, and scatters: three times the draws.
SIZES = [*(Regression(p, draws=200) for p in (20, 40, 50)), *(Regression(p) for p in (120, 160, 240))]

CASE = Case(
    theories={Regression: two_branches},
    tiers={"quick": Tier(SIZES, replicates=16)},
    checks=(BELOW, ABOVE),
    controls=(
        Control("noise-too-small-below", contradicts=BELOW, experiment=VarianceForDeviation, why="σ² taken for σ"),
        Control("upside-down-below", contradicts=BELOW, theory=upside_down, why="n/p for p/n"),
        Control("noise-too-small-above", contradicts=ABOVE, experiment=VarianceForDeviation, why="σ² taken for σ"),
        Control("upside-down-above", contradicts=ABOVE, theory=upside_down, why="n/p for p/n"),
    ),
    figure=Figure(
        y=Regression.risk,
        x=per(lambda at: at.ratio),
        label="p/n",
        group=lambda at: f"n = {at.samples}",
        rivals={"with-test-noise": with_test_noise},
        log="xy",
    ),
)
