"""The approach of P_50 to the d^{3/4} law on the source's ray: theory alone, where its corrections are small."""

from __future__ import annotations

import math

import numpy as np

from fieldbench.claims import Limit, Remainder
from fieldbench.theory.networks import LinearCNN, asymptotic_half_samples, gaussian_process, half_samples

RIDGES = 1.0, 0.01
LARGE = 250_000  # the largest network is at four times this α: α = 10⁶, d = 5·10¹⁴


def scaled_half_samples(alpha: float, ridge: float) -> float:
    """P_50/d^{3/4} over its closed limit 2(1+κ)√(C/(χ√d)) on the source's ray: 1 + O(α^{-1/2})."""
    model = LinearCNN.on_ray(alpha, ridge=ridge)
    limit: float = asymptotic_half_samples(model) * model.dimension**0.75
    return half_samples(model) / limit


def local_exponent(alpha: float, ridge: float) -> float:
    """d log P_50/d log d between α/2 and α: 3/4 + O(α^{-1/2}), for d ∝ α²."""
    return 0.75 + 0.5 * math.log2(scaled_half_samples(alpha, ridge) / scaled_half_samples(alpha / 2, ridge))


def extrapolated_level(alpha: float, ridge: float) -> float:
    """`scaled_half_samples` from α and 4α with the remainder of order α^{-1/2} taken out: 1 + O(1/α)."""
    return 2 * scaled_half_samples(4 * alpha, ridge) - scaled_half_samples(alpha, ridge)


exponents, levels = np.vectorize(local_exponent), np.vectorize(extrapolated_level)

LIMITS = (
    Limit(
        "limiting-exponent",
        lambda: exponents(4 * LARGE, RIDGES),
        expected=0.75,
        # The distance from 3/4 halves when α grows fourfold: that at a quarter of α is twice what is left.
        margin=(
            Remainder("order α^{-1/2}", lambda: exponents(LARGE, RIDGES) - 0.75, order="α^{-1/2}", got="computed"),
        ),
    ),
    Limit(
        "limiting-level",
        lambda: levels(LARGE, RIDGES),
        expected=1.0,
        # The extrapolation's own remainder is of order 1/α: that from a quarter of α is four times what is left.
        margin=(Remainder("order 1/α", lambda: levels(LARGE / 4, RIDGES) - 1.0, order="1/α", got="computed"),),
    ),
    Limit(
        "gaussian-process-needs-d",
        lambda: [half_samples(LinearCNN.on_ray(100, ridge=ridge), gaussian_process) / 5e6 for ridge in RIDGES],
        expected=[ridge + 0.5 for ridge in RIDGES],
        margin=(Remainder("root finding", 1e-10, got="bounded"),),
    ),
)
