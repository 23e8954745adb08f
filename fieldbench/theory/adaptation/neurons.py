"""The measure of one neuron in overlap m = w·v and transverse square r = |w_⊥|², by quadrature in the log domain.

    e^{−S(m, r)} dm dr,   S = d m²/(2σ_w²) + d r/(2σ_w²) − ((d−3)/2) log r − (χσ_a²/2N) h(m, r)² + c(m, r)

The entropy ((d−3)/2) log r is the volume of the transverse sphere S^{d−2}; c is the connected term, where it is kept.
On the grid s = log r, dr = r ds, so the exponent is (d−1)/2. Trapezoids converge exponentially here: the integrands are
smooth and vanish at the ends. For an odd activation h² is even in m and the half line m ≥ 0 carries everything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.adaptation.problem import Problem

Vector = NDArray[np.float64]

# Steps in units of the prior's standard deviations: 0.4 in m resolves wells √3 times sharper than the prior to 1e-17.
OVERLAP_STEP, RADIUS_STEP = 0.4, 0.5


@dataclass(frozen=True, eq=False)
class NeuronGrid:
    """Quadrature points (m, r), flattened, with the logarithm of the prior's density times the cell."""

    m: Vector
    r: Vector
    log_prior: Vector
    reach: float

    @property
    def q(self) -> Vector:
        """|w|² = r + m²."""
        return self.r + self.m**2


@dataclass(frozen=True, eq=False)
class Neurons:
    """The normalised measure under a field h: `weights` sum to one over the grid's points."""

    grid: NeuronGrid
    field: Vector
    weights: Vector

    def mean(self, values: Vector) -> float:
        """⟨values⟩ over the neurons."""
        return float(self.weights @ values)

    def edge_mass(self) -> float:
        """The mass of the outermost overlaps |m| = reach: not negligible when the grid is cut too short."""
        return float(self.weights[np.abs(self.grid.m) >= self.grid.reach - 1e-9].sum())


def neuron_grid(problem: Problem, *, frozen_radius: bool, reach: float = 4.0) -> NeuronGrid:
    """The grid for `problem`: |m| ≤ `reach`·max(σ_w, 1), r = σ_w² alone when the radius is frozen."""
    deviation = math.sqrt(problem.weight_variance)
    spacing = OVERLAP_STEP * deviation / math.sqrt(problem.dimension)
    count = math.ceil(reach * max(deviation, 1.0) / spacing)
    steps = np.arange(0 if problem.activation.odd else -count, count + 1, dtype=np.float64)
    overlaps: Vector = spacing * steps
    log_cell = np.where(overlaps == 0.0, -math.log(2.0), 0.0) if problem.activation.odd else np.zeros_like(overlaps)
    log_overlap = log_cell - problem.dimension * overlaps**2 / (2.0 * problem.weight_variance)
    edge = float(overlaps[-1])
    if frozen_radius:
        return NeuronGrid(overlaps, np.full_like(overlaps, problem.weight_variance), log_overlap, edge)
    transverse = problem.dimension - 1
    width = math.sqrt(2.0 / transverse)
    # the lower end leaves room for neurons whose radius shrinks, and for the slow tail r^{(d−1)/2} of small dimensions
    scale = np.arange(-1.0 - 9.0 * width - 40.0 / transverse, 8.0 * width, RADIUS_STEP * width)
    radii = problem.weight_variance * np.exp(scale)
    log_radius = 0.5 * transverse * scale - problem.dimension * radii / (2.0 * problem.weight_variance)
    log_prior = log_overlap[:, None] + (log_radius - log_radius.max())[None, :]
    m, r = np.meshgrid(overlaps, radii, indexing="ij")
    return NeuronGrid(m.ravel(), r.ravel(), log_prior.ravel(), edge)


def tilted(grid: NeuronGrid, field: Vector, strength: float, connected: Vector | float = 0.0) -> Neurons:
    """The neurons under the action with field h and strength χσ_a²/N, normalised without overflow."""
    exponent = grid.log_prior + 0.5 * strength * field**2 - connected
    weights = np.exp(exponent - exponent.max())
    return Neurons(grid, field, weights / weights.sum())
