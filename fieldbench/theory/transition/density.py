"""How neurons are distributed in |m| = |w·v|: the measure in (m, r) of `adaptation`, integrated over the radius r.

The overlaps of a grid lie .4 prior deviations apart, where integrals over all m converge exponentially; a part of them,
m in a bin, needs the density between them, which a cubic spline of its logarithm gives to 10⁻³ of itself (tests).
With fluctuations the action of a neuron is S − g hJ·δt + A (`adaptation.fluctuations`): in the exponent, where it is
added to S, not expanded, since A of an aligned neuron is not small.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.special import roots_legendre

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import Neurons, Solution, sector_kernel
from fieldbench.theory.fluctuations import fluctuations, scatter_of

Vector = NDArray[np.float64]

_NODES = 6
_SMALLEST = 1e-250  # densities below it are left out: no integral knows them
_TAIL = 60  # bins between the last threshold and the edge of the grid


def fluctuating(solution: Solution, *, scatter: bool = True) -> tuple[Neurons, Vector]:
    """Neurons under the action with first-order fluctuations, and f in the closure's modes; without the data's scatter.

    Needs a solution as `fluctuations` does.
    """
    neurons, problem, first = solution.neurons, solution.problem, fluctuations(solution)
    shift, action = first.shift, first.action
    if not scatter:
        drawn, pull = scatter_of(solution)
        noise = solution.effective_ridge / problem.samples
        response = sector_kernel(solution.equations.sectors[0], neurons, problem, response=True)
        shift = shift - np.linalg.solve(response + noise * np.eye(len(shift)), pull.sum(axis=1))
        action = action - drawn
    exponent = problem.strength * neurons.field * (shift @ solution.equations.overlaps) - action
    exponent = np.where(neurons.weights > 0, exponent, 0.0)
    weights = neurons.weights * np.exp(exponent - neurons.mean(exponent))
    predictor = solution.equations.target - solution.effective_ridge / problem.samples * (solution.discrepancy + shift)
    return Neurons(neurons.grid, neurons.field, weights / weights.sum()), predictor


def log_density(neurons: Neurons) -> CubicSpline:
    """log p(|m|) with ∫_0^∞ p d|m| = 1, a function of |m| up to the grid's edge. Raises BadInput for an even grid."""
    overlaps, places = np.unique(neurons.grid.m, return_inverse=True)
    if overlaps[0] < 0:
        raise BadInput("neurons on both sides of m = 0: |m| is distributed like m only for an odd activation")
    mass = np.bincount(places, weights=neurons.weights)
    mass[0] *= 2.0  # half a cell lies at m ≥ 0
    density = mass / (overlaps[1] - overlaps[0])
    kept = density > _SMALLEST
    # even in m: no slope at zero
    return CubicSpline(overlaps[kept], np.log(density[kept]), bc_type=("clamped", "not-a-knot"), extrapolate=False)


def beyond(neurons: Neurons, thresholds: Vector) -> Vector:
    """The fraction of neurons with |m| above each threshold, in rising order and inside the grid."""
    spline = log_density(neurons)
    edge = float(spline.x[-1])
    if not (np.all(np.diff(thresholds) > 0) and thresholds[0] >= 0 and thresholds[-1] < edge):
        raise BadInput(f"thresholds {thresholds}: they must rise from 0 on and stay below {edge:.3g}")
    edges = np.concatenate([thresholds, np.linspace(thresholds[-1], edge, _TAIL + 1)[1:]])
    nodes, weights = roots_legendre(_NODES)
    half = np.diff(edges) / 2.0
    values = np.exp(spline(edges[:-1, None] + half[:, None] * (1.0 + nodes)))
    found: Vector = np.cumsum((half * (values @ weights))[::-1])[::-1][: len(thresholds)]
    return found
