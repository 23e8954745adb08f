"""What an experiment on a network measures, as theory predicts it: learnabilities and variances."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fieldbench.theory.adaptation.branches import Solution
from fieldbench.theory.adaptation.modes import AlignedMode
from fieldbench.theory.adaptation.neurons import Neurons, Vector
from fieldbench.theory.adaptation.overlaps import harmonic_cubic_norm, harmonic_cubic_overlap, hermite_overlap
from fieldbench.theory.adaptation.problem import Problem


@dataclass(frozen=True)
class Observables:
    """Means over the posterior, as numbers.

    linear: L1 = E[f He_1]. cubic: E[f He_3]/6, the coefficient of He_3. harmonic: E[f h]/E[h²], the coefficient of
    the harmonic cubic h = z³ − 3z|x|²/(d+2). overlap_variance: d⟨m²⟩. transverse_variance: d⟨w_⊥²⟩ of one component.
    """

    linear: float
    cubic: float
    harmonic: float
    overlap_variance: float
    transverse_variance: float
    effective_ridge: float


def predictor_overlap(problem: Problem, neurons: Neurons, overlap: Vector) -> float:
    """E[f g] = σ_a²⟨h(w) E[g φ(w·x)]⟩ for any function g, from its overlap with a neuron at each grid point."""
    return problem.readout_variance * neurons.mean(neurons.field * overlap)


def linear_and_cubic(problem: Problem, neurons: Neurons) -> tuple[float, float, float]:
    """E[f He_1], E[f He_3]/6 and E[f h]/E[h²] of the predictor carried by these neurons."""
    activation, m, q = problem.activation, neurons.grid.m, neurons.grid.q
    harmonic = harmonic_cubic_overlap(activation, m, q, problem.dimension) / harmonic_cubic_norm(problem.dimension)
    return (
        predictor_overlap(problem, neurons, hermite_overlap(activation, 1, m, q)),
        predictor_overlap(problem, neurons, hermite_overlap(activation, 3, m, q)) / 6.0,
        predictor_overlap(problem, neurons, harmonic),
    )


def of_predictor(solution: Solution, predictor: Vector, *, square: float, transverse: float) -> Observables:
    """The observables of a predictor given in all aligned modes, with ⟨m²⟩ and ⟨r⟩; linear in all three."""
    dimension = solution.problem.dimension
    component = dict(zip(solution.equations.modes, predictor, strict=True))
    cubic = component.get(AlignedMode(3), 0.0) / math.sqrt(6.0)
    # E[f z(|x_⊥|² − d + 1)]; h = [(d−1) He_3 − 3 z(|x_⊥|² − d + 1)]/(d+2)
    radial = component.get(AlignedMode(1, 1), 0.0) * math.sqrt(AlignedMode(1, 1).square_norm(dimension))
    harmonic = (6.0 * (dimension - 1) * cubic - 3.0 * radial) / (dimension + 2)
    return Observables(
        linear=float(component[AlignedMode(1)]),
        cubic=float(cubic),
        harmonic=float(harmonic) / harmonic_cubic_norm(dimension),
        overlap_variance=dimension * square,
        transverse_variance=dimension * transverse / (dimension - 1),
        effective_ridge=solution.effective_ridge,
    )
