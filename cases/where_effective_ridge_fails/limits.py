"""What theory alone says as P tends to infinity: errors over those of the effective ridge."""

from __future__ import annotations

import numpy as np

from fieldbench.claims import Control, Limit, Remainder
from fieldbench.theory.curves import markov_circle


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


def rough_ratio_of_bias() -> float:
    """Broken: the bias of the effective ridge for its error, E0 = 2 forgotten."""
    return 2.0 * rough_ratio()


def smooth_ratio_of_bias() -> float:
    return 2.0 * smooth_ratio()


def rough_ratio_between_any_samples() -> float:
    """Broken: a gap as long as gaps are on average, not as the one that a point falls into: ⟨g⟩ = 1, not 2."""
    return 0.5 * rough_ratio()


def smooth_ratio_between_any_samples() -> float:
    """The error of smooth targets goes as ⟨g⁴⟩, 4! of gaps and 5! of the one that a point falls into."""
    return 0.2 * smooth_ratio()


def noise_ratio_of_midpoints() -> float:
    """Broken: both neighbours have half a weight each, wherever the point lies between them."""
    return (1.0 + 0.5) / 2.0


def noise_ratio_without_the_point() -> float:
    """Broken: the label noise of the point itself forgotten, as if errors were those of the function."""
    return markov_circle.noise_gain(100_000, 1.0) / 2.0


AS_PUBLISHED = {"published-formula": 1.0}
SMOOTH, ROUGH, OF_NOISE = LIMITS = (
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
)
CONTROLS = (
    Control("smooth-over-the-bias-alone", contradicts=SMOOTH, computed=smooth_ratio_of_bias),
    Control("smooth-between-any-samples", contradicts=SMOOTH, computed=smooth_ratio_between_any_samples),
    Control("rough-over-the-bias-alone", contradicts=ROUGH, computed=rough_ratio_of_bias),
    Control("rough-between-any-samples", contradicts=ROUGH, computed=rough_ratio_between_any_samples),
    Control("noise-at-midpoints", contradicts=OF_NOISE, computed=noise_ratio_of_midpoints),
    Control("noise-of-the-point-forgotten", contradicts=OF_NOISE, computed=noise_ratio_without_the_point),
)
