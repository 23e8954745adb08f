"""Worlds in which a statement is false, written down before looking whether its check would notice."""

from __future__ import annotations

from fieldbench.claims import Said

from .case import ABOVE, BELOW, bias_squared, in_sample, mirrored, terms, with_test_noise
from .experiment import Regression


def sharper_peak(at: Regression) -> Said:
    """A variance that grows as the square of 1/|1 − γ|."""
    bias, variance = terms(at.ratio, at.noise)
    return {Regression.risk: bias + variance / abs(1.0 - at.ratio)}


def nothing_learned(at: Regression) -> Said:
    """Above the peak the signal is lost, and the noise is all that there is: r² + σ²/(γ − 1)."""
    return {Regression.risk: 1.0 + terms(at.ratio, at.noise)[1]}


def a_tenth_more_noise(at: Regression) -> Said:
    return {Regression.risk: sum(terms(at.ratio, 1.1 * at.noise))}


WORLDS = {
    BELOW: {
        "in-sample": in_sample,
        "with-test-noise": with_test_noise,
        "sharper-peak": sharper_peak,
        "a-tenth-more-noise": a_tenth_more_noise,
    },
    ABOVE: {
        "mirrored": mirrored,
        "bias-squared": bias_squared,
        "with-test-noise": with_test_noise,
        "nothing-learned": nothing_learned,
        "a-tenth-more-noise": a_tenth_more_noise,
    },
}
