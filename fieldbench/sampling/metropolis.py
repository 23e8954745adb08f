"""Metropolis-adjusted Langevin algorithm (MALA): the Euler–Maruyama step as a proposal, accepted or refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from fieldbench.sampling.interface import Energy, Observe, Position, Samples, normal_like
from fieldbench.sampling.loop import integrate
from fieldbench.typing import Array, Float


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class MetropolisAdjusted:
    """Propose θ' = θ − h∇U(θ) + √(2h) ξ; accept with min(1, exp(−U(θ') + U(θ)) q(θ|θ')/q(θ'|θ)).

    Roberts & Rosenthal, J. R. Stat. Soc. B 60, 255 (1998): no bias at any step; h has to fall as D^{−1/3} in D
    dimensions, with an acceptance near .57 at the best step. Slower than `Underdamped` by that factor: it is here to
    show that the others' bias is small. In float32 the energy difference carries a rounding error of about 10⁻⁷ U, so
    keep U below 10⁵ or sample in float64.

    Attributes:
        step: h·(largest curvature)·D^{1/3}.
        temperature: 1 for the law exp(−U).
    """

    step: float = 1.0
    temperature: float = 1.0

    def sample(
        self, energy: Energy, initial: Position, key: Array, *, steps: int, burn_in: int, thin: int, observe: Observe
    ) -> Samples:
        """See `fieldbench.sampling.interface.Sampler.sample`."""
        return integrate(self, energy, initial, key, steps=steps, burn_in=burn_in, thin=thin, observe=observe)

    def step_size(self, energy: Energy, position: Position) -> Float[Array, ""]:
        """h = step / (curvature D^{1/3})."""
        chains = max(math.prod(energy.batch), 1)
        dimension = sum(leaf.size for leaf in jax.tree.leaves(position)) / chains
        step: Array = self.step / (energy.curvature * dimension ** (1 / 3))
        return step

    def start(self, energy: Energy, position: Position, keys: Array) -> Any:
        """Position, energy and gradient."""
        return position, energy.value(position), energy.gradient(position)

    def move(
        self, energy: Energy, state: Any, keys: Array, step: Float[Array, ""]
    ) -> tuple[Any, Float[Array, "*batch"]]:
        """One proposal a chain, accepted chain by chain."""
        position, value, gradient = state
        batch = len(energy.batch)
        amplitude = jnp.sqrt(2 * self.temperature * step)
        noise = normal_like(keys, position)
        proposal = jax.tree.map(
            lambda x, g, z: x - step.astype(x.dtype) * g + amplitude.astype(x.dtype) * z, position, gradient, noise
        )
        new_value, new_gradient = energy.value(proposal), energy.gradient(proposal)
        forth = self._log_density(position, gradient, proposal, step, batch)
        back = self._log_density(proposal, new_gradient, position, step, batch)
        log_ratio = (value - new_value) / self.temperature + back - forth
        # One uniform a chain; a leaf number no position reaches keeps it independent of the normals.

        def threshold(key: Array) -> Array:
            return -jax.random.exponential(jax.random.fold_in(key, _UNIFORM), (), value.dtype)

        accept = jax.vmap(threshold)(keys.reshape(-1)).reshape(keys.shape) < log_ratio

        def choose(new: Array, old: Array) -> Array:
            return jnp.where(accept.reshape(accept.shape + (1,) * (old.ndim - batch)), new, old)

        state = (
            jax.tree.map(choose, proposal, position),
            choose(new_value, value),
            jax.tree.map(choose, new_gradient, gradient),
        )
        return state, accept.astype(step.dtype)

    def _log_density(self, start: Position, gradient: Position, end: Position, step: Array, batch: int) -> Array:
        """log q(end | start) up to its constant."""

        def leaf(x: Array, g: Array, y: Array) -> Array:
            miss = y - x + step.astype(x.dtype) * g
            return jnp.sum(miss**2, axis=tuple(range(batch, x.ndim)))

        parts = jax.tree.leaves(jax.tree.map(leaf, start, gradient, end))
        return -sum(parts[1:], parts[0]) / (4 * self.temperature * step)


_UNIFORM = 2**31 - 1
