"""A neuron's measure on drawn data sets, as far as their inputs' components z_μ along the teacher decide it.

E[H_3(z)²] of n samples scatters by 9.6/√n of itself, and near a transition neurons answer exponentially. Averaged over
the other components of its inputs φ(w·x) is erf(u z), u = m/√(1 + 2r), and with the data set's own z_μ the closure is

    t_μ = (n/κ_eff)(y(z_μ) − f(z_μ)),   h(w) = (1/n) Σ_μ t_μ erf(u z_μ),   f(z) = σ_a²⟨h erf(u z)⟩,

the closure of `adaptation` with functions on the set {z_μ} in place of polynomials: the leading singular vectors of
erf(u z_μ) as modes. κ_eff is that of the average. Derived for this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.special import erf, eval_hermitenorm

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import ERF, AlignedMode, Neurons, Solution, tilted

Vector = NDArray[np.float64]

_NODES = 80  # in u
_SMALLEST = 1e-11  # squared singular value kept, relative to the largest
_GAUSS = 80  # nodes of the population's z


def population() -> tuple[Vector, Vector]:
    """Quadrature points and weights of z ~ N(0, 1): a data set without end."""
    z, weights = np.polynomial.hermite_e.hermegauss(_GAUSS)
    return z, weights / weights.sum()


def neurons_on(solution: Solution, z: Vector, weights: Vector | None = None) -> Neurons:
    """The neurons at κ_eff of `solution`, taught on inputs with these z, equally weighted or by `weights`.

    Raises BadInput for another activation than erf, or a target that is not a function of z.
    """
    problem, equations = solution.problem, solution.equations
    if problem.activation is not ERF:
        raise BadInput(f"activation {problem.activation.name}: φ averaged over x_⊥ is known here for erf only")
    labels = np.zeros_like(z)
    for mode, coefficient in problem.target:
        if not isinstance(mode, AlignedMode) or mode.radial:
            raise BadInput(f"target {mode}: not a Hermite polynomial of z")
        labels += coefficient * eval_hermitenorm(mode.power, z)
    root = np.sqrt(np.full(len(z), 1.0 / len(z)) if weights is None else weights)
    u = equations.grid.m / np.sqrt(1.0 + 2.0 * equations.grid.r)
    nodes = np.linspace(0.0, float(u.max()), _NODES)
    values = erf(np.outer(nodes, z)) * root
    squares, left = np.linalg.eigh(values @ values.T)
    kept = squares > _SMALLEST * squares[-1]
    size = np.sqrt(squares[kept])
    overlaps = CubicSpline(nodes, left[:, kept] * size)(u).T
    target = (left[:, kept] / size).T @ (values @ (root * labels))
    closure = replace(equations, modes=(), sectors=(), overlaps=overlaps, target=target, connected=0.0)
    t = closure.minimum(solution.effective_ridge, np.zeros_like(target))
    return tilted(equations.grid, t @ overlaps, problem.strength)


def averaged(
    solution: Solution, observe: Callable[[Neurons], Vector], sets: int, seed: int
) -> tuple[Vector, Vector, Vector]:
    """Observables of the population, their mean over drawn data sets less that, and the standard error of this.

    What is linear in the sets' means of z², z H_3 and H_3² has no mean, and is taken out of the scatter.
    """
    rng, found, controls = np.random.default_rng(seed), [], []
    plain = observe(neurons_on(solution, *population()))
    for _ in range(sets):
        z = rng.standard_normal(solution.problem.samples)
        cubic = eval_hermitenorm(3, z)
        found.append(observe(neurons_on(solution, z)) - plain)
        controls.append([np.mean(z**2) - 1.0, np.mean(z * cubic), np.mean(cubic**2) / 6.0 - 1.0])
    shifts, known = np.array(found), np.array(controls)
    slopes = np.linalg.lstsq(known - known.mean(axis=0), shifts - shifts.mean(axis=0), rcond=None)[0]
    left = shifts - known @ slopes
    return plain, left.mean(axis=0), left.std(axis=0, ddof=4) / np.sqrt(sets)
