"""First correction in 1/P to the rotation-averaged learnability on the sphere.

The effective ridge is the limit P → ∞ at fixed ΣL_k/P. What the next order brings is computed here, not guessed, for
rotation-invariant kernels, whose features are far from Gaussian: ⟨φ⁴⟩ of a degree-3 harmonic is tens of ⟨φ²⟩².
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

from fieldbench.errors import BadInput
from fieldbench.theory.curves.learning_curves import LearningCurve
from fieldbench.theory.kernels.sphere import degeneracy, zonals

Vector = NDArray[np.float64]


def learnability_correction(curve: LearningCurve, dimension: int) -> NDArray[np.float64]:
    """δL_l of order 1/P, to be added to curve.learnability, for a spectrum listed degree by degree.

    Derived for this project. R = (κ/λ + ΦᵀΦ)⁻¹ in mode space, so that L̄_l = 1 − (κ/λ_l)⟨R_l⟩; r = Tr⟨R⟩ = κ_eff/κ − 1,
    and each sample obeys the exact ⟨R⟩κ/λ + P⟨R₋φφᵀ/(1 + φᵀR₋φ)⟩ = 1 with R₋ of the other P − 1. Expanding in the
    fluctuation η(x) = φᵀδRφ (φᵀ⟨R⟩φ = r is constant on the sphere) with v = ⟨η²⟩ and c_l = ⟨φᵀΠ_lδRφ η⟩/deg_l:

        δ⟨R_l⟩ = R_l {q [R_l(E + ρ − v/(1+r)) + c_l] − P/(1+r) δ_l},  q = P/(1+r)²,  e = ΣL²/P,
        δ_l = R_l²/((1+r)(1−e)),  ρ = Σ deg δ_l,  E = Σ deg δ⟨R_l⟩ (solved for, being linear).

    To leading order δR is the sum of ladders with rung q g², g(t) = Σ deg_l R_l P_l(t), which are diagonal in the
    degree j of g²: with h_j = ∫g²P_j dμ, e_j = q h_j (e_0 = e) and any u(t) = deg_l R_l P_l g,

        ⟨…⟩ = q {∫u g² dμ + Σ_j deg_j u_j h_j [D_j + 2e_j/(1−e_j)]},  D_0 = −1, D_j = (1−e_j)⁻² − 1.

    Args:
        curve: effective ridge on the sphere, without power-law tail. κ = 0 is allowed below the rank, since δL depends
            on the learnabilities alone: with R in units of κ_eff/κ every term above is free of κ.
        dimension: d; 2 for the circle, where P_l = cos lθ.

    Returns:
        δL, shape (p, l).

    Raises:
        BadInput: κ = 0 with P at or beyond the rank, or a spectrum that is not the sphere's.
    """
    return np.stack([shift for shift, _ in _corrections(curve, dimension)])


def leverage_scatter(curve: LearningCurve, dimension: int) -> Vector:
    """Relative variance v/(1+r)² of a point's 1 + φᵀR₋φ over data sets, (p,): what the correction expands in.

    The correction is the first order of ⟨1/(1 + x)⟩ in it, x = η/(1+r): the next one is 3⟨x²⟩ = 3v/(1+r)² of it for a
    Gaussian x, and as much again from the correction of v itself. Arguments and errors as there.
    """
    return np.array([scatter for _, scatter in _corrections(curve, dimension)])


def _corrections(curve: LearningCurve, dimension: int) -> list[tuple[Vector, float]]:
    degrees = curve.spectrum.eigenvalues.size
    expected = [float(degeneracy(l, dimension)) for l in range(degrees)]
    if not np.all(curve.effective_ridge > 0.0) or curve.spectrum.tail is not None:
        raise BadInput(f"ridge {curve.ridge}: the expansion needs κ_eff > 0 and a spectrum without tail")
    if not np.array_equal(curve.spectrum.degeneracies, expected):
        raise BadInput(f"the spectrum is not one of the sphere in d = {dimension}, degree by degree from 0")
    grid = _Grid(dimension, degrees)
    return [
        _correction(grid, curve.spectrum.degeneracies, samples, learned)
        for samples, learned in zip(curve.samples, curve.learnability, strict=True)
    ]


class _Grid:
    """Gauss quadrature of the uniform measure on the sphere, exact for products of four harmonics of the spectrum.

    Nodes are the eigenvalues of the Jacobi matrix of the zonal recurrence (Golub and Welsch 1969): stable in any d.
    """

    def __init__(self, dimension: int, degrees: int) -> None:
        nodes = 2 * degrees + 2
        l = np.arange(nodes - 1, dtype=np.float64)
        rising = (l + dimension - 2) / np.maximum(2 * l + dimension - 2, 1.0)
        falling = (l + 1) / (2 * l + dimension)
        rising[0] = 1.0  # the recurrence starts with t P_0 = P_1, which is 0/0 in d = 2
        cosines, vectors = eigh_tridiagonal(np.zeros(nodes), np.sqrt(rising * falling))
        self.weights: Vector = vectors[0] ** 2
        self.harmonics = np.stack(list(zonals(2 * degrees, dimension, np.asarray(cosines, dtype=np.float64))))
        self.degeneracies = np.array([float(degeneracy(j, dimension)) for j in range(2 * degrees)])


def _correction(grid: _Grid, degeneracies: Vector, samples: float, learned: Vector) -> tuple[Vector, float]:
    """δL and v/(1+r)² at one P, with R in units of 1 + r = κ_eff/κ, which drops out."""
    resolvent = learned / samples
    parts = (degeneracies * resolvent)[:, None] * grid.harmonics[: learned.size]
    total = parts.sum(axis=0)
    square = total * total
    levels = grid.harmonics @ (grid.weights * square)
    gain = samples * levels
    channels = (1.0 - gain) ** -2 - 1.0 + 2.0 * gain / (1.0 - gain)
    channels[0] = -1.0 + 2.0 * gain[0] / (1.0 - gain[0])  # the number of samples does not fluctuate
    products = parts * total * grid.weights
    overlaps = products @ square + products @ grid.harmonics.T @ (grid.degeneracies * levels * channels)
    variance, covariance = samples * overlaps.sum(), samples * overlaps / degeneracies
    removed = resolvent**2 / (1.0 - gain[0])
    trace = degeneracies @ removed
    direct = samples * (resolvent * (trace - variance) + covariance - removed)
    feedback = (degeneracies * resolvent) @ direct / (1.0 - gain[0])
    shift = samples * resolvent * feedback + direct
    return np.asarray(-(1.0 - learned) * shift), float(variance)
