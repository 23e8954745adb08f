"""A change of scale that evens out the curvatures of an energy, so that one step suits all of its coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators.interface import Energy, Observe, Position, Sampler, Samples
from fieldbench.typing import Array, Float


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Preconditioned:
    """V(η) = U(sη): the energy in coordinates η = θ/s, in which a curvature k becomes k s².

    For a Langevin integrator this is a mass 1/s² for each coordinate: directions of curvature k move at the same rate
    if s = 1/√k. Not worth its while for erf networks in whitened weights, whose stiff directions lie across both
    layers (the effective samples a gradient of the cubic overlap stay as they are, those of the squared overlaps rise
    by a quarter); it is for energies with blocks of known and very different curvature.

    Attributes:
        energy: U.
        scale: s > 0, a pytree with the position's structure; leaves broadcast against the position's.
        curvature: the largest curvature of V.
    """

    energy: Any
    scale: Any
    curvature: Float[Array, ""]

    @property
    def batch(self) -> tuple[int, ...]:
        """Shape of the batch of chains."""
        batch: tuple[int, ...] = self.energy.batch
        return batch

    def value(self, position: Position) -> Float[Array, "*batch"]:
        """V of every chain."""
        value: Array = self.energy.value(self.original(position))
        return value

    def gradient(self, position: Position) -> Position:
        """∂V/∂η = s ∂U/∂θ."""
        return jax.tree.map(lambda g, s: g * s, self.energy.gradient(self.original(position)), self.scale)

    def original(self, position: Position) -> Position:
        """θ = sη."""
        return jax.tree.map(lambda x, s: x * s, position, self.scale)

    def scaled(self, position: Position) -> Position:
        """η = θ/s."""
        return jax.tree.map(lambda x, s: x / s, position, self.scale)


def sample_preconditioned(
    sampler: Sampler,
    energy: Energy,
    initial: Position,
    key: Array,
    *,
    scale: Any,
    curvature: float,
    steps: int,
    burn_in: int,
    thin: int,
    observe: Observe,
) -> Samples:
    """`sampler.sample` in the scaled coordinates, with positions going in, observed and coming out unscaled.

    Args:
        scale: s, see `Preconditioned`.
        curvature: the largest curvature in the scaled coordinates: it sets the step.

    Raises:
        BadInput: a scale or curvature that is not positive and finite; and what the sampler raises.
    """
    for value in (curvature, *jax.tree.leaves(scale)):
        if not np.all(np.isfinite(value) & (np.asarray(value) > 0)):
            raise BadInput(f"scale or curvature {value}: must be positive and finite")
    dtype = jax.tree.leaves(initial)[0].dtype
    scale = jax.tree.map(lambda s: jnp.asarray(np.asarray(s, dtype)), scale)
    stretched = Preconditioned(energy, scale, jnp.asarray(np.asarray(curvature, dtype)))
    found = sampler.sample(
        stretched,
        stretched.scaled(initial),
        key,
        steps=steps,
        burn_in=burn_in,
        thin=thin,
        observe=Partial(_observed, stretched, observe if isinstance(observe, Partial) else Partial(observe)),  # type: ignore[no-untyped-call]
    )
    return Samples(
        records=found.records,
        final=stretched.original(found.final),
        acceptance=found.acceptance,
        step=found.step,
        gradients=found.gradients,
    )


def _observed(stretched: Preconditioned, observe: Partial, position: Position) -> Any:
    return observe(stretched.original(position))
