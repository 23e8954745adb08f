"""Langevin dynamics of both layers, with the readout drawn exactly from its conditional law now and then."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

import jax
import jax.numpy as jnp

from fieldbench.sampling.integrators import Energy, Observe, Position, Samples, Underdamped, integrate
from fieldbench.sampling.networks.readout import conditional, shifted
from fieldbench.sampling.networks.two_layer import Weights
from fieldbench.typing import Array, Float, Whole


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class GibbsWithinLangevin:
    """`Underdamped` steps; after every so many, α is replaced by a draw from its Gaussian law given ω and the data.

    Both moves leave the posterior as it is (the first up to its step's bias), so their alternation does. The draw costs
    N³/3 + 2N²n multiplications and additions and two gradients more: cheap for narrow networks. It frees the readout
    from its own slow directions, not the hidden layer from those in which both turn together.

    Attributes:
        langevin: the dynamics in between.
        every: steps from one draw to the next. Data, not code.
    """

    langevin: Underdamped = attribute(default_factory=Underdamped)
    every: Whole = 50

    def sample(
        self, energy: Energy, initial: Position, key: Array, *, steps: int, burn_in: int, thin: int, observe: Observe
    ) -> Samples:
        """See `Sampler.sample`; for energies of `fieldbench.sampling.networks` only."""
        return integrate(self, energy, initial, key, steps=steps, burn_in=burn_in, thin=thin, observe=observe)

    def step_size(self, energy: Energy, position: Position) -> Float[Array, ""]:
        """That of the dynamics."""
        return self.langevin.step_size(energy, position)

    def noisy(self, energy: Energy, position: Position) -> Any:
        """What the dynamics wants, and a normal for each entry of the readout."""
        return self.langevin.noisy(energy, position), position.readout

    def start(self, energy: Energy, position: Position, noise: Any) -> Any:
        """That of the dynamics, and a count of steps."""
        return (*self.langevin.start(energy, position, noise[0]), jnp.uint32(1))

    def move(self, energy: Any, state: Any, noise: Any, step: Float[Array, ""]) -> tuple[Any, Float[Array, "*batch"]]:
        """One step, and a new readout if it is time."""
        (position, velocity), moved = self.langevin.move(energy, state[:2], noise[0], step)

        def half_kick(velocity: Position, position: Position, sign: int) -> Position:
            half = sign * step / 2
            return jax.tree.map(lambda v, g: v + half.astype(v.dtype) * g, velocity, energy.gradient(position))

        def drawn(at: tuple[Weights, Weights]) -> tuple[Weights, Weights]:
            # The dynamics leaves half a kick open: it is due at the old position, and owed again at the new one.
            weights, velocity = at
            velocity = half_kick(velocity, weights, -1)
            own = jnp.broadcast_to(noise[1], weights.readout.shape)
            weights = Weights(weights.hidden, shifted(energy, conditional(energy, weights.hidden), own))
            return weights, half_kick(velocity, weights, 1)

        due = state[2] % self.every == 0
        position, velocity = jax.lax.cond(due, drawn, lambda at: at, (position, velocity))
        return (position, velocity, state[2] + 1), moved
