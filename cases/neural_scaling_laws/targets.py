"""Targets on a power-law spectrum: their tails and the ridges with which they are learned."""

from __future__ import annotations

from enum import StrEnum

from scipy.special import zeta


def beyond(exponent: float, modes: int) -> float:
    """Σ_{k>M} k^{−1−b}: what a power law has beyond the modes that are listed."""
    return float(zeta(1.0 + exponent, modes + 1.0))


class Target(StrEnum):
    """A power law of the target, y_k² = k^{−1−b}, and the ridge with which it is learned."""

    SAME = "y² ∝ λ"
    OTHER = "other tail"
    SATURATED = "saturated tail"
    SAME_RIDGE = "y² ∝ λ, large ridge"
    OTHER_RIDGE = "other tail, large ridge"

    @property
    def ridge(self) -> float:
        """κ."""
        return 4.0 if self in (Target.SAME_RIDGE, Target.OTHER_RIDGE) else 0.0

    def tail(self, alpha: float) -> float:
        """b, where the spectrum is λ_k = k^{−1−α}."""
        if self is Target.SATURATED:
            return 2.5 * (1.0 + alpha)
        return 1.5 - alpha if self in (Target.OTHER, Target.OTHER_RIDGE) else alpha
