"""The spectrum of the response kernel over Gaussian inputs, and the effective ridge it sets.

    R = σ_a²⟨φφ'⟩ + (χσ_a⁴/N)[⟨φφ'h²⟩ − ⟨φh⟩⟨φ'h⟩],      κ_eff = κ + Σ_ρ deg_ρ ρ κ_eff/(nρ + κ_eff)

R is δf/δt along the self-consistent predictor, so it is what a left-out sample feels: κ_eff is built from R while t
and f keep K = σ_a²⟨φφ'⟩. The neurons are invariant under rotations about v, so R splits into sectors of transverse
harmonics Y_j(x_⊥), j = 0, 1, 2, …, each with the degeneracy of harmonics of D = d − 1 variables (on S^{D−1}). In
sector j the modes He_a(z) :|x_⊥|²ᵖ: Y_j(x_⊥) have k = a + j + 2p and, by k integrations by parts, the overlap
D_k(q) mᵃ rᵖ Y_j(w_⊥); averaging Y_j² over the sphere leaves

    F_{ap} = D_k(q) mᵃ r^{p+j/2} / √( a! · Π_{i<j}(D+2i) · 2ᵖ p! Π_{i<p}(D+2j+2i) ),
    R^{(j)} = σ_a²⟨F Fᵀ (1 + χσ_a²h²/N)⟩,

and the rank-one part −(χσ_a⁴/N)⟨Fh⟩⟨Fh⟩ᵀ lives in sector 0 alone. Sector 1 holds the modes that turn the teacher: by
the Ward identity R^{(1)} maps the turned t to the turned K t. Of N patches, only the combination Σ_i a*_i φ(w·x_i)
that is taught has this response; the N − 1 others keep K, each with every sector (`spectrum_of_patches`). Degrees
beyond the truncation have nρ ≪ κ_eff and enter by their total weight, from the sum rule
Tr = σ_a²⟨E[φ²](1 + χσ_a²h²/N)⟩. Derived for this project; R itself is the linear response of arXiv:2310.03789 eqs 7–10.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from fieldbench.theory.adaptation.modes import AlignedMode, aligned_modes
from fieldbench.theory.adaptation.neurons import NeuronGrid, Neurons, Vector
from fieldbench.theory.adaptation.problem import Problem
from fieldbench.theory.kernels import sphere

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sector:
    """Harmonic order j of the transverse inputs, its degeneracy, and the mode overlaps F on the grid."""

    order: int
    degeneracy: int
    modes: tuple[AlignedMode, ...]
    overlaps: Matrix


@dataclass(frozen=True, eq=False)
class SectorSpectrum:
    """Eigenvalues of R or K in all sectors, their degeneracies, and the total weight of the degrees beyond the last."""

    eigenvalues: Vector
    degeneracies: Vector
    tail: float

    def scaled(self, factor: float) -> SectorSpectrum:
        """The spectrum of `factor` times the kernel."""
        return SectorSpectrum(factor * self.eigenvalues, self.degeneracies, factor * self.tail)

    def joined(self, other: SectorSpectrum, times: int) -> SectorSpectrum:
        """This spectrum beside `times` copies of another."""
        return SectorSpectrum(
            np.concatenate([self.eigenvalues, other.eigenvalues]),
            np.concatenate([self.degeneracies, times * other.degeneracies]),
            self.tail + times * other.tail,
        )

    def effective_ridge(self, samples: int, ridge: float) -> float:
        """κ_eff = κ + tail + Σ deg ρ κ_eff/(nρ + κ_eff); the root is unique because (right side)/κ_eff decreases."""

        def excess(log_ridge: float) -> float:
            trial = math.exp(log_ridge)
            return (
                1.0
                - (ridge + self.tail) / trial
                - float(self.degeneracies @ (self.eigenvalues / (samples * self.eigenvalues + trial)))
            )

        total = ridge + self.tail + float(self.degeneracies @ self.eigenvalues)
        return math.exp(brentq(excess, math.log(ridge) - 1e-9, math.log(total) + 1e-9, xtol=1e-14))

    def discrepancy_factor(self, samples: int, effective_ridge: float) -> float:
        """E0 = n/(n − ΣL²), with L = nρ/(nρ + κ_eff)."""
        learnability = samples * self.eigenvalues / (samples * self.eigenvalues + effective_ridge)
        return samples / (samples - float(self.degeneracies @ learnability**2))


def sectors(problem: Problem, grid: NeuronGrid, largest_degree: int) -> tuple[Sector, ...]:
    """Every sector with modes up to total degree `largest_degree`, overlaps evaluated on the grid (modes × points)."""
    transverse = problem.dimension - 1
    degrees = {mode.degree for mode in aligned_modes(problem.activation, largest_degree)}
    found = []
    for order in range(largest_degree + 1):
        rising = math.prod(transverse + 2 * i for i in range(order))
        modes, rows = [], []
        for mode in (
            AlignedMode(k - order - 2 * p, p)
            for k in sorted(degrees)
            if k >= order
            for p in range((k - order) // 2 + 1)
        ):
            radial = math.prod(2 * (i + 1) * (transverse + 2 * order + 2 * i) for i in range(mode.radial))
            scale = 1.0 / math.sqrt(math.factorial(mode.power) * rising * radial)
            slope = problem.activation.derivative_mean(mode.degree + order, grid.q)
            modes.append(mode)
            rows.append(scale * slope * grid.m**mode.power * grid.r ** (mode.radial + order / 2))
        if modes:
            found.append(Sector(order, sphere.degeneracy(order, transverse), tuple(modes), np.array(rows)))
    return tuple(found)


def sector_kernel(sector: Sector, neurons: Neurons, problem: Problem, *, response: bool) -> Matrix:
    """R^{(j)}, or K^{(j)} = σ_a²⟨F Fᵀ⟩ without the response, as a (modes, modes) matrix."""
    enhancement = 1.0 + problem.strength * neurons.field**2 if response else np.ones_like(neurons.field)
    kernel = (sector.overlaps * (neurons.weights * enhancement)) @ sector.overlaps.T
    if response and sector.order == 0:
        moment = sector.overlaps @ (neurons.weights * neurons.field)
        kernel = kernel - problem.strength * np.outer(moment, moment)
    return problem.readout_variance * kernel


def sector_spectrum(
    sector_list: tuple[Sector, ...], neurons: Neurons, problem: Problem, *, response: bool
) -> SectorSpectrum:
    """The eigenvalues of R (or of K) in every sector, and the weight left to higher degrees by the sum rule."""
    enhancement = 1.0 + problem.strength * neurons.field**2 if response else np.ones_like(neurons.field)
    tail = neurons.mean(problem.activation.second_moment(neurons.grid.q) * enhancement)
    eigenvalues, degeneracies = [], []
    for sector in sector_list:
        values = np.linalg.eigvalsh(sector_kernel(sector, neurons, problem, response=response))
        eigenvalues.append(np.maximum(values, 0.0))
        degeneracies.append(np.full(len(values), float(sector.degeneracy)))
        tail -= sector.degeneracy * float(neurons.weights @ (enhancement * (sector.overlaps**2).sum(axis=0)))
    return SectorSpectrum(
        np.concatenate(eigenvalues), np.concatenate(degeneracies), problem.readout_variance * max(tail, 0.0)
    )


def spectrum_of_patches(
    sector_list: tuple[Sector, ...], neurons: Neurons, problem: Problem, *, response: bool
) -> SectorSpectrum:
    """R_ij = σ_a²[δ_ij ⟨φφ'⟩ + g a*_i a*_j(⟨φφ'h²⟩ − ⟨φh⟩⟨φ'h⟩)] over patches i, j: R along a*, K across it."""
    along = sector_spectrum(sector_list, neurons, problem, response=response)
    if problem.patches == 1:
        return along
    return along.joined(sector_spectrum(sector_list, neurons, problem, response=False), problem.patches - 1)
