"""What the scatter of the data does to a neuron: it is drawn to where it fits what the others leave unlearned.

On a finite training set the field of a neuron has a part without pattern, of variance

    s(w) = (1/n) E_x[r(x)² ψ_w(x)²],      ψ_w = (R + κ_eff/n)^{-1} φ(w·x) outside sector 0,      r = y − f,

which adds −(g/2) s (1 + g h²) to its action to first order (`fluctuations`). r² is large where |z| is, ψ_w falls there:
both are taken at each z. In the first transverse harmonic ψ_w solves the response kernel's equation between places;
higher ones are not learned, ψ_w = (n/κ_eff) φ there. Of r², what the scatter itself adds (E0 − 1 of it) is spread
evenly. Derived for this project; isotropic r² would give s = E[r²] E[ψ²]/n, for a neuron along the teacher several
times too much.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fieldbench.theory.adaptation import AlignedMode, Solution, Vector
from fieldbench.theory.fluctuations.sections import first_harmonic_kernel, hermite, points_along, section


def variance(solution: Solution, *, response: bool = True) -> Vector:
    """s(w) at every grid point; without response, of a combination of patches that is not taught."""
    problem = solution.problem if response else replace(solution.problem, chi=0.0)
    noise = solution.effective_ridge / problem.samples
    cut, weights = section(problem.activation, solution.neurons.grid), points_along(problem.activation.odd)[1]
    kernel = first_harmonic_kernel(cut, solution.neurons, problem)
    # One of d − 1 harmonics has first/√(d−1) of a neuron: their sum over harmonics is that of first².
    answer = np.linalg.solve(kernel * weights + noise * np.eye(len(weights)), cut.first)
    squares = answer**2 + (cut.whole - cut.first**2) / noise**2
    found: Vector = (weights * squared_discrepancy(solution)) @ squares / problem.samples
    return found


def squared_discrepancy(solution: Solution) -> Vector:
    """E[r²|z] on inputs outside the training set, at the places; z in one of N patches that carry r in equal shares."""
    problem, spectrum = solution.problem, solution.state.spectrum
    assert spectrum is not None
    z, weights = points_along(problem.activation.odd)
    left = solution.effective_ridge / problem.samples * solution.discrepancy
    along, elsewhere = np.zeros_like(z), 0.0
    for mode, value in zip(solution.equations.modes, left, strict=True):
        if isinstance(mode, AlignedMode) and mode.radial == 0:
            along = along + value * hermite(mode.power, z)
        else:
            elsewhere += value**2
    whole = float(weights @ along**2) + elsewhere
    excess = spectrum.discrepancy_factor(problem.samples, solution.effective_ridge) - 1.0
    share = 1.0 / problem.patches
    found: Vector = share * along**2 + (1.0 - share) * float(weights @ along**2) + elsewhere + excess * whole
    return found
