"""How the sum Σ_μ e_i(x_μ) Δ(x_μ) over a training set scatters, for modes e_i and a residual Δ that knows the teacher."""

from __future__ import annotations

import math

import numpy as np
from scipy.linalg import eigh_tridiagonal

from fieldbench.theory.adaptation.closure import Closure
from fieldbench.theory.adaptation.modes import AlignedMode, Mode
from fieldbench.theory.adaptation.neurons import Vector
from fieldbench.theory.adaptation.response import Matrix, Sector

NODES = 16  # exact for polynomials of degree 31: modes up to degree 7 four at a time


def residual_scatter(equations: Closure, sector: Sector, residual: Vector) -> Matrix:
    """Cov_x(e_i Δ, e_j Δ) over Gaussian inputs for the modes of one sector; Δ = Σ_k residual_k e_k over sector 0.

    Gauss quadrature in z = v·x and ρ = |x_⊥|²; the harmonic Y_j(x_⊥) of the sector multiplies the density of ρ by ρʲ. Were Δ
    independent of e_i this would be ⟨Δ²⟩ δ_ij: for the cubic part of Δ and e_i = z it is seven times that.
    """
    dimension = equations.problem.dimension
    z, weights = _gauss(np.zeros(NODES), np.sqrt(np.arange(1.0, NODES)))
    shape = (dimension - 1) / 2 + sector.order
    steps = np.arange(NODES, dtype=np.float64)
    half_square, radial_weights = _gauss(2 * steps + shape, np.sqrt(steps[1:] * (steps[1:] - 1 + shape)))
    plane = np.outer(weights, radial_weights).ravel()
    z, square = (grid.ravel() for grid in np.meshgrid(z, 2.0 * half_square, indexing="ij"))
    aligned = np.array([mode_values(mode, z, square, dimension - 1) for mode in equations.modes])
    values = np.array([mode_values(mode, z, square, dimension - 1 + 2 * sector.order) for mode in sector.modes])
    product = values * (residual @ aligned)
    second: Matrix = (product * plane) @ product.T
    # only modes of sector 0 have a mean against Δ
    return second if sector.order else second - np.outer(residual, residual)


def mode_values(mode: Mode, z: Vector, square: Vector, transverse: int) -> Vector:
    """He_a(z) :ρᵖ: in D = `transverse` dimensions, normalised to unit variance, at z and ρ = |x_⊥|²."""
    assert isinstance(mode, AlignedMode)
    hermite = np.polynomial.hermite_e.hermeval(z, [0.0] * mode.power + [1.0]) / math.sqrt(math.factorial(mode.power))
    shape = transverse / 2 - 1
    before, wick = np.zeros_like(square), np.ones_like(square)
    for k in range(mode.radial):
        # recurrence of the generalised Laguerre polynomials L_k^{(D/2−1)}(ρ/2), up to sign
        after = ((2 * k + 1 + shape - square / 2) * wick - (k + shape) * before) / (k + 1)
        before, wick = wick, after
    norm = math.sqrt(math.prod((shape + i + 1) / (i + 1) for i in range(mode.radial)))
    values: Vector = (-1) ** mode.radial * hermite * wick / norm
    return values


def _gauss(diagonal: Vector, off_diagonal: Vector) -> tuple[Vector, Vector]:
    """Nodes and normalised weights of the Gauss rule with this Jacobi matrix (Golub–Welsch)."""
    nodes, vectors = eigh_tridiagonal(diagonal, off_diagonal)
    return nodes, vectors[0] ** 2
