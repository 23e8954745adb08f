"""Underdamped Langevin dynamics by the BAOAB splitting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from fieldbench.sampling.integrators.interface import Energy, Observe, Position, Samples
from fieldbench.sampling.integrators.loop import integrate
from fieldbench.typing import Array, Float, Scalar


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Underdamped:
    """dθ = v dt, dv = −∇U dt − γ v dt + √(2γT) dW with unit masses.

    A step is half a kick, half a drift, exact friction and noise, half a drift, half a kick.

    Leimkuhler & Matthews, Appl. Math. Res. Express 2013, 34 (arXiv:1203.5428), eq. 7: one gradient a step, the
    configurational law is exact on every quadratic energy at any stable step h√k < 2, and has an O(h²) bias otherwise.

    Attributes:
        step: h√(largest curvature); stable below 2. At the default 1.4 the means of squared weights of erf networks
            were within .05 % of those at 0.5, and the effective samples a gradient 2.3 to 2.8 times as many; at 1.8
            they are off by .12 %.
        friction: γ. The slowest directions of a whitened prior have unit frequency; bistable neurons cross barriers
            faster at γ = 0.4 than at 1 (1.4 times the effective samples), and below 0.3 the prior's own directions
            suffer.
        temperature: 1 for the law exp(−U). One half is "noise without √2", the control every sampled claim must notice.
    """

    step: Scalar = 1.4
    friction: Scalar = 0.4
    temperature: Scalar = 1.0

    def sample(
        self, energy: Energy, initial: Position, key: Array, *, steps: int, burn_in: int, thin: int, observe: Observe
    ) -> Samples:
        """See `Sampler.sample`."""
        return integrate(self, energy, initial, key, steps=steps, burn_in=burn_in, thin=thin, observe=observe)

    def step_size(self, energy: Energy, position: Position) -> Float[Array, ""]:
        """h = step / √curvature."""
        return self.step / jnp.sqrt(energy.curvature)

    def noisy(self, energy: Energy, position: Position) -> Any:
        """One normal a coordinate."""
        return position

    def start(self, energy: Energy, position: Position, noise: Any) -> Any:
        """Position and thermal velocities."""
        scale = self.temperature**0.5
        velocity = jax.tree.map(lambda x, z: scale * jnp.broadcast_to(z, x.shape), position, noise)
        return position, velocity

    def move(
        self, energy: Energy, state: Any, noise: Any, step: Float[Array, ""]
    ) -> tuple[Any, Float[Array, "*batch"]]:
        """One step, its second half kick left to the next: the two make a whole one, and positions are the same."""
        position, velocity = state
        keep = jnp.exp(-self.friction * step)
        spread = jnp.sqrt(self.temperature * -jnp.expm1(-2 * self.friction * step))

        def kick_drift_noise_drift(x: Array, v: Array, g: Array, z: Array) -> tuple[Array, Array]:
            dt, decay, amplitude = (s.astype(x.dtype) for s in (step, keep, spread))
            v = v - dt * g
            x = x + dt / 2 * v
            v = decay * v + amplitude * z
            return x + dt / 2 * v, v

        moved = jax.tree.map(kick_drift_noise_drift, position, velocity, energy.gradient(position), noise)
        state = jax.tree.transpose(jax.tree.structure(position), jax.tree.structure((0, 0)), moved)
        return state, jnp.ones(energy.batch, step.dtype)
