"""Wolff cluster updates of the two-dimensional Ising model, thirty-two chains to a machine word.

Each site is a word whose bits are the same site of 32 independent chains. A step draws the bonds of the whole lattice
(a bond between equal spins is open with probability 1 − e^{−2K}; Fortuin & Kasteleyn 1972), grows the cluster of one
random site of each chain by and, or and shifts until nothing changes, and flips it (Wolff, Phys. Rev. Lett. 62, 361
(1989); bonds drawn at once or as the cluster grows have the same law). Cluster labels would need gathers, tens of
nanoseconds a spin; this takes a few. Words from Threefry: cluster updates show the faults of weaker generators
(Ferrenberg, Landau & Wong, Phys. Rev. Lett. 69, 3382 (1992)).
"""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators import WIDE_VECTORS, threefry
from fieldbench.typing import Array, Int

WORD = 32
DIGITS = 24
"""Binary digits of the bond probability: it is right to 2⁻²⁵, the coupling to 4e-8 at T_c."""
_STEPS_A_LOOK = 4

_BIT = np.arange(WORD, dtype=np.uint32)
_ONES = np.uint32(0xFFFFFFFF)


class IsingTraces(NamedTuple):
    """One entry a step and chain; sums over the lattice, not averages.

    bonds: S = Σ s_x s_y over all bonds, minus the energy in units of J; magnetisation: M = Σ s_x;
    pairs: Σ_x s_x s_{x+r} for r half the lattice along one axis plus the same along the other.
    """

    bonds: Int[Array, "steps chains"]
    magnetisation: Int[Array, "steps chains"]
    pairs: Int[Array, "steps chains"]


def wolff(
    key: Array, coupling: float, *, size: int, chains: int, steps: int, burn_in: int, periodic: bool = True
) -> IsingTraces:
    """Sample exp(K Σ s_x s_y) on an L × L lattice by single-cluster updates, recording every step after `burn_in`.

    Starts are overdispersed: even chains fully magnetised, odd ones half up and half down. The correlation is that of
    the periodic lattice also where the bonds across the edge are missing.

    Args:
        key: Threefry key.
        coupling: K = 1/T ≥ 0.
        size: L, even. chains: a multiple of 32. steps, burn_in: cluster flips.
        periodic: False cuts the bonds across the edges.

    Raises:
        BadInput: an odd size, chains that do not fill words, no steps, a negative coupling, or another generator's key.
    """
    if size < 2 or size % 2:
        raise BadInput(f"size {size}: take an even one, at least 2, so that half the lattice is a distance on it")
    if chains < WORD or chains % WORD:
        raise BadInput(f"{chains} chains: take a multiple of {WORD}, the bits of a word")
    if steps < 1 or burn_in < 0:
        raise BadInput(f"{steps} steps after {burn_in}: at least one step, and no negative burn-in")
    if not coupling >= 0 or math.isinf(coupling):
        raise BadInput(f"coupling {coupling}: the cluster update needs a ferromagnet, 0 ≤ K < ∞")
    if jax.random.key_data(key).shape != (2,):
        raise BadInput("pass one Threefry key, as jax.random.key(seed) makes it")
    probability = np.uint32(round(-math.expm1(-2 * coupling) * 2**DIGITS))
    traces: IsingTraces = _run(key, probability, np.bool_(periodic), size, chains // WORD, steps, burn_in)
    return traces


@partial(jax.jit, static_argnums=(3, 4, 5, 6), compiler_options=WIDE_VECTORS)
def _run(
    key: Array, probability: Array, periodic: Array, size: int, words: int, steps: int, burn_in: int
) -> IsingTraces:
    """Open edges are data, not code: one compilation a size."""

    def step(spins: Array, number: Array) -> tuple[Array, IsingTraces]:
        open_bonds = _open_bonds(jax.random.fold_in(key, number), probability, spins, periodic)
        seed_key = jax.random.fold_in(key, number + np.uint32(burn_in + steps))
        spins = spins ^ _cluster(_seeds(seed_key, size, words), *open_bonds)
        return spins, _observe(spins, periodic)

    # Bits of even chains are set in 0x55555555: up everywhere; those of odd ones in half of the lattice.
    stripes = jnp.arange(size).reshape(size, 1, 1) < size // 2
    start = jnp.broadcast_to(jnp.where(stripes, _ONES, np.uint32(0x55555555)), (size, size, words))
    traces: IsingTraces = jax.lax.scan(step, start, jnp.arange(burn_in + steps, dtype=jnp.uint32))[1]
    return IsingTraces(*(trace[burn_in:] for trace in traces))


def _open_bonds(
    key: Array, probability: Array | np.uint32, spins: Array, periodic: Array | bool
) -> tuple[Array, Array]:
    """Open bonds to the next site along either axis: equal spins, and a coin of the given probability.

    The coin of a bit is built digit by digit from the last: x ← x or r where the digit is 1, x and r where it is 0,
    with a fair r, so that P(x) ← (digit + P(x))/2.
    """
    size = spins.size
    halves = jax.random.key_data(key)
    key_0, key_1 = (jnp.broadcast_to(halves[k], (size,)) for k in (0, 1))
    counter = jnp.arange(size, dtype=jnp.uint32)

    def digit(number: Array, coins: tuple[Array, Array]) -> tuple[Array, Array]:
        fair = threefry(key_0, key_1, counter, jnp.broadcast_to(number, (size,)))
        heads = -((probability >> number) & np.uint32(1))
        first, second = ((coin & r) | (heads & (coin | r)) for coin, r in zip(coins, fair, strict=True))
        return first, second

    nothing = jnp.zeros(size, jnp.uint32)
    coins = jax.lax.fori_loop(jnp.uint32(0), jnp.uint32(DIGITS), digit, (nothing, nothing))
    first, second = (
        coin.reshape(spins.shape) & ~_across(spins, axis) & _exists(spins, axis, periodic)
        for axis, coin in enumerate(coins)
    )
    return first, second


def _across(spins: Array, axis: int) -> Array:
    """Bits where a site and the next along the axis differ."""
    return spins ^ jnp.roll(spins, -1, axis)


def _exists(spins: Array, axis: int, periodic: Array | bool) -> Array:
    """Bonds to the next site along the axis: all, or all but the last."""
    last = jnp.arange(spins.shape[axis]) == spins.shape[axis] - 1
    mask = jnp.where(last & ~jnp.asarray(periodic), jnp.uint32(0), _ONES)
    return mask.reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))


