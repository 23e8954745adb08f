"""Self-consistency of the discrepancy t: neurons feel t, the kernel is their average, and t follows from it.

    (K[t] + κ_eff[t]/n) t = y,   K_ij = σ_a²⟨J_i J_j⟩,   h = Σ_i t_i J_i,   f = K t,

in modes normalised to unit variance, J_i = E[mode_i φ]/√E[mode_i²]. With modes He_1, He_3 and (b, c√6) = t this is
the closure of the talk and of arXiv:2310.03789 eq 13 (whose b, c are n/κ times smaller).

At a given ridge the solution is unique. K[t]t is a gradient, (N/χ) ∇ log Z(t) with Z = ⟨e^{χσ_a²h²/2N}⟩ over the
prior; h² is convex in t, so log Z is (Hölder), and its Hessian is the response kernel R of these modes. So

    Φ(t) = (N/χ) log Z(t) + κ_eff|t|²/2n − y·t                                                           (1)

is strictly convex and Newton's method with Hessian R + κ_eff/n finds its minimum from anywhere. What coexists near a
first-order transition are neurons within one solution (wells of the action), not solutions (derived for this project).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fieldbench.theory.adaptation.approximations import Approximation
from fieldbench.theory.adaptation.connected import connected_action
from fieldbench.theory.adaptation.modes import Mode
from fieldbench.theory.adaptation.neurons import NeuronGrid, Neurons, Vector, neuron_grid, tilted
from fieldbench.theory.adaptation.problem import Problem
from fieldbench.theory.adaptation.response import Matrix, Sector, SectorSpectrum, sectors, spectrum_of_patches

NEWTON_STEPS = 100
NEWTON_TOLERANCE = 1e-12  # of the gradient, in units of the target


@dataclass(frozen=True, eq=False)
class State:
    """Everything that follows from a discrepancy t at one strength."""

    neurons: Neurons
    kernel: Matrix
    spectrum: SectorSpectrum | None
    effective_ridge: float


@dataclass(frozen=True, eq=False)
class Closure:
    """The equations of one approximation for one problem on one grid; `connected` is the current connected term."""

    problem: Problem
    approximation: Approximation
    grid: NeuronGrid
    modes: tuple[Mode, ...]
    overlaps: Matrix
    target: Vector
    sectors: tuple[Sector, ...]
    connected: Vector | float = 0.0

    def state(self, discrepancy: Vector) -> State:
        """Neurons, K, spectrum and the κ_eff they imply, under t."""
        problem = self.problem
        neurons = tilted(self.grid, discrepancy @ self.overlaps, problem.strength, self.connected)
        kernel = problem.readout_variance * (self.overlaps * neurons.weights) @ self.overlaps.T
        if self.approximation.ridge == "bare":
            return State(neurons, kernel, None, problem.ridge)
        modes = spectrum_of_patches(self.sectors, neurons, problem, response=self.approximation.ridge == "response")
        return State(neurons, kernel, modes, modes.effective_ridge(problem.samples, problem.ridge))

    def residual(self, discrepancy: Vector) -> float:
        """max |(K + κ_eff/n) t − y| with the κ_eff that t itself implies, in units of the target."""
        state = self.state(discrepancy)
        error = state.kernel @ discrepancy + state.effective_ridge / self.problem.samples * discrepancy - self.target
        return float(np.max(np.abs(error)))

    def minimum(self, effective_ridge: float, start: Vector, moments: Matrix | None = None) -> Vector:
        """The t that minimises (1) at a given κ_eff, by Newton's method with step halving, from `start`.

        Args:
            effective_ridge: κ_eff.
            start: where Newton's method begins.
            moments: G of the modes where it is not the identity; κ_eff G^{-1}/n takes the place of κ_eff/n.

        Returns the best t reached; the caller judges its residual.
        """
        inverse = np.eye(len(self.target)) if moments is None else np.linalg.inv(moments)
        shift = np.asarray(effective_ridge / self.problem.samples * inverse, dtype=np.float64)
        best = start
        gradient, hessian = self._gradient_and_hessian(best, shift)
        for _ in range(NEWTON_STEPS):
            if np.max(np.abs(gradient)) < NEWTON_TOLERANCE:
                break
            step = -np.linalg.solve(hessian, gradient)
            slope, fraction = float(gradient @ step), 1.0
            while fraction > 1e-6:
                trial = best + fraction * step
                trial_gradient, trial_hessian = self._gradient_and_hessian(trial, shift)
                # Φ is convex along the step: a slope that has not turned steeply upwards means it went down
                if float(trial_gradient @ step) <= -0.5 * slope:
                    break
                fraction /= 2.0
            best, gradient, hessian = trial, trial_gradient, trial_hessian
        return best

    def _gradient_and_hessian(self, discrepancy: Vector, shift: Matrix) -> tuple[Vector, Matrix]:
        field = discrepancy @ self.overlaps
        neurons = tilted(self.grid, field, self.problem.strength, self.connected)
        moment = self.overlaps @ (neurons.weights * field)
        weighted = self.overlaps * (neurons.weights * (1.0 + self.problem.strength * field**2))
        response = weighted @ self.overlaps.T - self.problem.strength * np.outer(moment, moment)
        variance = self.problem.readout_variance
        gradient: Vector = variance * moment + shift @ discrepancy - self.target
        return gradient, variance * response + shift

    def connected_at(self, discrepancy: Vector) -> Vector:
        """The connected term that the neurons under t imply."""
        state = self.state(discrepancy)
        return connected_action(self.sectors, state.neurons, self.problem, state.effective_ridge)


def closure(problem: Problem, approximation: Approximation, *, reach: float = 4.0) -> Closure:
    """Set up the equations: grid, mode overlaps and sectors, evaluated once."""
    grid = neuron_grid(problem, frozen_radius=approximation.frozen_radius, reach=reach)
    modes = approximation.closure_modes(problem.activation)
    norms = [math.sqrt(mode.square_norm(problem.dimension)) for mode in modes]
    rows = [mode.overlap(problem.activation, grid.m, grid.r) / norm for mode, norm in zip(modes, norms, strict=True)]
    target = np.array([problem.coefficient(mode) for mode in modes])
    # the slides' approximation needs no spectrum, but its sectors cost nothing and the connected term uses them
    return Closure(
        problem, approximation, grid, modes, np.array(rows), target, sectors(problem, grid, approximation.degree)
    )
