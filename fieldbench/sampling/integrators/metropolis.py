"""Hamiltonian Monte Carlo, and with a single leapfrog step the Metropolis-adjusted Langevin algorithm (MALA)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from fieldbench.sampling.integrators.interface import Energy, Observe, Position, Samples
from fieldbench.sampling.integrators.loop import integrate
from fieldbench.typing import Array, Float, Scalar, Whole


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class MetropolisAdjusted:
    """Draw p ~ N(0, T), follow Hamilton's equations for some leapfrog steps, accept with min(1, exp(−ΔH/T)).

    Neal, Handbook of Markov Chain Monte Carlo (2011), arXiv:1206.1901, section 3; one leapfrog step of length τ is
    MALA with h = τ²/2 (Roberts & Rosenthal, J. R. Stat. Soc. B 60, 255 (1998)). No bias at any step, at the price of a
    step that falls as D^{−1/6} (MALA) to D^{−1/4} (long trajectories) in D dimensions, where `Underdamped` needs none:
    it is here to show that the others' bias is small. In float32 the energy difference carries a rounding error of
    about 10⁻⁷ U, so keep U below 10⁵ or sample in float64.

    Attributes:
        step: τ·√(largest curvature)·D^{1/6}.
        leapfrogs: gradients a step. Data, not code: another number does not recompile.
        temperature: 1 for the law exp(−U).
    """

    step: Scalar = 1.4
    leapfrogs: Whole = 1
    temperature: Scalar = 1.0

    def sample(
        self, energy: Energy, initial: Position, key: Array, *, steps: int, burn_in: int, thin: int, observe: Observe
    ) -> Samples:
        """See `Sampler.sample`."""
        return integrate(self, energy, initial, key, steps=steps, burn_in=burn_in, thin=thin, observe=observe)

    def step_size(self, energy: Energy, position: Position) -> Float[Array, ""]:
        """τ = step / (√curvature D^{1/6})."""
        chains = max(math.prod(energy.batch), 1)
        dimension = sum(leaf.size for leaf in jax.tree.leaves(position)) / chains
        step: Array = self.step / (jnp.sqrt(energy.curvature) * dimension ** (1 / 6))
        return step

    def noisy(self, energy: Energy, position: Position) -> Any:
        """Momenta, and a number a chain that decides."""
        return position, jnp.zeros(energy.batch, energy.curvature.dtype)

    def start(self, energy: Energy, position: Position, noise: Any) -> Any:
        """Position, energy and gradient."""
        return position, energy.value(position), energy.gradient(position)

    def move(
        self, energy: Energy, state: Any, noise: Any, step: Float[Array, ""]
    ) -> tuple[Any, Float[Array, "*batch"]]:
        """One trajectory a chain, accepted chain by chain."""
        position, value, gradient = state
        batch = len(energy.batch)
        scale = self.temperature**0.5
        momentum = jax.tree.map(lambda x, z: scale * jnp.broadcast_to(z, x.shape), position, noise[0])

        def leapfrog(_: Array, moving: Any) -> Any:
            x, p, g = moving
            p = jax.tree.map(lambda p, g: p - step.astype(p.dtype) / 2 * g, p, g)
            x = jax.tree.map(lambda x, p: x + step.astype(p.dtype) * p, x, p)
            g = energy.gradient(x)
            return x, jax.tree.map(lambda p, g: p - step.astype(p.dtype) / 2 * g, p, g), g

        proposal, final, new_gradient = jax.lax.fori_loop(0, self.leapfrogs, leapfrog, (position, momentum, gradient))
        new_value = energy.value(proposal)
        gain = value - new_value + _kinetic(momentum, batch) - _kinetic(final, batch)
        # The logarithm of a uniform number is that of the normal distribution function at a normal one.
        accept = jax.scipy.special.log_ndtr(noise[1]) < gain / self.temperature

        def choose(new: Array, old: Array) -> Array:
            return jnp.where(accept.reshape(accept.shape + (1,) * (old.ndim - batch)), new, old)

        state = (
            jax.tree.map(choose, proposal, position),
            choose(new_value, value),
            jax.tree.map(choose, new_gradient, gradient),
        )
        return state, accept.astype(step.dtype)


def _kinetic(momentum: Position, batch: int) -> Array:
    parts = [jnp.sum(p**2, axis=tuple(range(batch, p.ndim))) for p in jax.tree.leaves(momentum)]
    return sum(parts[1:], parts[0]) / 2
