"""What is measured: posteriors of a two-layer erf CNN that is taught a cubic polynomial of every patch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.sampling import Sampler, TwoLayerNetwork, Underdamped, Weights, convolutional
from fieldbench.sampling.networks import erf_network
from fieldbench.statistics import ess, rhat
from fieldbench.typing import Array, Float

THIN = 4  # steps: the stiffest modes turn by up to 1.2 rad in each
STARTS = (1.0, 3.0)  # the prior, and the prior three times as wide along the teacher: the two sides of what is learned


@dataclass(frozen=True)
class Network(Experiment, stream="network"):
    """N patches of S entries, C channels, taught Σ_i (H_1 + ε H_3)(w*·x_i)/√N on P samples at ridge κ/χ.

    A replicate is a data set of its own with two chains, of `steps` after half as many of burn-in.
    """

    patches: int
    size: int
    channels: int
    samples: int
    mean_field: float
    ridge: float
    cubic: float = 0.1
    steps: int = 800

    shift: ClassVar[int] = 0

    linear = Quantity(symbol="L_1", doc="share of the linear part that is learned", chain=True)
    cubic_part = Quantity(symbol="L_3", doc="E[f H_3] over 6ε: share of the cubic, with erf's own in it", chain=True)
    along = Quantity(symbol="λ_t", doc="kernel eigenvalue of w*·x_i, over an unsaturated prior's 4/(πS)", chain=True)
    across = Quantity(symbol="λ_⊥", doc="the same of the other entries of a patch", chain=True)
    rhat_linear = Quantity(doc="split R-hat of L_1 over both starts")
    rhat_cubic = Quantity(doc="of L_3")
    rhat_along = Quantity(doc="of λ_t")
    rhat_across = Quantity(doc="of λ_⊥")
    ess_linear = Quantity(doc="effective samples of L_1, both chains together")
    ess_cubic = Quantity(doc="of L_3")
    ess_along = Quantity(doc="of λ_t")
    ess_across = Quantity(doc="of λ_⊥")

    @batched(8)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Mapping[Quantity, Any]:
        shapes = ((self.samples, self.patches, self.size), (self.channels, self.size), (self.channels, self.patches))
        (inputs, hidden, readout), chain_keys = draws(keys, shapes)
        z = np.asarray(inputs)[..., 0]
        targets = np.sum(z + np.float32(self.cubic) * (z**3 - 3 * z), axis=-1) / np.float32(math.sqrt(self.patches))
        targets = np.roll(targets, self.shift, axis=-1)
        network = convolutional(
            inputs, np.repeat(targets[:, None], len(STARTS), axis=1), width=self.channels, ridge=self.ridge,
            feature_scale=self.mean_field, activation="erf",
        )  # fmt: skip
        chains = sampler.sample(
            network, starts(hidden, readout), chain_keys, steps=self.steps, burn_in=self.steps // 2, thin=THIN,
            observe=Partial(overlaps, network),  # type: ignore[no-untyped-call]
        )  # fmt: skip
        found = {name: np.asarray(trace, np.float64) for name, trace in chains.records.items()}
        found["cubic"] /= 6 * self.cubic
        values = {self.linear: "linear", self.cubic_part: "cubic", self.along: "along", self.across: "across"}
        mixed = (self.rhat_linear, self.rhat_cubic, self.rhat_along, self.rhat_across)
        drawn = (self.ess_linear, self.ess_cubic, self.ess_along, self.ess_across)
        series = [found[name].transpose(0, 2, 1) for name in values.values()]
        return {
            **{quantity: found[name].mean(axis=(0, 2)) for quantity, name in values.items()},
            **{quantity: rhat(each) for quantity, each in zip(mixed, series, strict=True)},
            **{quantity: ess(each) for quantity, each in zip(drawn, series, strict=True)},
        }


@dataclass(frozen=True)
class WithoutRootTwo(Network):
    """Broken: noise of variance T dt in place of 2T dt: half the temperature."""

    @batched(8)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:  # type: ignore[override]  # no port: it is the error
        return super().measure(keys, sampler=Underdamped(temperature=0.5))


@dataclass(frozen=True)
class ShuffledLabels(Network):
    """Broken: each input has its neighbour's label."""

    shift: ClassVar[int] = 1


@partial(jax.jit, static_argnames="shapes")
def draws(keys: Array, shapes: tuple[tuple[int, ...], ...]) -> tuple[tuple[Array, ...], Array]:
    """Standard normals of several shapes for each key, from one compiled program, and keys of its chains."""
    split = jax.vmap(lambda key: jax.random.split(key, 1 + len(STARTS)))(keys)
    counts = [math.prod(shape) for shape in shapes]
    flat = jax.vmap(lambda key: jax.random.normal(key, (sum(counts),), jnp.float32))(split[:, 0])
    parts = jnp.split(flat, np.cumsum(counts)[:-1].tolist(), axis=1)
    return tuple(x.reshape(-1, *shape) for x, shape in zip(parts, shapes, strict=True)), split[:, 1:]


def starts(hidden: Array, readout: Array) -> Weights:
    """A draw of the prior for each data set, and the same stretched along the teacher, (replicates, starts, …)."""
    repeated = np.repeat(np.asarray(hidden)[:, None], len(STARTS), axis=1)
    repeated[..., 0] *= np.array(STARTS, np.float32)[:, None]
    return Weights(jnp.asarray(repeated), jnp.asarray(np.repeat(np.asarray(readout)[:, None], len(STARTS), axis=1)))


def overlaps(network: TwoLayerNetwork, weights: Weights) -> dict[str, Float[Array, "*batch"]]:
    """Exact overlaps for Gaussian inputs, no test set: Σ_i E[f H_k(z_i)]/√N is that of one patch with Σ_i a_ic/√N.

    Eigenvalues of the kernel: (4/π)⟨w_j²/(1 + 2|w|²)⟩ for the linear function x_j (of lowest order in the cubic ones).
    """
    hidden, readout = network.physical(weights)
    size, patches = hidden.shape[-1], readout.shape[-1]
    taught = jnp.sum(readout, axis=-1, keepdims=True) / math.sqrt(patches)
    found = erf_network(Weights(hidden, taught))
    squares = hidden**2 / (1 + 2 * jnp.sum(hidden**2, axis=-1, keepdims=True))
    along = jnp.mean(squares[..., 0], axis=-1)
    return {
        "linear": found["linear"],
        "cubic": found["hermite"],
        "along": size * along,
        "across": size / (size - 1) * (jnp.mean(jnp.sum(squares, axis=-1), axis=-1) - along),
    }
