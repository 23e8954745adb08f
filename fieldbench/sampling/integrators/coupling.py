"""Same-noise coupling of two starts: a chain that has forgotten its start has forgotten the other start too.

Two chains driven by the same noise differ by what their energy makes of the difference. Where it contracts, the
distance falls to rounding: every start then leads to one trajectory, a sharper proof of convergence than any statistic
of one chain. Where it stays of order one there are several basins, or chaos.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax.tree_util import Partial

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators.interface import Energy, Position, Sampler, chain_keys
from fieldbench.typing import Array, Float


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Twins:
    """Two copies of every chain, on a new first batch axis."""

    energy: Any

    @property
    def batch(self) -> tuple[int, ...]:
        return (2, *self.energy.batch)

    @property
    def curvature(self) -> Float[Array, ""]:
        curvature: Array = self.energy.curvature
        return curvature

    def value(self, position: Position) -> Float[Array, "2 *batch"]:
        values: Array = jax.vmap(self.energy.value)(position)
        return values

    def gradient(self, position: Position) -> Position:
        return jax.vmap(self.energy.gradient)(position)


def coupled_distance(
    sampler: Sampler, energy: Energy, first: Position, second: Position, key: Array, *, steps: int, thin: int = 1
) -> Float[Array, "kept *batch"]:
    """Euclidean distance of two chains from `first` and `second` driven by the same noise, every `thin` steps.

    Args:
        sampler: any sampler that shares noise along key axes of size one.
        energy: batch of chains; `first` and `second` are positions of it.
        key: as in `Sampler.sample`.

    Raises:
        BadInput: the two positions differ in structure or shape, or are no positions of the energy.
    """
    shapes = [[leaf.shape for leaf in jax.tree.leaves(position)] for position in (first, second)]
    if type(first) is not type(second) or shapes[0] != shapes[1]:
        raise BadInput(f"the two starts differ, {shapes[0]} and {shapes[1]}: both must be positions of one energy")
    initial = jax.tree.map(lambda a, b: jnp.stack([a, b]), first, second)
    keys = chain_keys(key, energy.batch)[None]
    twins = _Twins(energy)
    observe = Partial(_distance, twins)  # type: ignore[no-untyped-call]
    samples = sampler.sample(twins, initial, keys, steps=steps, burn_in=0, thin=thin, observe=observe)
    return samples.records["distance"][:, 0]


def _distance(twins: _Twins, position: Position) -> dict[str, Array]:
    """Distance of the twins, given once for each (observables carry the whole batch)."""
    batch = len(twins.energy.batch)
    leaves = jax.tree.leaves(position)
    squares = [jnp.sum((leaf[0] - leaf[1]) ** 2, axis=tuple(range(batch, leaf.ndim - 1))) for leaf in leaves]
    distance = jnp.sqrt(sum(squares[1:], squares[0]))
    return {"distance": jnp.stack([distance, distance])}
