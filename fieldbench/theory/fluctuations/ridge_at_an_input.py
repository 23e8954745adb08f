"""The response ridge at an input: what a left-out sample feels depends on where it lies.

κ_eff is the average over inputs of what stands between a sample's label and its fit,

    κ(x) = κ + Σ_ρ ρ(1 − L_ρ) φ_ρ(x)²,      E_x κ(x) = κ_eff,

and the modes feel G_ij = E[φ_iφ_j κ_eff/κ(x)] in place of δ_ij: t = (n/κ_eff) G (y − f), and K + (κ_eff/n) G^{-1} takes
the place of K + κ_eff/n in the closure. Aligned neurons with a saturating φ make κ(x) depend on z and |x_⊥|, and G then
mixes what is left of the cubic part, and of the radial one, into the linear part. The shape of κ(x) is that of what the
higher transverse harmonics have, whole, and of what is left of the first; its average is set to κ_eff. Of order m²,
like what z does to a neuron. Derived for this project; a Gaussian process solved exactly on drawn data is its oracle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldbench.theory.adaptation import AlignedMode, Matrix, Solution, Vector
from fieldbench.theory.fluctuations.places import radial, radii
from fieldbench.theory.fluctuations.sections import first_harmonic_kernel, hermite, points_along, section

RADII = 5


@dataclass(frozen=True, eq=False)
class RidgeAtAnInput:
    """κ(x) on a grid: |x_⊥|²/(d − 1) in `ratios`, z in `places`, both with the weights of their distribution."""

    ridge: Matrix
    ratios: Vector
    ratio_weights: Vector
    places: Vector
    place_weights: Vector

    def mean(self) -> float:
        """Over inputs."""
        return float(self.ratio_weights @ self.ridge @ self.place_weights)


def ridge_at_an_input(solution: Solution, *, levelled: bool = True) -> RidgeAtAnInput:
    """κ(x) of a solution; not `levelled`, its average is its own, off κ_eff by what the higher harmonics learn."""
    problem, neurons = solution.problem, solution.neurons
    transverse, noise = problem.dimension - 1, solution.effective_ridge / problem.samples
    z, weights = points_along(problem.activation.odd)
    ratios, ratio_weights = radii(transverse, RADII)
    enhanced = problem.readout_variance * neurons.weights * (1.0 + problem.strength * neurons.field**2)

    cut = section(problem.activation, neurons.grid)
    kernel = first_harmonic_kernel(cut, neurons, problem)
    left = noise * np.diag(np.linalg.solve(kernel * weights + noise * np.eye(len(z)), kernel))
    first = cut.first**2 @ enhanced
    learned = 1.0 - transverse * left / first  # of the first harmonic at each z, at any radius
    sections = [section(problem.activation, neurons.grid, float(ratio)) for ratio in ratios]
    ridge = np.array([at.whole @ enhanced - learned * (at.first**2 @ enhanced) for at in sections])
    found = RidgeAtAnInput(problem.ridge + ridge, ratios, ratio_weights, z, weights)
    if not levelled:
        return found
    scale = (solution.effective_ridge - problem.ridge) / (found.mean() - problem.ridge)
    return RidgeAtAnInput(problem.ridge + scale * ridge, ratios, ratio_weights, z, weights)


def discrepancy_at_local_ridge(solution: Solution, *, levelled: bool = True) -> Vector:
    """t with κ(x) in place of κ_eff, everything else as it was."""
    at, equations = ridge_at_an_input(solution, levelled=levelled), solution.equations
    modes = [mode for mode in equations.modes if isinstance(mode, AlignedMode)]
    assert len(modes) == len(equations.modes)
    values = np.array(
        [
            np.outer(radial(mode.radial, at.ratios, solution.problem.dimension - 1), hermite(mode.power, at.places))
            for mode in modes
        ]
    )
    # Averages over inputs of products of modes, the ridge's inverse beside them.
    weights = np.outer(at.ratio_weights, at.place_weights) * solution.effective_ridge / at.ridge
    moments = np.einsum("irz,jrz,rz->ij", values, values, weights)
    return equations.minimum(solution.effective_ridge, solution.discrepancy, moments)
