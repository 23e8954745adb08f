"""Overdamped Langevin dynamics by the Euler–Maruyama step: what gradient descent with noise and weight decay does."""

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
class EulerMaruyama:
    """θ ← θ − h ∇U + √(2hT) ξ.

    The law has a bias of order h: on U = ½kθ² its variance is (T/k)/(1 − hk/2), and hk ≥ 2 diverges. Prefer
    `Underdamped`, whose bias is of order h² and whose slow directions move 1/√(hk) times faster; this one is for
    comparison with training by noisy gradient descent.

    Attributes:
        step: h·(largest curvature); stable below 2.
        temperature: 1 for the law exp(−U); one half is "noise without √2".
    """

    step: Scalar = 0.1
    temperature: Scalar = 1.0

    def sample(
        self, energy: Energy, initial: Position, key: Array, *, steps: int, burn_in: int, thin: int, observe: Observe
    ) -> Samples:
        """See `Sampler.sample`."""
        return integrate(self, energy, initial, key, steps=steps, burn_in=burn_in, thin=thin, observe=observe)

    def step_size(self, energy: Energy, position: Position) -> Float[Array, ""]:
        """h = step / curvature."""
        return self.step / energy.curvature

    def noisy(self, energy: Energy, position: Position) -> Any:
        """One normal a coordinate."""
        return position

    def start(self, energy: Energy, position: Position, noise: Any) -> Any:
        """The position alone."""
        return (position,)

    def move(
        self, energy: Energy, state: Any, noise: Any, step: Float[Array, ""]
    ) -> tuple[Any, Float[Array, "*batch"]]:
        """One step; nothing is ever rejected."""
        (position,) = state
        amplitude = jnp.sqrt(2 * self.temperature * step)
        position = jax.tree.map(
            lambda x, g, z: x - step.astype(x.dtype) * g + amplitude.astype(x.dtype) * z,
            position,
            energy.gradient(position),
            noise,
        )
        return (position,), jnp.ones(energy.batch, step.dtype)
