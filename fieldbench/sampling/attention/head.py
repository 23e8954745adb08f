"""A softmax attention head, one query and L keys a sample, as an energy in whitened weights.

    f(x) = Σ_b (softmax_b(x_0·A x_b) − 1/L) v·x_b,     A = σ_A ω/d,   v = σ_v ν/√d,   ω, ν ~ N(0, 1)
    U = (1/2κ) Σ_μ (f(x_μ) − y_μ)² + ½|ω|² + ½|ν|²

with a full d × d matrix A of attention weights (no factors QᵀK, whose prior is another) and value weights v. Nothing
changes when the mean of a sample's keys is taken off each of them: f is then Σ_b softmax_b v·x_b, the covariance of
logits and values over the keys where logits are small.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators import in_its_dtype, normals, typed_key
from fieldbench.typing import AnyArray, Array, Float


class HeadWeights(NamedTuple):
    """Whitened weights ω and ν."""

    attention: Float[Array, "*batch dimension dimension"]
    values: Float[Array, "*batch dimension"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class AttentionHead:
    """Energy of a batch of heads; make one with `attention_head`.

    Leading axes of `queries` are data sets of their own; along the one remaining batch axis chains share them. Samples
    come last, so that what is done to each of them runs along memory.

    Attributes:
        queries: x_0. keys: x_b less their mean over b. targets: y.
        ridge, attention_variance, value_variance: κ, σ_A², σ_v².
        curvature: an estimate of the largest second derivative.
    """

    queries: Float[Array, "sets dimension samples"]
    keys: Float[Array, "sets dimension context samples"]
    targets: Float[Array, "sets chains samples"]
    ridge: Float[Array, ""]
    attention_variance: Float[Array, ""]
    value_variance: Float[Array, ""]
    curvature: Float[Array, ""]

    @property
    def batch(self) -> tuple[int, ...]:
        """Shape of the batch of chains, (sets, chains)."""
        return self.targets.shape[:-1]

    def prior(self, key: Array) -> HeadWeights:
        """Whitened weights from the prior, one head a chain. Raises BadInput for a key without a type."""
        dimension = self.queries.shape[-2]
        shapes = (*self.batch, dimension, dimension), (*self.batch, dimension)
        return HeadWeights(*normals(typed_key(key), shapes, self.queries.dtype))

    def physical(self, weights: HeadWeights) -> HeadWeights:
        """A and v themselves, from whitened weights."""
        attention, values = self._scales()
        return HeadWeights(weights.attention * attention, weights.values * values)

    def outputs(self, weights: HeadWeights) -> Float[Array, "sets chains samples"]:
        """f on the training inputs."""
        return head_outputs(self.queries, self.keys, self.physical(weights))

    def value(self, weights: HeadWeights) -> Float[Array, "sets chains"]:
        """U of every chain."""
        misfit = jnp.sum((self.outputs(weights) - self.targets) ** 2, axis=-1) / (2 * self.ridge)
        return misfit + (jnp.sum(weights.attention**2, axis=(-2, -1)) + jnp.sum(weights.values**2, axis=-1)) / 2

    def gradient(self, weights: HeadWeights) -> HeadWeights:
        """∂U/∂(ω, ν) by hand: with s the softmax and p = v·x_b, ∂f/∂ logit_b = s_b(p_b − f) and ∂f/∂p_b = s_b."""

        def one(item: tuple[Array, ...]) -> tuple[Array, Array]:
            queries, keys, targets, attention, values = item
            shares, projections, outputs = _head(queries, keys, attention, values)
            to_values = shares * ((outputs - targets) / self.ridge)[None]
            to_logits = to_values * (projections - outputs[None])

            def along(key: Array) -> tuple[Array, Array]:
                return jnp.sum(to_logits * key, axis=0), jnp.sum(to_values * key)

            back, values = jax.lax.map(along, keys)
            return queries @ back.T, values

        attention, values = _each(one, self.queries, self.keys, self.targets, *self.physical(weights))
        scales = self._scales()
        return HeadWeights(weights.attention + attention * scales[0], weights.values + values * scales[1])

    def _scales(self) -> tuple[Array, Array]:
        dimension = self.queries.shape[-2]
        return jnp.sqrt(self.attention_variance) / dimension, jnp.sqrt(self.value_variance / dimension)


def head_outputs(
    queries: Float[Array, "sets dimension samples"],
    keys: Float[Array, "sets dimension context samples"],
    weights: HeadWeights,
) -> Float[Array, "sets chains samples"]:
    """f of heads with the physical weights A and v on centred keys."""

    def one(item: tuple[Array, ...]) -> Array:
        return _head(*item)[2]

    outputs: Array = _each(one, queries, keys, *weights)
    return outputs


def _head(queries: Array, keys: Array, attention: Array, values: Array) -> tuple[Array, Array, Array]:
    """softmax_b and v·x_b, (context, samples), and f, (samples,).

    Component by component of the keys, so that what is summed stays in the cache: products of all of them at once,
    which XLA's reductions do not vectorise, took three to four times as long on one core.
    """

    def add(sums: tuple[Array, Array], component: tuple[Array, ...]) -> tuple[tuple[Array, Array], None]:
        key, direction, value = component
        return (sums[0] + key * direction[None], sums[1] + key * value), None

    nothing = jnp.zeros(keys.shape[1:], keys.dtype)
    (logits, projections), _ = jax.lax.scan(add, (nothing, nothing), (keys, attention.T @ queries, values))
    shares = jax.nn.softmax(logits, axis=0)
    return shares, projections, jnp.sum(shares * projections, axis=0)


def _each(one: Callable[[tuple[Array, ...]], Any], queries: Array, keys: Array, *chains: Array) -> Any:
    """`one` of every data set and chain, one after the other: what a chain works on stays in the cache."""

    def data_set(item: tuple[Array, ...]) -> Any:
        shared, own = item[:2], item[2:]
        return jax.lax.map(lambda each: one((*shared, *each)), own)

    return jax.lax.map(data_set, (queries, keys, *chains))


def attention_head(
    queries: Float[AnyArray, "sets dimension samples"],
    keys: Float[AnyArray, "sets dimension context samples"],
    targets: Float[AnyArray, "sets chains samples"],
    *,
    ridge: float,
    attention_variance: float = 1.0,
    value_variance: float = 1.0,
) -> AttentionHead:
    """Energy of heads with A_ij ~ N(0, σ_A²/d²) and v ~ N(0, σ_v²/d).

    Args:
        queries: x_0. keys: x_b; their mean over b is taken off here. targets: y of every chain.
        ridge: κ. attention_variance, value_variance: σ_A², σ_v².

    Raises:
        BadInput: shapes that do not fit, fewer than two keys, float64 where JAX has none, NaN or infinity, ridge or
            variances not positive.
    """
    given = [in_its_dtype(*each) for each in (("queries", queries), ("keys", keys), ("targets", targets))]
    queries, keys, targets = given
    if queries.ndim != 3 or keys.ndim != 4 or targets.ndim != 3:
        raise BadInput(
            "queries, keys and targets need 3, 4 and 3 axes: (sets, d, n), (sets, d, L, n), (sets, chains, n)"
        )
    sets, dimension, samples = queries.shape
    context = keys.shape[2]
    if (*keys.shape[:2], keys.shape[3]) != queries.shape or (targets.shape[0], targets.shape[2]) != (sets, samples):
        raise BadInput(f"queries {queries.shape}, keys {keys.shape} and targets {targets.shape} do not fit each other")
    if context < 2:
        raise BadInput(f"{context} keys: softmax over one key is constant, so give two or more")
    if len({array.dtype for array in given}) > 1:
        raise BadInput("queries, keys and targets differ in dtype: cast all to the dtype to sample in")
    if not all(np.isfinite(np.asarray(array)).all() for array in given):
        raise BadInput("queries, keys or targets hold NaN or infinity: clean the data first")
    positive = {"ridge": ridge, "attention_variance": attention_variance, "value_variance": value_variance}
    for name, value in positive.items():
        if not (value > 0 and math.isfinite(value)):
            raise BadInput(f"{name} = {value}: must be positive and finite")
    dtype = queries.dtype.type
    scalars = {name: jnp.asarray(dtype(value)) for name, value in positive.items()}
    curvature = _curvature(dimension, context, samples, **positive)
    return AttentionHead(
        queries, keys - keys.mean(axis=2, keepdims=True), targets, curvature=jnp.asarray(dtype(curvature)), **scalars
    )


def _curvature(
    dimension: int, context: int, samples: int, *, ridge: float, attention_variance: float, value_variance: float
) -> float:
    """The largest second derivative of a head that has learned a product of two directions of its keys.

    Along A's entries that see v itself it is 1 + g(1 + L)|v|² with g = nσ_A²(L − 1)/(κd²L²), and |v|² is
    √d σ_vL/(σ_A√(L − 1)) where everything is learned at the least cost; v's own are as stiff. Bulk weights of the prior
    add g(1 + L)σ_v² and their like. By power iteration at d = 8 to 20, L = 2 to 8: twice what the prior adds, or more
    by a half where it is little, and .8 of the rest; at a start with target and prior in one up to 1.4 times the sum.
    Where σ_Aσ_v = 4 chains come to places that are steeper still, and the usual step is too long.
    """
    strength = samples * attention_variance * (context - 1) / (ridge * dimension**2 * context**2)
    learned = math.sqrt(dimension * value_variance / attention_variance) * context / math.sqrt(context - 1)
    bulk = value_variance * (1 + dimension / context)
    return 1 + strength * (1 + context) * (0.8 * learned + 2 * bulk)
