"""The loop every integrator shares: burn in, then move `thin` steps and observe, inside one compiled program."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
from jax.tree_util import Partial

from fieldbench.sampling.integrators.interface import Energy, Observe, Position, Samples, chain_keys, check_request
from fieldbench.sampling.integrators.noise import normal_pairs
from fieldbench.typing import Array, Float, Whole

# Vectors of 512 bits where the CPU has them: a tenth of the step, which XLA leaves on the table by default.
WIDE_VECTORS = {"xla_cpu_prefer_vector_width": 512}


@runtime_checkable
class Integrator(Protocol):
    """One step of a chain. The state is a tuple that starts with the position.

    Integrators are registered pytrees, so that another step size or temperature does not recompile.
    """

    def step_size(self, energy: Energy, position: Position) -> Float[Array, ""]: ...

    def noisy(self, energy: Energy, position: Position) -> Any:
        """A pytree with the structure, shapes and dtypes of the normals that a step, and the start, consume."""

    def start(self, energy: Energy, position: Position, noise: Any) -> Any: ...

    def move(
        self, energy: Energy, state: Any, noise: Any, step: Float[Array, ""]
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
    records, final, acceptance, step = _run(integrator, energy, initial, keys, observer, steps // thin, burn_in, thin)
    return Samples(records=dict(records), final=final, acceptance=acceptance, step=step, gradients=burn_in + steps)


@partial(jax.jit, static_argnames="kept", compiler_options=WIDE_VECTORS)
def _run(
    integrator: Integrator,
    energy: Energy,
    initial: Position,
    keys: Array,
    observe: Partial,
    kept: int,
    burn_in: Whole,
    thin: Whole,
) -> tuple[Any, Position, Array, Array]:
    """`kept` observations, `thin` steps apart; the lengths of the stretches between them are data, not code."""
    step = integrator.step_size(energy, initial)

    def draw(pair: Array) -> tuple[Any, Any]:
        return normal_pairs(keys, integrator.noisy(energy, initial), pair)

    def move(_: Array, carry: Any) -> Any:
        state, spare, number, accepted = carry
        # Normals come in pairs: an even step draws one and leaves its other half to the odd step after it.
        noise, spare = jax.lax.cond(number % 2 == 0, draw, lambda _: (spare, spare), number // 2 + 1)
        state, moved = integrator.move(energy, state, noise, step)
        return state, spare, number + 1, accepted + jnp.where(number < burn_in, jnp.zeros_like(moved), moved)

    def observed(carry: Any, length: Array) -> tuple[Any, Any]:
        carry = jax.lax.fori_loop(0, length, move, carry)
        return carry, observe(carry[0][0])

    first, spare = draw(jnp.uint32(0))
    state = integrator.start(energy, initial, first)
    lengths = jnp.full(kept, thin, jnp.int32).at[0].add(burn_in)
    carry = (state, spare, jnp.uint32(0), jnp.zeros(energy.batch, step.dtype))
    (state, _, _, accepted), records = jax.lax.scan(observed, carry, lengths)
    return records, state[0], accepted / (kept * thin), step
