"""What is asked of a local ridge, of a uniform one, and of both together."""

from __future__ import annotations

from fieldbench.claims import AtMost, Check, Quantity

from .theory import constant_ridge, to_large_size, without_amplitude


def of_both_ridges(what: str, local: Quantity, uniform: Quantity) -> tuple[Check, ...]:
    return (
        Check(f"local-ridge-{what}", to_large_size(local), rivals={"as-constant-ridge": constant_ridge}),
        Check(f"uniform-ridge-{what}", to_large_size(uniform), rivals={"as-gaussian-features": without_amplitude}),
        AtMost(f"input-dependent-ridge-beats-constant-{what}", abs(local / uniform), 1.0),
    )
