"""What is learned, by which network, from how many samples: the physical parameters of two-layer adaptation."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation.modes import AlignedMode, Mode
from fieldbench.theory.adaptation.overlaps import ERF, Activation


@dataclass(frozen=True)
class Problem:
    """A network f(x) = Σ_c a_c φ(w_c·x) of width N in mean-field scaling, taught y(v·x) on Gaussian inputs.

    w_c ~ N(0, σ_w²/d I_d), a_c ~ N(0, σ_a²/(Nχ)), noise variance κ/χ: χ = 1 is standard scaling, χ = N full mean-field
    scaling. `target` lists (mode, coefficient): ((AlignedMode(1), 1.0), (AlignedMode(3), ε)) is y = He_1 + ε He_3.
    `chi` = 0 is the Gaussian process. With `patches` > 1 the network is convolutional: w_c reads every patch of
    `dimension` entries, the readout of each has variance `readout_variance`/(Nχ), and the target is Σ_i a*_i y(v·x_i),
    |a*| = 1. Raises BadInput for anything outside its domain.
    """

    dimension: int
    samples: int
    width: int
    ridge: float
    chi: float
    target: tuple[tuple[Mode, float], ...]
    activation: Activation = ERF
    weight_variance: float = 1.0
    readout_variance: float = 1.0
    patches: int = 1

    def __post_init__(self) -> None:
        if self.dimension < 4:
            raise BadInput(f"dimension {self.dimension} is too small: the radius of w needs d ≥ 4")
        for name in ("samples", "width", "patches"):
            if getattr(self, name) < 1:
                raise BadInput(f"{name} is {getattr(self, name)}; it must be at least 1")
        for name in ("ridge", "weight_variance", "readout_variance"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise BadInput(f"{name} is {value}; it must be positive and finite")
        if not (math.isfinite(self.chi) and self.chi >= 0):
            raise BadInput(f"chi is {self.chi}; it must be 0 (Gaussian process) or positive")
        if not self.target or not all(math.isfinite(coefficient) for _, coefficient in self.target):
            raise BadInput(f"the target {self.target} needs at least one mode, and finite coefficients")

    @property
    def strength(self) -> float:
        """χσ_a²/N: what multiplies h²/2 in the action of a neuron."""
        return self.chi * self.readout_variance / self.width

    def coefficient(self, mode: Mode) -> float:
        """The target's component on `mode`, normalised to unit variance: c √E[mode²]."""
        return sum(c * math.sqrt(m.square_norm(self.dimension)) for m, c in self.target if m == mode)


def staircase(
    *,
    dimension: int,
    samples: int,
    width: int,
    ridge: float,
    chi: float,
    cubic: float,
    activation: Activation = ERF,
    weight_variance: float = 1.0,
    readout_variance: float = 1.0,
) -> Problem:
    """The problem with target y = He_1(v·x) + `cubic` · He_3(v·x) (arXiv:2310.03789)."""
    target = ((AlignedMode(1), 1.0), (AlignedMode(3), cubic))
    return Problem(dimension, samples, width, ridge, chi, target, activation, weight_variance, readout_variance)
