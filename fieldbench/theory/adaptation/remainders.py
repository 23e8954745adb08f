"""What first-order fluctuations leave: their own effect on themselves, and a share of the data's scatter.

*Second order.* The corrections A and δt of `fluctuations` are computed on neurons that do not feel them. Fed back,

    e^{−S − A(w)},      (K_A + κ_eff/n) t = y + E,      E the source of δt at fixed A,

with G, s, A, E and κ_eff of the neurons that feel them, until nothing changes, they hold every power of the first order
acting on itself. What that changes is the size of the second order; diagrams with two loops of their own are of that
order too and are not contained.

*What the scatter does.* s(w) of `scatter` takes the first transverse harmonic at each z and the higher ones as not
learned; the share of it that this misses at a neuron is not known. What any share between none and all of it changes in
an observable, to first order, is at most the larger of the positive and the negative part of its contributions, neuron
by neuron. Both derived for this project.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from fieldbench.theory.adaptation.branches import Solution
from fieldbench.theory.adaptation.fluctuations import corrections, scatter_of
from fieldbench.theory.adaptation.learnabilities import Observables, of_predictor
from fieldbench.theory.adaptation.local_ridge import local_ridge
from fieldbench.theory.adaptation.neurons import Vector
from fieldbench.theory.adaptation.prediction import first_order
from fieldbench.theory.adaptation.response import sector_kernel

ROUNDS = 4  # of feeding back: what a further one changes is below a fifth of what they change


def second_order(solution: Solution) -> Observables:
    """How far the first order, fed back on itself, moves each observable from what `fluctuations` makes of it.

    Needs a solution in the `fluctuating` approximation, as `fluctuations` does.
    """
    first, (now, predictor) = first_order(solution), fed_back(solution)
    grid = now.neurons.grid
    moved = of_predictor(now, predictor, square=now.neurons.mean(grid.m**2), transverse=now.neurons.mean(grid.r))
    return Observables(*(after - before for after, before in zip(_values(moved), _values(first), strict=True)))


def fed_back(solution: Solution) -> tuple[Solution, Vector]:
    """The solution with its first-order corrections fed back on themselves, and f of it in the modes of the closure."""
    plain, problem = solution.equations, solution.problem
    now, predictor = solution, solution.predictor
    for _ in range(ROUNDS):
        neurons, (action, source) = now.neurons, corrections(now)
        action = action - neurons.mean(action)
        moments = plain.overlaps * neurons.field
        answer = (
            problem.readout_variance * (moments - (moments @ neurons.weights)[:, None]) @ (neurons.weights * action)
        )
        target = plain.target + source - answer
        equations = replace(plain, connected=action, target=target)
        t = equations.minimum(now.effective_ridge, now.discrepancy)
        predictor = plain.target - now.effective_ridge / problem.samples * t
        now = replace(now, equations=equations, discrepancy=t, state=equations.state(t))
    return now, predictor


def scatter_effect(solution: Solution) -> Observables:
    """What the scatter of the data contributes to each observable, to first order."""
    linear, cubic, harmonic, overlap, transverse = (float(part.sum()) for part in _scatter_contributions(solution))
    return Observables(linear, cubic, harmonic, overlap, transverse, effective_ridge=0.0)


def scatter_bound(solution: Solution) -> Observables:
    """By how much any share of it can change each observable; never negative."""
    linear, cubic, harmonic, overlap, transverse = (
        float(max(part[part > 0].sum(), -part[part < 0].sum())) for part in _scatter_contributions(solution)
    )
    return Observables(linear, cubic, harmonic, overlap, transverse, effective_ridge=0.0)


def scatter_share(solution: Solution) -> float:
    """The share of the scatter that is approximated: what higher harmonics learn, and what it adds to r² itself."""
    spectrum, ridge = solution.state.spectrum, solution.problem.ridge
    assert spectrum is not None
    even = 1.0 - 1.0 / spectrum.discrepancy_factor(solution.problem.samples, solution.effective_ridge)
    learned = local_ridge(solution, levelled=False).mean() / solution.effective_ridge - 1.0
    return even + abs(learned) * solution.effective_ridge / (solution.effective_ridge - ridge)


def _scatter_contributions(solution: Solution) -> tuple[Vector, ...]:
    """To every observable but κ_eff, neuron by neuron."""
    problem, equations, neurons = solution.problem, solution.equations, solution.neurons
    strength, field, weights, grid = problem.strength, neurons.field, neurons.weights, neurons.grid
    noise = solution.effective_ridge / problem.samples
    inverse = np.linalg.inv(
        sector_kernel(equations.sectors[0], neurons, problem, response=True) + noise * np.eye(len(equations.modes))
    )
    action, pull = scatter_of(solution)
    shift = inverse @ pull  # of t, (modes, points)

    def of_neurons(values: Vector) -> Vector:
        centred = weights * (values - neurons.mean(values))
        return strength * (equations.overlaps * field @ centred) @ shift - centred * action

    dimension = problem.dimension
    parts = [of_predictor(solution, column, square=0.0, transverse=0.0) for column in -noise * shift.T]
    return (
        np.array([part.linear for part in parts]),
        np.array([part.cubic for part in parts]),
        np.array([part.harmonic for part in parts]),
        dimension * of_neurons(grid.m**2),
        dimension * of_neurons(grid.r) / (dimension - 1),
    )


def _values(found: Observables) -> tuple[float, ...]:
    return tuple(getattr(found, field.name) for field in fields(found))