def _seeds(key: Array, size: int, words: int) -> Array:
    """One random site of each chain."""
    site = jax.random.randint(key, (words, WORD), 0, size**2)
    word = jnp.arange(words)[:, None]
    empty = jnp.zeros((size**2, words), jnp.uint32)
    return empty.at[site, word].add(jnp.uint32(1) << _BIT[None, :]).reshape(size, size, words)


def _cluster(seeds: Array, down: Array, right: Array) -> Array:
    """Sites connected to the seeds by open bonds."""
    down, right = _with_last(down, 0), _with_last(right, 1)

    def more(state: tuple[Array, Array]) -> tuple[Array, Array]:
        cluster, _ = state
        grown = cluster
        for _ in range(_STEPS_A_LOOK):
            grown = _neighbours(_neighbours(grown, down, 0), right, 1)
        return grown, jnp.any(grown != cluster)

    cluster, _ = jax.lax.while_loop(lambda state: state[1], more, (seeds, jnp.array(True)))
    return cluster


def _neighbours(cluster: Array, bonds: Array, axis: int) -> Array:
    """The cluster and what open bonds along one axis connect to it."""
    part = partial(jax.lax.slice_in_dim, axis=axis)
    size = cluster.shape[axis]
    ring = [part(cluster, size - 1, size), cluster, part(cluster, 0, 1)]
    padded = _apart(jnp.concatenate(ring, axis))
    before = part(padded, 0, size) & part(bonds, 0, size)
    after = part(padded, 2, size + 2) & part(bonds, 1, size + 1)
    return _apart(cluster | before | after)


def _with_last(bonds: Array, axis: int) -> Array:
    """Bonds with the last row repeated in front: the row before the first on a ring."""
    size = bonds.shape[axis]
    last = jax.lax.slice_in_dim(bonds, size - 1, size, axis=axis)
    return _apart(jnp.concatenate([last, bonds], axis))


def _apart(words: Array) -> Array:
    """The same array, stored: fused into the loop that reads it, a copy around the edge costs a branch a word."""
    barrier: Array = jax.lax.optimization_barrier(words)  # type: ignore[no-untyped-call]
    return barrier


def _observe(spins: Array, periodic: Array | bool) -> IsingTraces:
    sites, half = spins.shape[0] ** 2, spins.shape[0] // 2
    bonds, pairs = jnp.int32(0), jnp.int32(2 * sites)
    for axis in (0, 1):
        exists = _exists(spins, axis, periodic)
        count = jnp.where(periodic, sites, sites - spins.shape[0]).astype(jnp.int32)
        bonds = bonds + count - 2 * _count(_across(spins, axis) & exists)
        # Each pair at half the lattice is met from both ends.
        distant = spins ^ jnp.roll(spins, half, axis)
        pairs = pairs - 4 * _count(jax.lax.slice_in_dim(distant, 0, half, axis=axis))
    return IsingTraces(bonds, 2 * _count(spins) - sites, pairs)


def _count(words: Array) -> Array:
    """Number of sites whose bit is set, for each chain."""
    bits = ((words[..., None] >> _BIT.reshape(1, 1, 1, WORD)) & np.uint32(1)).astype(jnp.int32)
    return jnp.sum(bits, axis=(0, 1), dtype=jnp.int32).reshape(-1)
