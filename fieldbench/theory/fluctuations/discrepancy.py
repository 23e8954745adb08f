"""First-order corrections of order 1/χ and d/n: the discrepancy t around its mean, in posterior and over data.

The posterior over readouts and weights is ∫dt e^{χΦ(t)} along imaginary t, with Φ of `closure` on the drawn data and
Hessian R + κ. Around the saddle t fluctuates with covariance −G/χ, G = (R + κ_eff/n)^{-1}; over draws of the data the
saddle itself scatters. With g = χσ_a²/N, J the modes' overlaps, δ(hJ) = hJ − ⟨hJ⟩ (⟨hJ⟩ = 0 outside sector 0) and s(w)
the variance that scatter gives a neuron's field (`scatter`), to first order

    A(w) = (g/2) [JᵀGJ/χ + g δ(hJ)ᵀ(G/χ) δ(hJ)] − (g/2) s(1 + g h²)    what is added to the action of a neuron,
    δt = G [½ ∂_t Tr(G R)/χ − ½ ∂_t σ_a²⟨s(1 + g h²)⟩]                 the mean of t leaves the saddle, G and s fixed,
    f = y − κ_eff t/n at t + δt,   ⟨X⟩ → ⟨X⟩ + g Cov(X, hJ)·δt − Cov(X, A).

The scatter of the few aligned modes is of order 1/n, not d/n, and heavy-tailed: the moments of v·x over the data set
at hand say more about it than an average would, so it is left to them.

The first term of A is the connected term of `connected` with R in place of K, equal to it at χ = 1; the second is a
neuron's answer to itself, of the same order in mean-field scaling. s is the noise of the discrepancy on a finite
training set, which neurons fit. At χ ∝ N ∝ d the first half stays as β → ∞, the second falls with d/n.

Derived for this project; exact expansions of linear networks are the oracles of its tests. Corrections beyond first
order are not small near a first-order transition, or where g⟨h²⟩ of aligned neurons is large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import Matrix, Solution, Vector, sector_kernel
from fieldbench.theory.fluctuations.patches import across_patches
from fieldbench.theory.fluctuations.scatter import variance


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


def fluctuations(solution: Solution) -> Fluctuations:
    """First-order corrections to a solution closed in all aligned modes with the response ridge and a free radius.

    Raises BadInput for another closure, or for χ = 0 (a Gaussian process has no saddle to fluctuate about).
    """
    problem, equations = solution.problem, solution.equations
    if problem.chi == 0.0:
        raise BadInput("chi = 0 is the Gaussian process: its fluctuations are not an expansion in 1/chi")
    if equations.modes != equations.sectors[0].modes or solution.state.spectrum is None:
        raise BadInput(
            f"the {solution.approximation.name} approximation is not closed in all aligned modes; fluctuations need it"
        )
    noise = solution.effective_ridge / problem.samples
    response = sector_kernel(equations.sectors[0], solution.neurons, problem, response=True)
    action, source = corrections(solution)
    shift = np.asarray(np.linalg.solve(response + noise * np.eye(len(source)), source), dtype=np.float64)
    # κ_eff stays: its own corrections are of order (d/n)(d/χ), and in `cavity`
    predictor: Vector = equations.target - noise * (solution.discrepancy + shift)
    return Fluctuations(solution, shift, predictor, action)


def corrections(solution: Solution) -> tuple[Vector, Vector]:
    """A at every grid point, and (R + κ_eff/n) δt in the modes."""
    settled, drift = _posterior(solution)
    drawn, pull = scatter_of(solution)
    action, source = settled + drawn, drift + pull.sum(axis=1)
    if solution.problem.patches == 1:
        return action, source
    others, shift = across_patches(solution)
    return action + others, source + shift


def scatter_of(solution: Solution) -> tuple[Vector, Matrix]:
    """The scatter's part of A, (points,), and of the source, neuron by neuron, (modes, points)."""
    energy = -0.5 * solution.problem.strength * variance(solution)
    return energy * (1.0 + solution.problem.strength * solution.neurons.field**2), _pull(solution, energy)


def _posterior(solution: Solution) -> tuple[Vector, Vector]:
    """The posterior's part of A and of the source: G/χ, sector by sector, and the degrees beyond with R = 0."""
    problem, neurons = solution.problem, solution.neurons
    strength, field, noise = problem.strength, neurons.field, solution.effective_ridge / problem.samples
    remaining = np.asarray(problem.activation.second_moment(neurons.grid.q), dtype=np.float64)
    across = np.zeros_like(field)
    for sector in solution.equations.sectors:
        kernel = sector_kernel(sector, neurons, problem, response=True)
        inverse = np.linalg.inv(kernel + noise * np.eye(len(kernel)))
        squares = sector.degeneracy * (sector.overlaps * (inverse @ sector.overlaps)).sum(axis=0)
        remaining = remaining - sector.degeneracy * (sector.overlaps**2).sum(axis=0)
        if sector.order:
            across += squares
            continue
        mean = sector.overlaps @ (neurons.weights * field)
        moved = sector.overlaps * field - mean[:, None]
        along, answer = squares, strength * (moved * (inverse @ moved)).sum(axis=0)
        # R of sector 0 has −g⟨hJ⟩⟨hJ⟩ᵀ, and ∂_t σ_a²⟨hJ⟩ = R.
        rest = strength * kernel @ inverse @ mean
    across += remaining / noise
    enhanced = 1.0 + strength * field**2
    action = 0.5 * strength / problem.chi * (across * enhanced + along + answer)
    source = _pull(solution, 0.5 * strength / problem.chi * (across + along)).sum(axis=1) - rest / problem.chi
    return action, source


def _pull(solution: Solution, energy: Vector) -> Matrix:
    """½ ∂_t σ_a²⟨v(1 + gh²)⟩ at fixed v from energy = gv/2 at the grid points, neuron by neuron, (modes, points)."""
    neurons, strength = solution.neurons, solution.problem.strength
    overlaps, field = solution.equations.overlaps, neurons.field
    moments = overlaps * field
    moments = moments - (moments @ neurons.weights)[:, None]
    action = energy * (1.0 + strength * field**2)
    pull: Matrix = (
        solution.problem.readout_variance * neurons.weights * (2.0 * energy * field * overlaps + moments * action)
    )
    return pull
