"""What an experiment on a network measures, as theory predicts it: learnabilities, response, variances."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation.branches import Branch, Solution, solve
from fieldbench.theory.adaptation.fluctuations import Fluctuations, fluctuations
from fieldbench.theory.adaptation.modes import AlignedMode
from fieldbench.theory.adaptation.neurons import Neurons, Vector
from fieldbench.theory.adaptation.overlaps import harmonic_cubic_norm, harmonic_cubic_overlap, hermite_overlap
from fieldbench.theory.adaptation.problem import Problem
from fieldbench.theory.adaptation.theories import Theory


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


def observables(solution: Solution) -> Observables:
    """The observables of a solved theory, with the fluctuations that theory keeps."""
    if solution.theory.fluctuations:
        return _with_fluctuations(fluctuations(solution))
    linear, cubic, harmonic = linear_and_cubic(solution.problem, solution.neurons)
    return Observables(
        linear=linear,
        cubic=cubic,
        harmonic=harmonic,
        overlap_variance=solution.overlap_variance,
        transverse_variance=solution.transverse_variance,
        effective_ridge=solution.effective_ridge,
    )


def _with_fluctuations(corrected: Fluctuations) -> Observables:
    solution, grid = corrected.solution, corrected.solution.neurons.grid
    dimension = solution.problem.dimension
    component = dict(zip(solution.equations.modes, corrected.predictor, strict=True))
    cubic = component.get(AlignedMode(3), 0.0) / math.sqrt(6.0)
    # E[f z(|x_⊥|² − d + 1)]; h = [(d−1) He_3 − 3 z(|x_⊥|² − d + 1)]/(d+2)
    radial = component.get(AlignedMode(1, 1), 0.0) * math.sqrt(AlignedMode(1, 1).square_norm(dimension))
    harmonic = (6.0 * (dimension - 1) * cubic - 3.0 * radial) / (dimension + 2)
    return Observables(
        linear=float(component[AlignedMode(1)]),
        cubic=float(cubic),
        harmonic=float(harmonic) / harmonic_cubic_norm(dimension),
        overlap_variance=dimension * corrected.mean(grid.m**2),
        transverse_variance=dimension * corrected.mean(grid.r) / (dimension - 1),
        effective_ridge=solution.effective_ridge,
    )


@dataclass(frozen=True)
class CubicResponse:
    """How the network answers the sign of the cubic teacher: positive (+|ε|), negative (−|ε|), and the slopes.

    cubic: R3 = (E[f He_3]_{+ε} − E[f He_3]_{−ε})/(12|ε|); harmonic: the same with h, over 2|ε|E[h²]. Both are 1 for a
    network that learns the cubic and 0 for one that shows its activation's own cubic only.
    """

    positive: Observables
    negative: Observables
    cubic: float
    harmonic: float


def cubic_response(problem: Problem, theory: Theory, branch: Branch = "lazy") -> CubicResponse:
    """Solve `problem` at both signs of its cubic coefficient. Raises BadInput if the target has no cubic part."""
    size = abs(problem.coefficient(AlignedMode(3))) / math.sqrt(6.0)
    if size == 0.0:
        raise BadInput("the target has no He_3 part, so its cubic response is undefined: give a coefficient ≠ 0")
    rest = tuple((mode, c) for mode, c in problem.target if mode != AlignedMode(3))
    both = [
        observables(solve(replace(problem, target=(*rest, (AlignedMode(3), sign * size))), theory, branch))
        for sign in (1.0, -1.0)
    ]
    return CubicResponse(
        positive=both[0],
        negative=both[1],
        cubic=(both[0].cubic - both[1].cubic) / (2.0 * size),
        harmonic=(both[0].harmonic - both[1].harmonic) / (2.0 * size),
    )


def radial_contamination(linear: float, dimension: int, cubic: float) -> float:
    """How much E[f He_3]/(6ε) a kernel method owes to its linear part alone: −√(2/3) L1/((d+2)√6 |ε|) up to sign.

    The radial mode z(|x|² − d − 2) overlaps with He_3 and is learned with the linear part. It looks
    like a cubic learnability that falls as 1/d and is none.
    """
    return math.sqrt(2.0 / 3.0) * linear / ((dimension + 2) * math.sqrt(6.0) * abs(cubic))
