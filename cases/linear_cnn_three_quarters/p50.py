"""The approach of P_50 to the d^{3/4} law on the source's ray: theory alone, at sizes where its corrections are small."""

from __future__ import annotations

import math

from fieldbench.theory.networks import LinearCNN, asymptotic_half_samples, half_samples


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
