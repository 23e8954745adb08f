"""Cumulants of the outputs of a random two-layer erf network of any width: what is left of it when N → ∞ is free.

f(x) = Σ_c a_c erf(w_c·x) with independent neurons, so that every cumulant of f is N times that of one neuron:

    ⟨f f⟩ = σ_a² ⟨φφ⟩ at every N,
    ⟨f f f f⟩_c = (σ_a⁴/N) [k ⟨φφφφ⟩ − Σ_{3 pairings} ⟨φφ⟩⟨φφ⟩],   k = E a⁴/(E a²)², E a² = σ_a²/N.

k = 3 (Gaussian readouts) is the form Σ_pairings [⟨φφφφ⟩ − ⟨φφ⟩⟨φφ⟩] of the literature (e.g. Yaida, arXiv:1910.00019);
k = 9/5 belongs to uniform readouts, for which the sign may flip. Averages over w by product quadrature, for small d.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fieldbench.errors import BadInput

Vector = NDArray[np.float64]

READOUT_KURTOSIS = {"gaussian": 3.0, "uniform": 9.0 / 5.0}
"""E a⁴/(E a²)² of the laws of the readouts."""

_NODES, _LARGEST_DIMENSION, _LARGEST_PREACTIVATION = 96, 3, 2.0


@dataclass(frozen=True)
class NeuronMoments:
    """Moments of the features φ_μ = erf(w·x_μ) of one neuron over a quadrature of w.

    Args:
        features: φ at the nodes (nodes, n).
        weights: of the nodes (nodes,), of sum one.
    """

    features: Vector
    weights: Vector

    def moment(self, points: Sequence[int]) -> float:
        """⟨Π_i φ_{points[i]}⟩."""
        return float(self.weights @ np.prod(self.features[:, list(points)], axis=1))

    def covariance(self) -> Vector:
        """⟨φ_μ φ_ν⟩, shape (n, n): the covariance of the outputs at every width, in units of σ_a²."""
        return np.asarray((self.features * self.weights[:, None]).T @ self.features)

    def four_point(self, points: Sequence[int], kurtosis: float) -> float:
        """N⟨f f f f⟩_c/σ_a⁴ at four points, which may coincide: k⟨φφφφ⟩ − Σ_pairings ⟨φφ⟩⟨φφ⟩.

        Args:
            points: four indices.
            kurtosis: k of the readouts, at least 1 (no law has less).

        Raises:
            BadInput: not four points, or k < 1.
        """
        if len(points) != 4 or kurtosis < 1.0:
            raise BadInput(f"{len(points)} points and kurtosis {kurtosis}: need four points and E a⁴/(E a²)² ≥ 1")
        disconnected = sum(self.moment(first) * self.moment(second) for first, second in pairings(points))
        return kurtosis * self.moment(points) - disconnected


def pairings(points: Sequence[int]) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    """The three ways of pairing four points."""
    a, b, c, d = points
    return ((a, b), (c, d)), ((a, c), (b, d)), ((a, d), (b, c))


def neuron_moments(inputs: Vector, law: str, *, weight_variance: float = 1.0) -> NeuronMoments:
    """Moments of a neuron whose weights are independent, of variance σ_w²/d, and Gaussian or uniform.

    Gauss–Hermite or Gauss–Legendre with 96 nodes an axis: erf is entire, and preactivations of variance up to 2 are
    integrated to some 1e-9 (erf's decay along the imaginary axis limits the rule, so larger ones are refused).

    Args:
        inputs: (n, d), d ≤ 3.
        law: "gaussian" or "uniform".
        weight_variance: σ_w².

    Raises:
        BadInput: another law, d > 3, σ_w² ≤ 0, or a preactivation of variance above 2.
    """
    dimension = inputs.shape[1]
    if law not in READOUT_KURTOSIS:
        raise BadInput(f"law {law!r} is unknown: choose one of {', '.join(READOUT_KURTOSIS)}")
    if dimension > _LARGEST_DIMENSION:
        raise BadInput(f"inputs in dimension {dimension}: a product quadrature is for d ≤ {_LARGEST_DIMENSION}")
    largest = weight_variance * float((inputs**2).sum(axis=1).max()) / dimension
    if not 0.0 < largest <= _LARGEST_PREACTIVATION:
        raise BadInput(
            f"preactivations of variance up to {largest}: the quadrature needs 0 < σ_w²|x|²/d ≤ "
            f"{_LARGEST_PREACTIVATION}; scale the inputs"
        )
    if law == "gaussian":
        nodes, weights = special.roots_hermitenorm(_NODES)
    else:
        nodes, weights = special.roots_legendre(_NODES)
        nodes = np.sqrt(3.0) * nodes  # unit variance
    weights = weights / weights.sum()
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*[nodes] * dimension, indexing="ij")], axis=1)
    products = np.stack([axis.ravel() for axis in np.meshgrid(*[weights] * dimension, indexing="ij")], axis=1)
    preactivations = grid @ inputs.T * np.sqrt(weight_variance / dimension)
    return NeuronMoments(special.erf(preactivations), products.prod(axis=1))
