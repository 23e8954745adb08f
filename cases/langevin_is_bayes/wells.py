"""What is measured in one dimension: mean squares in wells, by integrators whose laws are known at any step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Quantity, batched
from fieldbench.sampling import EulerMaruyama, MetropolisAdjusted, Sampler, Underdamped
from fieldbench.sampling.integrators import wells
from fieldbench.statistics import ess, rhat

from .chains import Chains, mean_squares

BLOCK, FRICTION = 16, 1.0
STIFFNESS, QUARTIC = np.array([1.5, 2.1, 9.0, 1.0, 0.0]), np.array([0.0, 0.0, 0.0, 0.25, 0.25])
EVEN = np.array([1.5, 2.1, 9.0, 1.0, 1.0]) ** -0.5  # the scales that give the quadratic wells unit curvature


@dataclass(frozen=True)
class Wells(Chains):
    """Chains of `steps` steps in one-dimensional wells ½kθ² + gθ⁴, in all wells driven by the same noise.

    Each scheme has a ⟨θ²⟩ of its own, by which checks tell schemes apart.
    """

    step: float
    steps: int
    chains: int = 1000

    well: ClassVar = np.arange(len(STIFFNESS))
    watched: ClassVar = well
    scheme: ClassVar[Callable[[float], Sampler]]
    scale: ClassVar[NDArray[np.float64] | None] = None
    square: ClassVar[Quantity]

    @batched(BLOCK)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:
        energy = wells(STIFFNESS, QUARTIC, (len(keys), self.chains))
        trace = mean_squares(type(self).scheme(self.step), energy, keys, self.steps, self.scale)
        every = np.ones((len(keys), 1))
        return {self.square: trace.mean(axis=0), self.rhat: every * rhat(trace), self.ess: every * ess(trace)}


@dataclass(frozen=True)
class EulerMaruyamaWells(Wells, stream="euler-maruyama"):
    scheme: ClassVar = EulerMaruyama
    square = Quantity("well", symbol="⟨θ²⟩", doc="by Euler–Maruyama", chain=True)


@dataclass(frozen=True)
class PreconditionedWells(Wells, stream="preconditioned"):
    scheme: ClassVar = EulerMaruyama
    scale: ClassVar = EVEN
    square = Quantity("well", symbol="⟨θ²⟩", doc="by Euler–Maruyama in coordinates of even curvature", chain=True)


@dataclass(frozen=True)
class BaoabWells(Wells, stream="baoab"):
    scheme: ClassVar = partial(Underdamped, friction=FRICTION)
    square = Quantity("well", symbol="⟨θ²⟩", doc="by BAOAB", chain=True)


@dataclass(frozen=True)
class MetropolisWells(Wells, stream="metropolis"):
    scheme: ClassVar = partial(MetropolisAdjusted, leapfrogs=3)
    square = Quantity("well", symbol="⟨θ²⟩", doc="by Hamiltonian Monte Carlo", chain=True)


@dataclass(frozen=True)
class GivenWells(Chains, stream="given"):
    """Quadratic wells ½kθ², the steepest of curvature 1, by whatever sampler the suite is given."""

    steps: int
    chains: int = 1000

    stiffness: ClassVar = np.array([1.0, 0.5, 0.125])
    well: ClassVar = np.arange(3)
    watched: ClassVar = well

    square = Quantity("well", symbol="⟨θ²⟩", doc="by the sampler under the port", chain=True)

    @batched(BLOCK)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Mapping[Quantity, Any]:
        energy = wells(self.stiffness, np.zeros(3), (len(keys), self.chains))
        trace = mean_squares(sampler, energy, keys, self.steps)
        every = np.ones((len(keys), 1))
        return {self.square: trace.mean(axis=0), self.rhat: every * rhat(trace), self.ess: every * ess(trace)}
