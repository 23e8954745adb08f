"""What theory alone says as P tends to infinity: errors over those of the effective ridge."""

from __future__ import annotations

import numpy as np

from fieldbench.claims import Limit, Remainder
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


AS_PUBLISHED = {"published-formula": 1.0}
LIMITS = (
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
