"""What an experiment on a network measures, as an approximation predicts it, with the corrections that it keeps."""

from __future__ import annotations

from fieldbench.theory.adaptation import Observables, Solution, linear_and_cubic, of_predictor
from fieldbench.theory.fluctuations.discrepancy import fluctuations


def observables(solution: Solution) -> Observables:
    """The saddle's observables, or with first-order fluctuations where the approximation keeps them."""
    return first_order(solution) if solution.approximation.fluctuations else saddle(solution)


def saddle(solution: Solution) -> Observables:
    """N, n and d infinite at the same d/n."""
    linear, cubic, harmonic = linear_and_cubic(solution.problem, solution.neurons)
    return Observables(
        linear=linear,
        cubic=cubic,
        harmonic=harmonic,
        overlap_variance=solution.overlap_variance,
        transverse_variance=solution.transverse_variance,
        effective_ridge=solution.effective_ridge,
    )


def first_order(solution: Solution) -> Observables:
    """With first-order fluctuations, at one ridge for all inputs."""
    corrected, grid = fluctuations(solution), solution.neurons.grid
    square, transverse = corrected.mean(grid.m**2), corrected.mean(grid.r)
    return of_predictor(solution, corrected.predictor, square=square, transverse=transverse)
