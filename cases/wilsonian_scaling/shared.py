"""What the errors of one Gaussian data set share, to order 1/P: the train error goes up where the test error does.

Regression sees its data through the posterior covariance C of the coefficients of f, alone: with y_k the target's,
m = CΛ⁻¹y is what is missed of them, the test error is m·m, and the train error ⟨Δ²⟩ = (κ/P)(y − m)ᵀΛ⁻¹m. The law of C
between data sets follows from Cov(ln det A₁, ln det A₂) = −2 ln(1 − Tr L₁L₂/P) for two kernels on the same P Gaussian
points, A = K + κ and L = gΛ(1 + gΛ)⁻¹ with matrices Λ (one loop of the integral in theory/curves/finite_size_error.py,
with two groups of fields): at diagonal Λ, with D_kj = ∂L_j/∂ln λ_k and c_k = ⟨C_kk⟩ = λ_k(1 − L_k),

    Var C_kl = (E0/P) c_kL_k c_lL_l  (k ≠ l),   Cov(C_kk, C_ll) = 2λ_kλ_l (E0/P)[DDᵀ + (E0/P) DL (DL)ᵀ]_kl.

Derived for this project; against regression in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.curves import effective_ridge

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_STEP = 1e-3  # of ln κ, central: a millionth of truncation


@dataclass(frozen=True)
class Variation:
    """Derivatives of a function of C at diagonal C: to each pair C_kl = C_lk, (m, m), and to each C_kk, (m,)."""

    pairs: Matrix
    diagonal: Vector

    def __add__(self, other: Variation) -> Variation:
        return Variation(self.pairs + other.pairs, self.diagonal + other.diagonal)


def _between(left: Vector, right: Vector) -> Variation:
    """Of Σ_kl l_k C_kl r_l."""
    product = np.outer(left, right)
    return Variation(product + product.T, left * right)


@dataclass(frozen=True)
class Regression:
    """Of a target of power p_k = y_k² at P points: law of C, and how the two errors vary with C.

    Attributes:
        pairs: Var C_kl, zero for k = l, (m, m). diagonal: Cov(C_kk, C_ll), (m, m).
        train: of ⟨Δ²⟩. slope: of d(m·m)/dκ = (2/κ)(m·m − mᵀCΛ⁻¹m).
    """

    pairs: Matrix
    diagonal: Matrix
    train: Variation
    slope: Variation

    def covariance(self, first: Variation, second: Variation) -> float:
        """Over data sets, to order 1/P."""
        pairs = np.sum(np.triu(self.pairs * first.pairs * second.pairs, 1))
        return float(pairs + first.diagonal @ self.diagonal @ second.diagonal)


def regression(levels: Vector, samples: float, ridge: float, power: Vector) -> Regression:
    """The signs of y_k do not matter: pairs k ≠ l are independent, and signs come squared."""
    curve = effective_ridge(levels, samples, ridge)
    learned, gain = curve.learnability[0], float(curve.e0[0] / samples)
    own, mean, target = learned * (1.0 - learned), levels * (1.0 - learned), np.sqrt(power)
    response = np.diag(own) - gain * np.outer(own, own)
    seen = response @ learned
    pairs = gain * np.outer(mean * learned, mean * learned)
    np.fill_diagonal(pairs, 0.0)
    weighted, missed = target / levels, target * (1.0 - learned)
    train = _between(ridge / samples * (target - 2.0 * missed) / levels, weighted)
    slope = _between(4.0 / ridge * learned * missed, weighted) + _between(-2.0 / ridge * missed, missed / levels)
    return Regression(
        pairs,
        2.0 * gain * np.outer(levels, levels) * (response @ response.T + gain * np.outer(seen, seen)),
        train,
        slope,
    )


def train_and_slope_of_test(levels: Vector, samples: float, ridge: float, power: Vector) -> float:
    """Cov(⟨Δ²⟩, dMSE/dκ)."""
    of = regression(levels, samples, ridge, power)
    return of.covariance(of.train, of.slope)


def train_and_its_slope(levels: Vector, samples: float, ridge: float, power: Vector) -> float:
    """Cov(⟨Δ²⟩, d⟨Δ²⟩/dκ), half the slope of a variance."""

    def variance(at: float) -> float:
        of = regression(levels, samples, at, power)
        return of.covariance(of.train, of.train)

    up, down = (variance(ridge * (1.0 + sign * _STEP)) for sign in (1.0, -1.0))
    return (up - down) / (4.0 * _STEP * ridge)
