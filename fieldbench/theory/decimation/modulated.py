"""Ridge regression when ridge and high modes depend on the input: the effective ridge for modulated features.

Features φ_k = z_k for k ≤ k_0 and g(x) z_k beyond, z ~ N(0, 1), ⟨g²⟩ = 1, and a ridge T(g) at the training point.
Given the amplitudes all features are Gaussian, so each point feels the modes through their posterior variance
c(g) = τ_0 + g²τ_1 alone. With precision ω(g) = 1/(T(g) + c(g)) and P samples

    Ω_0 = P⟨ω⟩,  Ω_1 = P⟨g²ω⟩,   L_k = λ_kΩ/(1 + λ_kΩ),   τ = Σ_k λ_k/(1 + λ_kΩ),

Ω_0, τ_0 for the plain modes and Ω_1, τ_1 for the modulated ones. Ω = P/κ_eff: for g = 1 this is the effective ridge of
learning_curves.py. Derived for this project; exact for P → ∞ at fixed Ωλ_k, corrections are of order 1/P.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput

Vector = NDArray[np.float64]

_LIMIT, _TOLERANCE = 20_000, 1e-14
_NODES = 80  # of Gauss–Hermite: the averaged functions are smooth in ln g²


@dataclass(frozen=True)
class Amplitudes:
    """The law of g² as a quadrature: values (n,) and weights (n,)."""

    squares: Vector
    weights: Vector

    def mean(self, values: Vector) -> float:
        """⟨values⟩ over the inputs."""
        return float(self.weights @ values)


def lognormal(strength: float) -> Amplitudes:
    """g² = exp(s ξ − s²/2), ξ ~ N(0, 1); strength s = 0 is g² = 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    return Amplitudes(np.exp(strength * nodes - 0.5 * strength**2), weights / weights.sum())


@dataclass(frozen=True)
class Medium:
    """What a point of the training set feels, and what is learned.

    Attributes:
        eigenvalues: λ_k of the kernel, (M,); zero for modes that it lacks.
        modulated: whether φ_k carries the amplitude, (M,).
        samples: P.
        amplitudes: the law of g².
        precision: ω(g) at its nodes, (n,).
        learnability: L_k, (M,).
    """

    eigenvalues: Vector
    modulated: NDArray[np.bool_]
    samples: float
    amplitudes: Amplitudes
    precision: Vector
    learnability: Vector


def medium(eigenvalues: Vector, plain: int, samples: float, ridge: Vector | float, amplitudes: Amplitudes) -> Medium:
    """Solve by iteration from the largest ridge, from which τ falls monotonically to the solution.

    Args:
        eigenvalues: λ_k ≥ 0, (M,).
        plain: k_0; the modes after it are modulated.
        samples: P ≥ 1.
        ridge: T(g) at the nodes of `amplitudes`, (n,), or one number; positive.
        amplitudes: the law of g².

    Raises:
        BadInput: a ridge that is not positive, negative eigenvalues, P < 1, or no convergence.
    """
    bare = np.broadcast_to(np.asarray(ridge, dtype=np.float64), amplitudes.squares.shape)
    if not (bare > 0.0).all() or not (eigenvalues >= 0.0).all() or not samples >= 1.0:
        raise BadInput(f"need T > 0, λ_k ≥ 0 and P ≥ 1; got smallest T = {bare.min()}, P = {samples}")
    modulated = np.arange(eigenvalues.size) >= plain
    squares = amplitudes.squares
    variance = np.array([eigenvalues[~modulated].sum(), eigenvalues[modulated].sum()])
    for _ in range(_LIMIT):
        precision = 1.0 / (bare + variance[0] + squares * variance[1])
        pair = samples * np.array([amplitudes.mean(precision), amplitudes.mean(squares * precision)])
        strength = pair[modulated.astype(int)]
        left = eigenvalues / (1.0 + eigenvalues * strength)
        updated = np.array([left[~modulated].sum(), left[modulated].sum()])
        change = np.abs(updated - variance).max() / (bare.min() + updated.sum())
        variance = updated
        if change < _TOLERANCE:
            return Medium(eigenvalues, modulated, samples, amplitudes, precision, left * strength)
    raise BadInput(f"no self-consistent ridge after {_LIMIT} iterations (last change {change:.1g}); raise the ridge")
