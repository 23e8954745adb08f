"""The sub-leading (connected) term of a neuron's action: what it costs to fluctuate where data constrain it."""

from __future__ import annotations

import numpy as np

from fieldbench.theory.adaptation.neurons import Neurons, Vector
from fieldbench.theory.adaptation.problem import Problem
from fieldbench.theory.adaptation.response import Sector, sector_kernel


def connected_action(
    sector_list: tuple[Sector, ...], neurons: Neurons, problem: Problem, effective_ridge: float
) -> Vector:
    """(σ_a²/2N) φᵀ(K + T)^{-1}φ of every grid point, data-averaged.

    Fixed data: S ∋ (σ_a²/2N) Σ_μν φ(w·x_μ)[(K + T)^{-1}]_μν φ(w·x_ν) (derived for this project; χ drops out,
    so it is suppressed by 1/χ against the mean-field term). Averaged over data (K + T)^{-1} becomes, in modes,
    (K + κ_eff/n)^{-1}; the degrees beyond the sectors have no kernel of their own and see n/κ_eff.

    Returns one number per grid point.
    """
    remaining = np.asarray(problem.activation.second_moment(neurons.grid.q), dtype=np.float64)
    noise = effective_ridge / problem.samples
    action = np.zeros_like(remaining)
    for sector in sector_list:
        kernel = sector_kernel(sector, neurons, problem, response=False) + noise * np.eye(len(sector.modes))
        action += sector.degeneracy * (sector.overlaps * np.linalg.solve(kernel, sector.overlaps)).sum(axis=0)
        remaining = remaining - sector.degeneracy * (sector.overlaps**2).sum(axis=0)
    result: Vector = problem.readout_variance / (2.0 * problem.width) * (action + remaining / noise)
    return result
