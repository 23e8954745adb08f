"""Choices of the mean-field factor χ along β, where d = 150√β, n = 3000β, N = 700β, κ ∝ √β."""

from __future__ import annotations

import math

from fieldbench.errors import BadInput


def invariant_chi(width: int, beta: float, reference: float = 0.08) -> float:
    """χ = N√(β₀/β), which keeps u = n²σ_a²/(κ²dN)·χ fixed and equals full mean-field scaling at β₀ = `reference`.

    χ = N instead lets the feature-learning strength per dimension grow as √β, so that a flat curve would prove nothing.
    Raises BadInput for β ≤ 0.
    """
    if not (beta > 0 and reference > 0):
        raise BadInput(f"beta = {beta} and reference = {reference} must both be positive")
    return width * math.sqrt(reference / beta)
