"""What an experiment on a network measures, as an approximation predicts it, with the corrections that it keeps."""

from __future__ import annotations

from dataclasses import fields

from fieldbench.theory.adaptation.branches import Solution
from fieldbench.theory.adaptation.fluctuations import fluctuations
from fieldbench.theory.adaptation.learnabilities import Observables, linear_and_cubic, of_predictor
from fieldbench.theory.adaptation.local_ridge import local_ridge_shift


def observables(solution: Solution) -> Observables:
    """The saddle's observables, or with fluctuations and the ridge at an input where the approximation keeps them."""
    if solution.approximation.fluctuations:
        first, shift = first_order(solution), local_ridge_shift(solution)
        return Observables(*(getattr(first, f.name) + getattr(shift, f.name) for f in fields(first)))
    return saddle(solution)


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
