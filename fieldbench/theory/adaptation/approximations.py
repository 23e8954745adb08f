"""The approximations compared: which corrections to the one-dimensional action each one keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation.modes import Mode, aligned_modes, hermite_modes
from fieldbench.theory.adaptation.overlaps import Activation

RidgeRule = Literal["response", "kernel", "bare"]


@dataclass(frozen=True)
class Approximation:
    """What is kept of the adaptation equations.

    modes: functions in which t is expanded; None takes every invariant mode up to `degree` (He_a(z) and the radial
    modes on it). ridge: "response" for κ_eff over R, "kernel" over K, "bare" for κ itself. frozen_radius: r = σ_w², q
    = σ_w² + m². connected: the sub-leading term of the action. fluctuations: observables carry the
    first-order corrections in 1/χ and d/n. degree also truncates the spectrum behind κ_eff.
    """

    name: str
    modes: tuple[Mode, ...] | None = None
    ridge: RidgeRule = "response"
    frozen_radius: bool = False
    connected: bool = False
    fluctuations: bool = False
    degree: int = 5

    def __post_init__(self) -> None:
        if self.ridge not in ("response", "kernel", "bare"):
            raise BadInput(f"ridge rule {self.ridge!r} is not one of response, kernel, bare")
        if self.degree < 1:
            raise BadInput(f"degree {self.degree} truncates everything; it must be at least 1")
        if (self.connected or self.fluctuations) and self.frozen_radius:
            raise BadInput("the connected term and fluctuations act on the radius: use them with frozen_radius=False")
        if self.connected and self.fluctuations:
            raise BadInput("fluctuations contain the connected term: ask for one of them")
        if self.fluctuations and (self.modes is not None or self.ridge != "response"):
            raise BadInput("fluctuations need the response ridge and every aligned mode: leave modes and ridge alone")

    def closure_modes(self, activation: Activation) -> tuple[Mode, ...]:
        """The modes t is expanded in, for this activation."""
        return self.modes if self.modes is not None else aligned_modes(activation, self.degree)


SLIDE = Approximation("slide", hermite_modes(1, 3), ridge="bare", frozen_radius=True)
"""The one-dimensional action of the talk and of arXiv:2310.03789 eq 13."""

KERNEL_RIDGE = Approximation("kernel-ridge", hermite_modes(1, 3, 5, 7), ridge="kernel")
"""Free radius and He_5, He_7, but κ_eff over the spectrum of K: what the response kernel is to be compared with."""

RESPONSE = Approximation("response", hermite_modes(1, 3, 5, 7))
"""Free radius, He_1 … He_7, κ_eff over the spectrum of the response kernel."""

COMPLETE = Approximation("complete", connected=True)
"""RESPONSE closed in every invariant mode up to degree 5, radial ones included, with the connected term."""

FLUCTUATING = Approximation("fluctuating", fluctuations=True, degree=9)
"""RESPONSE closed in every invariant mode, with first-order corrections in 1/χ, d/n and m²: the most accurate one.

Strongly aligned neurons need the ninth degree: with the fifth E[f He_3] at ε = −.17 is off by 4 %, the seventh by 1.
"""
