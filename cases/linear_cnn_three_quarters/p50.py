"""P_50 of the linear CNN: its approach to the d^{3/4} law, and what the finite-size theory leaves open about it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fieldbench.theory.networks import LinearCNN, asymptotic_half_samples, half_samples, shrinkage

from .remainders import remainders


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


@dataclass(frozen=True)
class HalfSamplesBudget:
    """Sizes of what may separate log P_50, interpolated between two measurements, from `half_samples`.

    Attributes:
        beyond: the non-linear response to the data's noise, from `shrinkage`.
        remainder: the `remainders` of the learnability through the slope of the curve.
        interpolation: the bend that a straight line in log P ignores.
    """

    beyond: float
    remainder: float
    interpolation: float


def half_samples_budget(model: LinearCNN, low: float, high: float) -> HalfSamplesBudget:
    """The budget of P_50 interpolated between the sizes `low` and `high`."""
    middle = half_samples(model, shrinkage)
    shares = [shrinkage(model, p).learnability for p in (low, middle, high)]
    slope = (shares[2] - shares[0]) / math.log(high / low)
    straight = shares[0] + slope * math.log(middle / low)
    parts = remainders(model, middle)
    left = sum(part.learnability for part in (parts.own_signal, parts.half_sample, parts.kernel, parts.tilt))
    return HalfSamplesBudget(
        beyond=abs(math.log(middle / half_samples(model))),
        remainder=float(left) / slope,
        interpolation=abs(straight - shares[1]) / slope,
    )
