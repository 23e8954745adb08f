"""What an attention head is taught, and with what."""

from __future__ import annotations

from dataclasses import dataclass

from fieldbench.errors import BadInput


@dataclass(frozen=True)
class HeadTask:
    """P samples of a query and L keys in d dimensions, noise κ, weights of variances σ_A²/d² and σ_v²/d.

    Raises:
        BadInput: d < 4 or L < 2, fewer samples than one, or a constant that is not positive.
    """

    dimension: int
    context: int
    samples: float
    ridge: float = 4.0
    attention_variance: float = 1.0
    value_variance: float = 1.0

    def __post_init__(self) -> None:
        if self.dimension < 4 or self.context < 2:
            raise BadInput(f"d = {self.dimension}, L = {self.context}: needs d ≥ 4 and L ≥ 2")
        if self.samples < 1:
            raise BadInput(f"P = {self.samples}: needs one sample or more")
        if not min(self.ridge, self.attention_variance, self.value_variance) > 0:
            raise BadInput("ridge and variances must be positive")

    @property
    def spread(self) -> float:
        """m = (L − 1)/L²: (1/L) Σ_b x̃_b (v·x̃_b), x̃ less their mean, has the variance m|v|² across v."""
        return (self.context - 1) / self.context**2
