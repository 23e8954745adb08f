"""What first-order fluctuations leave: their own effect on themselves, and the structure of the data's scatter.

*Second order.* The corrections A and δt of `fluctuations` are computed on neurons that do not feel them. Fed back,

    e^{−S − A(w)},      (K_A + κ_eff/n) t = y + E,      E = ½ ∂_t Tr[M R] at fixed A,

with M, A, E and κ_eff of the neurons that feel them, until nothing changes, they hold every power of the first order
acting on itself. What that changes is the size of the second order; diagrams with two loops of their own are of that
order too and are not contained.

*Structure of the scatter.* To the action of a neuron w the scatter of the data adds

    −(g/2n) E_x[r(x)² ψ_w(x)²] (1 + g h²),      ψ_w = (R + κ_eff/n)^{-1} φ(w·x) outside sector 0,      r = y − f,

of which `fluctuations` keeps E[r²] E[ψ_w²]. The ratio ρ(w) of the two is 1 for a neuron across the teacher, where ψ_w
does not know z. For others r² is large where |z| is and ψ_w falls with |z|, as the slope of a saturating activation
does: 0 ≤ ρ(w) ≤ 1. What any ρ(w) between these changes in an observable, to first order, is at most the larger of the
positive and the negative part of the scatter's own contribution to it. Both derived for this project.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from fieldbench.theory.adaptation.branches import Solution
from fieldbench.theory.adaptation.fluctuations import action_of, covariance_of, source_of
from fieldbench.theory.adaptation.learnabilities import Observables, of_predictor
from fieldbench.theory.adaptation.learnabilities import observables as observables_of
from fieldbench.theory.adaptation.neurons import Vector
from fieldbench.theory.adaptation.response import sector_kernel

ROUNDS = 4  # of feeding back: what a further one changes is below a fifth of what they change


def second_order(solution: Solution) -> Observables:
    """How far the first order, fed back on itself, moves each observable from what `fluctuations` makes of it.

    Needs a solution in the `fluctuating` approximation, as `fluctuations` does.
    """
    plain, problem = solution.equations, solution.problem
    first, now = observables_of(solution), solution
    for _ in range(ROUNDS):
        neurons, spread = now.neurons, covariance_of(now)
        action = action_of(now, spread)
        action = action - neurons.mean(action)
        moments = plain.overlaps * neurons.field
        answer = (
            problem.readout_variance * (moments - (moments @ neurons.weights)[:, None]) @ (neurons.weights * action)
        )
        target = plain.target + source_of(now, spread) - answer
        equations = replace(plain, connected=action, target=target)
        t = equations.minimum(now.effective_ridge, now.discrepancy)
        predictor = plain.target - now.effective_ridge / problem.samples * t
        now = replace(now, equations=equations, discrepancy=t, state=equations.state(t))
    grid = now.neurons.grid
    fed_back = of_predictor(now, predictor, square=now.neurons.mean(grid.m**2), transverse=now.neurons.mean(grid.r))
    return Observables(*(after - before for after, before in zip(_values(fed_back), _values(first), strict=True)))


def scatter_bound(solution: Solution) -> Observables:
    """By how much the structure of the data's scatter can change each observable, to first order; never negative."""
    problem, equations, neurons = solution.problem, solution.equations, solution.neurons
    strength, field, weights, grid = problem.strength, neurons.field, neurons.weights, neurons.grid
    noise = solution.effective_ridge / problem.samples
    inverse = np.linalg.inv(
        sector_kernel(equations.sectors[0], neurons, problem, response=True) + noise * np.eye(len(equations.modes))
    )
    action = action_of(solution, covariance_of(solution, posterior=0.0))
    # ½ ∂_t Tr[M R], neuron by neuron: R = σ_a²⟨FFᵀ(1 + g h²)⟩ outside sector 0
    energy = action / (1.0 + strength * field**2)
    moments = equations.overlaps * field
    moments = moments - (moments @ weights)[:, None]
    sources = problem.readout_variance * weights * (2.0 * energy * field * equations.overlaps + moments * action)
    shift = inverse @ sources  # of t, (modes, points)

    def of_neurons(values: Vector) -> Vector:
        centred = weights * (values - neurons.mean(values))
        return strength * (equations.overlaps * field @ centred) @ shift - centred * action

    dimension = problem.dimension
    parts = [of_predictor(solution, column, square=0.0, transverse=0.0) for column in -noise * shift.T]
    contributions = (
        np.array([part.linear for part in parts]),
        np.array([part.cubic for part in parts]),
        np.array([part.harmonic for part in parts]),
        dimension * of_neurons(grid.m**2),
        dimension * of_neurons(grid.r) / (dimension - 1),
    )
    linear, cubic, harmonic, overlap, transverse = (float(max(c[c > 0].sum(), -c[c < 0].sum())) for c in contributions)
    return Observables(linear, cubic, harmonic, overlap, transverse, 0.0)


def _values(found: Observables) -> tuple[float, ...]:
    return tuple(getattr(found, field.name) for field in fields(found))
