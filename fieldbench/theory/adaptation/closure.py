"""The self-consistency of the discrepancy t: neurons feel t, the kernel is their average, and t follows from the kernel.

    (K[t] + κ_eff[t]/n) t = y,   K_ij = σ_a²⟨J_i J_j⟩,   h = Σ_i t_i J_i,   f = K t,

in modes normalised to unit variance, J_i = E[mode_i φ]/√E[mode_i²]. With modes He_1, He_3 and (b, c√6) = t this is the closure
of the talk and of arXiv:2310.03789 eq 13 (whose b, c are n/κ times smaller).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fieldbench.theory.adaptation.connected import connected_action
from fieldbench.theory.adaptation.modes import Mode
from fieldbench.theory.adaptation.neurons import NeuronGrid, Neurons, Vector, neuron_grid, tilted
from fieldbench.theory.adaptation.problem import Problem
from fieldbench.theory.adaptation.response import Matrix, Sector, Spectrum, sectors, spectrum
from fieldbench.theory.adaptation.theories import Theory


@dataclass(frozen=True, eq=False)
class State:
    """Everything that follows from a discrepancy t at one strength."""

    neurons: Neurons
    kernel: Matrix
    spectrum: Spectrum | None
    effective_ridge: float


@dataclass(frozen=True, eq=False)
class Closure:
    """The equations of one theory for one problem on one grid; `connected` is the current connected term."""

    problem: Problem
    theory: Theory
    grid: NeuronGrid
    modes: tuple[Mode, ...]
    overlaps: Matrix
    target: Vector
    sectors: tuple[Sector, ...]
    connected: Vector | float = 0.0

    def state(self, discrepancy: Vector, problem: Problem) -> State:
        """Neurons, K, spectrum and κ_eff under t at `problem`'s strength."""
        neurons = tilted(self.grid, discrepancy @ self.overlaps, problem.strength, self.connected)
        kernel = problem.readout_variance * (self.overlaps * neurons.weights) @ self.overlaps.T
        if self.theory.ridge == "bare":
            return State(neurons, kernel, None, problem.ridge)
        modes = spectrum(self.sectors, neurons, problem, response=self.theory.ridge == "response")
        return State(neurons, kernel, modes, modes.effective_ridge(problem.samples, problem.ridge))

    def residual(self, discrepancy: Vector, problem: Problem) -> Vector:
        """(K + κ_eff/n) t − y, in units of the target."""
        state = self.state(discrepancy, problem)
        return state.kernel @ discrepancy + state.effective_ridge / problem.samples * discrepancy - self.target

    def lazy_discrepancy(self, problem: Problem) -> Vector:
        """t of the Gaussian process: the closure is linear at χ = 0."""
        lazy = problem.with_chi(0.0)
        state = self.state(np.zeros_like(self.target), lazy)
        return np.linalg.solve(state.kernel + state.effective_ridge / lazy.samples * np.eye(len(self.modes)), self.target)

    def connected_at(self, discrepancy: Vector, problem: Problem) -> Vector:
        """The connected term that the neurons under t imply."""
        state = self.state(discrepancy, problem)
        return connected_action(self.sectors, state.neurons, problem, state.effective_ridge)


def closure(problem: Problem, theory: Theory, *, reach: float = 4.0) -> Closure:
    """Set up the equations: grid, mode overlaps and sectors, evaluated once."""
    grid = neuron_grid(problem, frozen_radius=theory.frozen_radius, reach=reach)
    modes = theory.closure_modes(problem.activation)
    norms = [math.sqrt(mode.square_norm(problem.dimension)) for mode in modes]
    rows = [mode.overlap(problem.activation, grid.m, grid.r) / norm for mode, norm in zip(modes, norms, strict=True)]
    target = np.array([problem.coefficient(mode) for mode in modes])
    # the talk's theory needs no spectrum, but its sectors cost nothing and the connected term uses them
    return Closure(problem, theory, grid, modes, np.array(rows), target, sectors(problem, grid, theory.degree))
