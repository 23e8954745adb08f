"""Functions of the inputs that know one direction v: the modes of target, predictor and discrepancy.

With z = v·x and D = d − 1 transverse dimensions, the invariant Wick polynomials :zᵃ |x_⊥|²ᵖ: = He_a(z) · :|x_⊥|²ᵖ:
are orthogonal,

    E[(…)²] = a! · 2ᵖ p! Π_{i<p} (D + 2i),      E[(…) φ(w·x)] = D_k(q) mᵃ rᵖ,   k = a + 2p, r = |w_⊥|², q = r + m²,

by k integrations by parts. p = 0 are the Hermite modes of the literature; p ≥ 1 the radial modes that ride on them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation.overlaps import RELU, Activation, fold_norm, relu_fold_overlap


@runtime_checkable
class Mode(Protocol):
    """A function of the inputs, orthogonal to the other modes used with it."""

    def square_norm(self, dimension: int) -> float:
        """E[mode(x)²]."""
        ...

    def overlap(self, activation: Activation, m: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
        """E[mode(x) φ(w·x)] for neurons with overlap m = w·v and transverse square r = |w_⊥|²."""
        ...


@dataclass(frozen=True)
class AlignedMode:
    """:zᵃ |x_⊥|²ᵖ: with a = `power`, p = `radial`; AlignedMode(k) is He_k(v·x)."""

    power: int
    radial: int = 0

    def __post_init__(self) -> None:
        if self.power < 0 or self.radial < 0:
            raise BadInput(f"mode with powers ({self.power}, {self.radial}); both must be 0 or more")

    @property
    def degree(self) -> int:
        """Total polynomial degree k = a + 2p."""
        return self.power + 2 * self.radial

    def square_norm(self, dimension: int) -> float:
        """a! 2ᵖ p! Π_{i<p}(d − 1 + 2i)."""
        radial = math.prod(2 * (i + 1) * (dimension - 1 + 2 * i) for i in range(self.radial))
        return float(math.factorial(self.power) * radial)

    def overlap(self, activation: Activation, m: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
        """D_k(q) mᵃ rᵖ."""
        value: NDArray[np.float64] = activation.derivative_mean(self.degree, r + m**2) * m**self.power * r**self.radial
        return value


@dataclass(frozen=True)
class FoldMode:
    """|z| − √(2/π), even in the teacher; known for ReLU only."""

    def square_norm(self, dimension: int) -> float:
        """1 − 2/π in every dimension."""
        return fold_norm()

    def overlap(self, activation: Activation, m: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
        """(√q/π)(√(1−ρ²) + ρ asin ρ − 1), ρ = m/√q."""
        if activation is not RELU:
            raise BadInput(f"the fold mode |z| − √(2/π) has a closed overlap for relu only, not for {activation.name}")
        value: NDArray[np.float64] = relu_fold_overlap(m, r + m**2)
        return value


def hermite_modes(*degrees: int) -> tuple[AlignedMode, ...]:
    """He_k(z) for each degree: the closure of the literature."""
    return tuple(AlignedMode(degree) for degree in degrees)


def aligned_modes(activation: Activation, largest: int) -> tuple[AlignedMode, ...]:
    """Every invariant mode :zᵃ |x_⊥|²ᵖ: with a + 2p ≤ `largest` that the activation can express, by degree."""
    last = largest if activation.largest_degree is None else min(largest, activation.largest_degree)
    degrees = [degree for degree in range(last + 1) if degree % 2 == 1 or not activation.odd]
    degrees = [degree for degree in degrees if activation.derivative_mean(degree, 1.0) != 0.0]
    return tuple(AlignedMode(degree - 2 * radial, radial) for degree in degrees for radial in range(degree // 2 + 1))
