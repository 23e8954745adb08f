"""Exact readout of a two-layer network given its hidden weights: the readout's conditional posterior is Gaussian.

With whitened readout α, features Φ (n, D) including the readout's scale, ridge κ and mean-field factor χ,

    α | ω ~ N(m, A⁻¹),     A = 1 + (χ/κ) ΦᵀΦ,     m = (χ/κ) A⁻¹ Φᵀ y.

A chain over the hidden weights alone, with the readout drawn from this, mixes the two layers at once.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators import chain_keys
from fieldbench.sampling.networks.activations import function_and_slope
from fieldbench.sampling.networks.two_layer import TwoLayerNetwork, Weights, _preactivations
from fieldbench.typing import Array, Float


class ReadoutPosterior(NamedTuple):
    """Mean m and lower Cholesky factor of the precision A, over the readout's entries as one axis (width · patches)."""

    mean: Float[Array, "*batch entries"]
    factor: Float[Array, "*batch entries entries"]


def readout_posterior(
    energy: TwoLayerNetwork, hidden: Float[Array, "*batch width patch_dimension"]
) -> ReadoutPosterior:
    """The Gaussian of the whitened readout given whitened hidden weights, for every chain.

    A ≥ 1, so that its Cholesky factor always exists; float32 loses the prior directions once (χ/κ)ΦᵀΦ exceeds 10⁷.

    Raises:
        BadInput: `hidden` is not of the energy's batch, width and input dimension, or not finite.
    """
    expected = (*energy.batch, energy.width, energy.inputs.shape[-1])
    if hidden.shape != expected:
        raise BadInput(f"hidden weights of shape {hidden.shape}: this energy needs {expected}")
    if not bool(jnp.isfinite(hidden).all()):
        raise BadInput("hidden weights hold NaN or infinity")
    return conditional(energy, hidden)


def draw_readout(
    energy: TwoLayerNetwork, posterior: ReadoutPosterior, key: Array
) -> Float[Array, "*batch width patches"]:
    """One draw of the whitened readout for every chain: m + L⁻ᵀ ξ with A = L Lᵀ. `key` as in `Sampler.sample`."""
    keys = jnp.broadcast_to(chain_keys(key, energy.batch), energy.batch)
    entries = posterior.mean.shape[-1]

    def one(key: Array) -> Array:
        return jax.random.normal(key, (entries,), posterior.mean.dtype)

    return shifted(energy, posterior, jax.vmap(one)(keys.reshape(-1)).reshape(posterior.mean.shape))


def shifted(energy: TwoLayerNetwork, posterior: ReadoutPosterior, noise: Array) -> Float[Array, "*batch width patches"]:
    """m + L⁻ᵀ ξ for given standard normals ξ, as many as the readout has entries; traceable."""
    column = noise.reshape(*posterior.mean.shape, 1)
    shift = jax.scipy.linalg.solve_triangular(jnp.swapaxes(posterior.factor, -1, -2), column, lower=False)
    return (posterior.mean + shift[..., 0]).reshape(*energy.batch, energy.width, -1)


def conditional(energy: TwoLayerNetwork, hidden: Float[Array, "*batch width patch_dimension"]) -> ReadoutPosterior:
    """`readout_posterior` without its checks, for use inside compiled code."""
    ones = jnp.ones((*energy.batch, energy.width, energy.inputs.shape[-3]), hidden.dtype)
    posterior: ReadoutPosterior = _posterior(energy, energy.physical(Weights(hidden, ones)))
    return posterior


@jax.jit
def _posterior(energy: TwoLayerNetwork, scaled: Weights) -> ReadoutPosterior:
    function, _ = function_and_slope(energy.activation)
    strength = energy.feature_scale / energy.ridge
    groups = energy.inputs.shape[:-3]
    members = energy.batch[len(groups) :]
    data = energy.inputs.reshape(*groups, *(1 for _ in members), *energy.inputs.shape[-3:])
    inputs = jnp.broadcast_to(data, (*energy.batch, *energy.inputs.shape[-3:]))

    def one(item: tuple[Array, Array, Array, Array]) -> ReadoutPosterior:
        inputs, hidden, scale, targets = item
        features = function(_preactivations(hidden[None], inputs)[0]) * scale.reshape(-1, 1)
        precision = jnp.eye(features.shape[0], dtype=features.dtype) + strength * features @ features.T
        factor = jnp.linalg.cholesky(precision)
        return ReadoutPosterior(jax.scipy.linalg.cho_solve((factor, True), strength * features @ targets), factor)

    batch = len(energy.batch)
    arguments = (inputs, scaled.hidden, scaled.readout, energy.targets)
    flat = tuple(array.reshape(-1, *array.shape[batch:]) for array in arguments)
    mean, factor = jax.lax.map(one, flat)
    return ReadoutPosterior(mean.reshape(*energy.batch, -1), factor.reshape(*energy.batch, *factor.shape[1:]))
