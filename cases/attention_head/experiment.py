"""What is measured: softmax attention heads taught a product of one direction of the query and two of the keys."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from fieldbench.claims import Experiment, Quantity, batched
from fieldbench.sampling import Sampler, Underdamped
from fieldbench.sampling.attention import AttentionHead, HeadWeights, attention_head, head_outputs
from fieldbench.sampling.integrators import normals
from fieldbench.statistics import ess, rhat
from fieldbench.typing import Array

THIN, STEP = 10, 1.4  # steps; the sampler's own step in units of the curvature's root
FRESH = 1000  # inputs a data set on which its heads are asked
STARTS = np.array((0.0, 1.0), np.float32)  # shares of the target in the weights at the start: the prior, and all of it


@dataclass(frozen=True)
class Head(Experiment, stream="head"):
    """A head on P samples of a query and L keys in d dimensions: two chains of `time` on every data set.

    Times are in units of the prior's own frequency; half as much goes before for burn-in.
    """

    dimension: int
    context: int
    samples: int
    ridge: float = 4.0
    attention: float = 0.25
    """σ_A"""
    values: float = 1.0
    """σ_v"""
    time: float = 100.0
    slope: float = 0.5
    """Taken for that of A on the mean of y² over a data set, whose expectation is 1."""

    @property
    def load(self) -> float:
        """x = P/κE."""
        return self.samples / (self.ridge * least_energy(self))

    alignment = Quantity(symbol="A", doc="E[f y] over fresh inputs, 1 if the target is learned", chain=True)
    rhat_alignment = Quantity(doc="split R-hat of A over both starts")
    ess_alignment = Quantity(doc="effective samples of A, both starts together")
    gap = Quantity(symbol="ΔA", doc="A of the chain that starts at the target less that from the prior")

    @batched(4)
    def measure(self, keys: jax.Array, *, sampler: Sampler) -> Mapping[Quantity, Any]:
        draw, noise = _keys(keys)
        shape = self.dimension, self.context
        # One draw for data, fresh inputs and starts: a compilation less.
        rows = [(self.dimension, n) for n in (self.samples, FRESH)] + [(*shape, n) for n in (self.samples, FRESH)]
        starts = (len(STARTS), self.dimension, self.dimension), (len(STARTS), self.dimension)
        drawn = normals(draw, tuple((len(keys), *each) for each in (*rows, *starts)), jnp.float32)
        queries, fresh_queries, contexts, fresh_contexts = drawn[:4]
        targets, fresh = target(queries, contexts), target(fresh_queries, fresh_contexts)
        energy = attention_head(
            queries, contexts, jnp.repeat(self.labels(targets)[:, None], len(STARTS), axis=1),
            ridge=self.ridge, attention_variance=self.attention**2, value_variance=self.values**2,
        )  # fmt: skip
        steps = THIN * math.ceil(self.time * math.sqrt(float(energy.curvature)) / STEP / THIN)
        samples = sampler.sample(
            energy, self.start(HeadWeights(*drawn[4:])), noise, steps=steps, burn_in=steps // 2, thin=THIN,
            observe=Partial(observed, energy, fresh_queries, centred(fresh_contexts), fresh),  # type: ignore[no-untyped-call]
        )  # fmt: skip
        trace = np.asarray(samples.records["alignment"], np.float64)  # (kept, replicates, starts)
        series = np.moveaxis(trace, 1, 2)
        excess = np.asarray(jnp.mean(targets**2, axis=-1), np.float64) - 1
        return {
            self.alignment: trace.mean(axis=(0, 2)) - self.slope * excess,
            self.rhat_alignment: rhat(series),
            self.ess_alignment: ess(series),
            self.gap: (trace[..., 1] - trace[..., 0]).mean(axis=0),
        }

    def labels(self, targets: jax.Array) -> jax.Array:
        """What the heads are taught of the targets on their inputs, (replicates, samples)."""
        return targets

    def start(self, prior: HeadWeights) -> HeadWeights:
        """Whitened weights from the prior, and with A = a e_1e_1ᵀ, v = b e_2 added, whose head is the target to first
        order in its logits at the least |ω|² + |ν|²."""
        size = math.sqrt(least_energy(self))
        attention, values = (np.zeros(each.shape, np.float32) for each in prior)
        attention[..., 0, 0], values[..., 1] = STARTS * size, STARTS * size
        return HeadWeights(prior.attention + attention, prior.values + values)


def least_energy(at: Head) -> float:
    """E = d^{3/2}L/[√(L − 1) σ_Aσ_v]: ½|ω|² + ½|ν|² of the cheapest head that answers the target."""
    return math.pow(at.dimension, 1.5) * at.context / (math.sqrt(at.context - 1) * at.attention * at.values)


def centred(keys: Array) -> Array:
    """Keys less their mean over the context, (replicates, dimension, context, samples)."""
    return keys - jnp.mean(keys, axis=2, keepdims=True)


def target(queries: Array, keys: Array) -> Array:
    """y = (u·x_0) Σ_b (w·x_b − mean)(v*·x_b − mean)/√(L − 1) with u = e_1, w = e_1, v* = e_2, of unit variance."""
    inside = centred(keys[:, :2])
    return queries[:, 0] * jnp.sum(inside[:, 0] * inside[:, 1], axis=1) / math.sqrt(keys.shape[2] - 1)


def observed(
    energy: AttentionHead, queries: Array, keys: Array, targets: Array, weights: HeadWeights
) -> dict[str, Array]:
    """A of every chain: the regression of f on y over fresh inputs, Σ f y/Σ y²."""
    outputs = head_outputs(queries, keys, energy.physical(weights))
    power = jnp.sum(targets**2, axis=-1, keepdims=True)
    return {"alignment": jnp.sum(outputs * targets[:, None], axis=-1) / power}


@jax.jit
def _keys(keys: Array) -> tuple[Array, Array]:
    """Keys of the data and starts, (replicates,), and of the chains' noise, (replicates, starts)."""
    each = jax.vmap(lambda key: jax.random.split(key, 1 + len(STARTS)))(keys)
    return each[:, 0], each[:, 1:]


@dataclass(frozen=True)
class WithoutRootTwo(Head):
    """Broken: noise of variance T dt in place of 2T dt, as arXiv:2310.03789 eq. 6 misread: half the temperature."""

    @batched(4)
    def measure(self, keys: jax.Array) -> Mapping[Quantity, Any]:  # type: ignore[override]  # no port: it is the error
        return super().measure(keys, sampler=Underdamped(temperature=0.5))


@dataclass(frozen=True)
class ShuffledLabels(Head):
    """Broken: the labels belong to other inputs, so that there is nothing to learn."""

    def labels(self, targets: jax.Array) -> jax.Array:
        return jnp.roll(targets, 1, axis=-1)
