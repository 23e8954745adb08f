"""What the combinations of patches that nobody teaches do to a neuron of a convolutional network.

The neuron's action has −(g/2) Σ_i h_i², h_i = a*_i h in patch i. Its field fluctuates in all N combinations of patches,
with G_⊥ = (K + κ_eff/n)^{-1} in the N − 1 across a*, where h vanishes and the neuron has no answer: to first order

    A_⊥(w) = (N − 1)(g/2) v,     v = JᵀG_⊥J/χ − s_⊥,
    (R + κ_eff/n) δt ∋ (N − 1) ½ ∂_t σ_a²⟨v⟩ = (N − 1)(g/2) σ_a²⟨v δ(hJ)⟩,

s_⊥ being the scatter of the data (`scatter`) without the response, the teacher's own modes included. For linear
networks these are the terms N/C and (N − 1) of `networks.linear_cnn`. Derived for this project.
"""

from __future__ import annotations

import numpy as np

from fieldbench.theory.adaptation import Solution, Vector, sector_kernel
from fieldbench.theory.fluctuations.scatter import squared_discrepancy, variance
from fieldbench.theory.fluctuations.sections import points_along


def across_patches(solution: Solution) -> tuple[Vector, Vector]:
    """A_⊥ at every grid point, and its part of (R + κ_eff/n) δt in the modes."""
    problem, neurons = solution.problem, solution.neurons
    noise = solution.effective_ridge / problem.samples
    remaining = np.asarray(problem.activation.second_moment(neurons.grid.q), dtype=np.float64)
    settled, scattered = np.zeros_like(remaining), variance(solution, response=False)
    for sector in solution.equations.sectors:
        kernel = sector_kernel(sector, neurons, problem, response=False)
        answer = np.linalg.solve(kernel + noise * np.eye(len(kernel)), sector.overlaps)
        settled += sector.degeneracy * (sector.overlaps * answer).sum(axis=0)
        remaining = remaining - sector.degeneracy * (sector.overlaps**2).sum(axis=0)
        if sector.order == 0:
            error = float(points_along(problem.activation.odd)[1] @ squared_discrepancy(solution))
            scattered = scattered + error / problem.samples * (answer**2).sum(axis=0)
    settled += remaining / noise
    action: Vector = (problem.patches - 1) * problem.strength / 2 * (settled / problem.chi - scattered)
    moments = solution.equations.overlaps * neurons.field
    moments = moments - (moments @ neurons.weights)[:, None]
    return action, problem.readout_variance * moments @ (neurons.weights * action)
