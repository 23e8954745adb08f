"""A neuron at one place along the teacher: z = v·x and |x_⊥|² fixed, the direction of x_⊥ averaged over.

Polynomials in z serve the averages over all inputs; where a function of z weighs them that is large where |z| is (the
squared discrepancy, the ridge at an input), they do not converge: φ saturates and they do not. Here z is a quadrature.
With ξ ~ N(0, 1) for the component of x_⊥ along w_⊥ (|x_⊥|² = ρ(d − 1) stretches it by √ρ),

    whole(z) = Var_ξ φ(mz + √(rρ) ξ),      first(z) = E_ξ[ξ φ(mz + √(rρ) ξ)],

the first transverse harmonic has first(z)² of the whole, the higher ones, which no data set here teaches, the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from scipy import special

from fieldbench.theory.adaptation import Activation, Matrix, NeuronGrid, Neurons, Problem, Vector

PLACES, ACROSS = 60, 24
LIGHTEST = 1e-11  # of the weights of places: beyond |z| = 6.5 nothing is asked


@dataclass(frozen=True, eq=False)
class Section:
    """`whole` and `first`, (places, points of the grid)."""

    whole: Matrix
    first: Matrix


@cache
def points_along(odd: bool, points: int = PLACES) -> tuple[Vector, Vector]:
    """Quadrature points in z ~ N(0, 1) and their weights; z > 0 alone where everything is even in it."""
    z, weights = np.polynomial.hermite_e.hermegauss(points)
    weights = weights / weights.sum()
    kept = weights > LIGHTEST
    if odd:
        kept &= z > 0
        weights = 2.0 * weights
    return z[kept], weights[kept]


@lru_cache(maxsize=64)
def section(activation: Activation, grid: NeuronGrid, ratio: float = 1.0) -> Section:
    """Every neuron of the grid at every place, |x_⊥|²/(d − 1) = `ratio`."""
    xi, weights = np.polynomial.hermite_e.hermegauss(ACROSS)
    weights = weights / weights.sum()
    spread = np.sqrt(grid.r * ratio)[:, None] * xi
    whole, first = [], []
    for z in points_along(activation.odd)[0]:
        values = activation.function(grid.m[:, None] * z + spread)
        whole.append((values * values) @ weights - (values @ weights) ** 2)
        first.append(values @ (weights * xi))
    return Section(np.array(whole), np.array(first))


def first_harmonic_kernel(cut: Section, neurons: Neurons, problem: Problem) -> Matrix:
    """R between places in the first transverse harmonic, one of d − 1 of them, (places, places)."""
    enhanced = neurons.weights * (1.0 + problem.strength * neurons.field**2)
    kernel: Matrix = problem.readout_variance / (problem.dimension - 1) * (cut.first * enhanced) @ cut.first.T
    return kernel


def hermite(power: int, z: Vector) -> Vector:
    """He_a(z)/√a!."""
    values: Vector = special.eval_hermitenorm(power, z) / math.sqrt(math.factorial(power))
    return values
