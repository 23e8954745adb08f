"""First-order corrections of order 1/χ and d/n: the discrepancy t around its mean, in posterior and over data.

The posterior over readouts and weights is ∫dt e^{χΦ(t)} along imaginary t, with Φ of `closure` on the drawn data and
Hessian R + κ. Around the saddle t fluctuates with covariance −(R + κ)^{-1}/χ; over draws of the data the saddle
itself scatters. With G = (R + κ_eff/n)^{-1} and MSE = E0 |κ_eff t/n|² both enter through one matrix, sector by sector
(degrees beyond them: R = 0),

    M = G/χ − G² MSE/n        (sector 0: G/χ alone).

The scatter of the few aligned modes is of order 1/n, not d/n, and heavy-tailed: the moments of v·x over the data set
at hand say more about it than an average would, so it is left to them.

To first order in M, with g = χσ_a²/N, J the modes' overlaps and δ(hJ) = hJ − ⟨hJ⟩ (⟨hJ⟩ = 0 outside sector 0):

    δt = (R + κ_eff/n)^{-1} ½ ∂_t Tr[M R(t)]                   the mean of t leaves the saddle,
    A(w) = (g/2) [Jᵀ M J + g δ(hJ)ᵀ M δ(hJ)]                   what is added to the action of a neuron,
    f = y − κ_eff t/n at t + δt,   ⟨X⟩ → ⟨X⟩ + g Cov(X, hJ)·δt − Cov(X, A).

The first term of A with G/χ is the connected term of `connected` with R in place of K, equal to it at χ = 1; the second
is a neuron's answer to itself, of the same order in mean-field scaling. −(g/2)JᵀG²J MSE/n is the noise of the
discrepancy on a finite training set, which neurons fit. At χ ∝ N ∝ d the first half stays as β → ∞, the second falls
with d/n.

Derived for this project; exact expansions of linear networks are the oracles of its tests. Corrections beyond first
order are not small near a first-order transition, or where g⟨h²⟩ of aligned neurons is large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation.branches import Solution
from fieldbench.theory.adaptation.neurons import Vector
from fieldbench.theory.adaptation.response import Matrix, sector_kernel

RELATIVE_STEP = 1e-4  # of central differences in t


@dataclass(frozen=True, eq=False)
class Fluctuations:
    """The corrections to a solution: δt and the corrected predictor in its modes, A at its grid points."""

    solution: Solution
    shift: Vector
    predictor: Vector
    action: Vector

    def mean(self, values: Vector) -> float:
        """⟨values⟩ + g Cov(values, hJ)·δt − Cov(values, A) over the neurons."""
        neurons, strength = self.solution.neurons, self.solution.problem.strength
        centred = values - neurons.mean(values)
        tilt = strength * neurons.field * (self.shift @ self.solution.equations.overlaps)
        return neurons.mean(values) + neurons.mean(centred * (tilt - self.action))


@dataclass(frozen=True, eq=False)
class Covariance:
    """M in every sector, and for the degrees beyond them."""

    sectors: tuple[Matrix, ...]
    beyond: float


def fluctuations(solution: Solution, *, scatter: bool = True) -> Fluctuations:
    """First-order corrections to a solution closed in all aligned modes with the response ridge and a free radius.

    Without `scatter`, those of the posterior alone.

    Raises BadInput for another closure, or for χ = 0 (a Gaussian process has no saddle to fluctuate about).
    """
    problem, equations = solution.problem, solution.equations
    if problem.chi == 0.0:
        raise BadInput("chi = 0 is the Gaussian process: its fluctuations are not an expansion in 1/chi")
    if equations.modes != equations.sectors[0].modes or solution.state.spectrum is None:
        raise BadInput(
            f"the {solution.approximation.name} approximation is not closed in all aligned modes; fluctuations need it"
        )
    covariance = covariance_of(solution, scatter=float(scatter))
    noise = solution.effective_ridge / problem.samples
    response = sector_kernel(equations.sectors[0], solution.neurons, problem, response=True)
    source = source_of(solution, covariance)
    shift = np.asarray(np.linalg.solve(response + noise * np.eye(len(source)), source), dtype=np.float64)
    # κ_eff stays: its own corrections are of order (d/n)(d/χ); see `remainders.second_order`
    predictor: Vector = equations.target - noise * (solution.discrepancy + shift)
    return Fluctuations(solution, shift, predictor, action_of(solution, covariance))


def covariance_of(solution: Solution, *, posterior: float = 1.0, scatter: float = 1.0) -> Covariance:
    """M, or a mixture of its two parts."""
    problem, spectrum = solution.problem, solution.state.spectrum
    assert spectrum is not None
    noise = solution.effective_ridge / problem.samples
    factor = spectrum.discrepancy_factor(problem.samples, solution.effective_ridge)
    error = factor * float(np.sum((noise * solution.discrepancy) ** 2)) / problem.samples

    blocks = []
    for sector in solution.equations.sectors:
        response = sector_kernel(sector, solution.neurons, problem, response=True)
        inverse = np.asarray(np.linalg.inv(response + noise * np.eye(len(response))), dtype=np.float64)
        noisy = scatter * error if sector.order else 0.0
        blocks.append(posterior * inverse / problem.chi - noisy * inverse @ inverse)
    return Covariance(tuple(blocks), posterior / (noise * problem.chi) - scatter * error / noise**2)


def source_of(solution: Solution, covariance: Covariance) -> Vector:
    """½ ∂_t Tr[M R(t)] at fixed M, by central differences."""
    equations, problem = solution.equations, solution.problem

    def trace(t: Vector) -> float:
        state = equations.state(t)
        assert state.spectrum is not None
        total = covariance.beyond * state.spectrum.tail
        for sector, block in zip(equations.sectors, covariance.sectors, strict=True):
            response = sector_kernel(sector, state.neurons, problem, response=True)
            total += sector.degeneracy * float(np.sum(block * response))
        return total

    source = []
    for i, value in enumerate(solution.discrepancy):
        step = np.zeros_like(solution.discrepancy)
        step[i] = RELATIVE_STEP * max(1.0, abs(value))
        above, below = trace(solution.discrepancy + step), trace(solution.discrepancy - step)
        source.append((above - below) / (4.0 * step[i]))
    return np.array(source)


def action_of(solution: Solution, covariance: Covariance) -> Vector:
    """A at every grid point."""
    neurons, strength = solution.neurons, solution.problem.strength
    field = neurons.field
    remaining = np.asarray(solution.problem.activation.second_moment(neurons.grid.q), dtype=np.float64)
    total = np.zeros_like(field)
    for sector, block in zip(solution.equations.sectors, covariance.sectors, strict=True):
        overlaps = sector.overlaps
        squares = (overlaps * (block @ overlaps)).sum(axis=0)
        answer = strength * field**2 * squares
        if sector.order == 0:
            moved = overlaps * field - (overlaps @ (neurons.weights * field))[:, None]
            answer = strength * (moved * (block @ moved)).sum(axis=0)
        total += sector.degeneracy * (squares + answer)
        remaining = remaining - sector.degeneracy * (overlaps**2).sum(axis=0)
    total += covariance.beyond * remaining * (1.0 + strength * field**2)
    action: Vector = 0.5 * strength * total
    return action
