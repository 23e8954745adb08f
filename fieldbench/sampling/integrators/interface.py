"""What a sampler is, what it samples, and what it hands back.

An *energy* is −log of an unnormalised density at unit temperature, over positions that are pytrees whose leaves all
begin with the same batch axes: one entry of the batch is one chain. A *sampler* moves all chains at once in one
compiled program and keeps only what `observe` returns, never positions. Whoever ports a sampler implements `Sampler`
and runs the cases under it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.errors import BadInput
from fieldbench.typing import AnyArray, Array, Float

Position: TypeAlias = Any
"""A pytree of arrays, each of shape (*batch, ...)."""

Observe: TypeAlias = Callable[[Position], Mapping[str, Array]]
"""Position → named arrays of shape (*batch, ...): a plain function, or `jax.tree_util.Partial` if it holds data."""


@runtime_checkable
class Energy(Protocol):
    """U(θ) with its gradient. Implementations are registered pytrees: new data of one shape do not recompile."""

    @property
    def batch(self) -> tuple[int, ...]:
        """Shape of the batch of chains."""

    @property
    def curvature(self) -> Float[Array, ""]:
        """An estimate of the largest second derivative of U where the chains live: it sets every sampler's step."""

    def value(self, position: Position) -> Float[Array, "*batch"]:
        """U(θ) of every chain."""

    def gradient(self, position: Position) -> Position:
        """∂U/∂θ of every chain, in the position's own structure."""


@dataclass(frozen=True)
class Samples:
    """What a run leaves; `records[name]` is (kept, *batch, ...), an entry every `thin` steps after the burn-in.

    `gradients` counts steps: a sampler of several gradients a step costs so many times more.
    """

    records: dict[str, Array]
    final: Position
    acceptance: Float[Array, "*batch"]
    step: Float[Array, ""]
    gradients: int


@runtime_checkable
class Sampler(Protocol):
    """Draws from exp(−U)."""

    def sample(
        self, energy: Energy, initial: Position, key: Array, *, steps: int, burn_in: int, thin: int, observe: Observe
    ) -> Samples:
        """Run every chain for `burn_in` + `steps` steps from `initial` and observe it every `thin` of the last `steps`.

        `key` is one typed key (every chain gets its own noise), or an array of them with as many axes as the batch:
        along an axis of size one the chains are driven by the same noise, which pairs them.
        """


def check_request(energy: Energy, initial: Position, *, steps: int, burn_in: int, thin: int) -> None:
    """Refuse what cannot run: no steps, a thinning that does not divide them, a wrong batch, a start not finite."""
    if steps < 1 or burn_in < 0 or thin < 1 or steps % thin:
        raise BadInput(
            f"steps = {steps}, burn_in = {burn_in}, thin = {thin}: "
            "needs steps ≥ 1, burn_in ≥ 0 and a thin ≥ 1 that divides steps"
        )
    batch = energy.batch
    for leaf in jax.tree.leaves(initial):
        if leaf.shape[: len(batch)] != batch:
            raise BadInput(
                f"a leaf of the initial position has shape {leaf.shape}, "
                f"the energy's batch is {batch}: begin every leaf with it"
            )
        if not np.isfinite(np.asarray(leaf)).all():
            raise BadInput(
                "the initial position holds NaN or infinity: start from finite weights, e.g. energy.prior(key)"
            )


def in_its_dtype(name: str, array: AnyArray) -> Array:
    """The array on JAX's device, or BadInput where JAX would make float32 of float64 in silence."""
    given = array if isinstance(array, Array) else np.asarray(array)
    found = jnp.asarray(given)
    if given.dtype == np.float64 and found.dtype != np.float64:
        raise BadInput(
            f"{name} are float64 and JAX's 64-bit numbers are switched off, so that it would sample in float32: "
            "cast them to float32, or call jax.config.update('jax_enable_x64', True) first"
        )
    return found


def typed_key(key: Any) -> Array:
    """A key that says what it is, or BadInput: raw words are an array like any other, with an axis too many."""
    if not (isinstance(key, Array) and jnp.issubdtype(key.dtype, jax.dtypes.prng_key)):
        kind = getattr(key, "dtype", None) or type(key).__name__
        raise BadInput(f"key has dtype {kind}: pass a typed key, jax.random.key(seed)")
    return key


def chain_keys(key: Array, batch: tuple[int, ...]) -> Array:
    """Keys broadcastable against the batch: one key is split over all chains, an array of keys is taken as it is."""
    key = typed_key(key)
    if key.ndim == 0:
        return jax.random.split(key, max(math.prod(batch), 1)).reshape(batch)
    if key.ndim != len(batch) or any(k not in (1, b) for k, b in zip(key.shape, batch, strict=True)):
        raise BadInput(
            f"keys of shape {key.shape} do not broadcast against the batch {batch}: "
            "pass one key or axes of size 1 or equal"
        )
    return key
