"""The loop every integrator shares: burn in, then move `thin` steps and observe, inside one compiled scan."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

import jax
import jax.numpy as jnp
from jax.tree_util import Partial

from fieldbench.sampling.interface import Energy, Observe, Position, Samples, chain_keys, check_request
from fieldbench.typing import Array, Float


class Integrator(Protocol):
    """One step of a chain. The state is a tuple that starts with the position.

    Integrators are registered pytrees, so that another step size or temperature does not recompile.
    """

    def step_size(self, energy: Energy, position: Position) -> Float[Array, ""]: ...

    def start(self, energy: Energy, position: Position, keys: Array) -> Any: ...

    def move(
        self, energy: Energy, state: Any, keys: Array, step: Float[Array, ""]
    ) -> tuple[Any, Float[Array, "*batch"]]: ...


def integrate(
    integrator: Integrator,
    energy: Energy,
    initial: Position,
    key: Array,
    *,
    steps: int,
    burn_in: int,
    thin: int,
    observe: Observe,
) -> Samples:
    """Validate, run, and wrap the result: the body of `Sampler.sample` for every integrator of this package."""
    check_request(energy, initial, steps=steps, burn_in=burn_in, thin=thin)
    keys = chain_keys(key, energy.batch)
    observer = observe if isinstance(observe, Partial) else Partial(observe)  # type: ignore[no-untyped-call]
    records, final, acceptance, step = _run(integrator, energy, initial, keys, observer, steps, burn_in, thin)
    return Samples(records=dict(records), final=final, acceptance=acceptance, step=step, gradients=burn_in + steps)


@partial(jax.jit, static_argnames=("steps", "burn_in", "thin"))
def _run(
    integrator: Integrator,
    energy: Energy,
    initial: Position,
    keys: Array,
    observe: Partial,
    steps: int,
    burn_in: int,
    thin: int,
) -> tuple[Any, Position, Array, Array]:
    step = integrator.step_size(energy, initial)
    fold = jax.vmap(jax.random.fold_in, in_axes=(0, None))

    def keys_at(number: Array) -> Array:
        return fold(keys.reshape(-1), number).reshape(keys.shape)

    def move(state: Any, number: Array) -> tuple[Any, Array]:
        return integrator.move(energy, state, keys_at(number), step)

    def observed(state: Any, first: Array) -> tuple[Any, tuple[Any, Array]]:
        state, accepted = jax.lax.scan(move, state, first + jnp.arange(thin, dtype=jnp.uint32))
        return state, (observe(state[0]), accepted.mean(axis=0))

    # Step numbers are 1, 2, …; number 0 draws what `start` needs (velocities).
    state = integrator.start(energy, initial, keys_at(jnp.uint32(0)))
    state = jax.lax.fori_loop(0, burn_in, lambda i, s: move(s, jnp.asarray(i, jnp.uint32) + jnp.uint32(1))[0], state)
    firsts = jnp.uint32(burn_in + 1) + jnp.uint32(thin) * jnp.arange(steps // thin, dtype=jnp.uint32)
    state, (records, accepted) = jax.lax.scan(observed, state, firsts)
    return records, state[0], accepted.mean(axis=0), step
