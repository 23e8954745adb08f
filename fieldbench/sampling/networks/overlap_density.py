"""How likely an overlap m = w·e_1 of a neuron is, given all other weights of its network: exact, by quadrature.

With f = g + a φ(w·x), g of the other neurons, U is quadratic in the neuron's readout a. Integrated over it,

    log p(m | w_⊥, others) = B²/2A − ½ log A − d m²/2σ_w² + const,
    A = Nχ/σ_a² + (χ/κ) Σ_μ φ_μ²,     B = (χ/κ) Σ_μ φ_μ (y_μ − g_μ),     φ_μ = φ(m z_μ + w_⊥·x_μ),

z = x_1. The mean over a chain's neurons is p(m) of a neuron: a tail of 10⁻⁴ is read off every neuron and not off the
few that have been there.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.sampling.networks.activations import function_and_slope
from fieldbench.sampling.networks.two_layer import TwoLayerNetwork, Weights
from fieldbench.typing import Array, Float


def overlap_density(
    energy: TwoLayerNetwork, whitened: Weights, overlaps: NDArray[np.float64], neurons: int
) -> Float[Array, "*batch overlaps"]:
    """p(m) at `overlaps`, a mean over the first `neurons` of each network (neurons are exchangeable).

    Args:
        energy: fully connected networks. whitened: their weights.
        overlaps: m, evenly spaced over all that a neuron may have: p is normalised by their sum.
        neurons: how many are asked, each at the cost of `len(overlaps)`/2 of its gradients.

    Raises:
        BadInput: several patches, overlaps that are not evenly spaced, or more neurons than there are.
    """
    steps = np.diff(overlaps)
    if energy.inputs.shape[-3] > 1:
        raise BadInput(f"{energy.inputs.shape[-3]} patches: a filter has an overlap in each; use a fully connected one")
    if len(overlaps) < 3 or steps[0] <= 0 or np.ptp(steps) > 1e-6 * steps[0]:
        raise BadInput(f"overlaps {overlaps}: they must rise in even steps")
    if not 1 <= neurons <= energy.width:
        raise BadInput(f"neurons = {neurons}: from 1 to the width, {energy.width}")
    function, _ = function_and_slope(energy.activation)
    weights, inputs = energy.physical(whitened), energy.inputs[..., 0, :, :]
    residual = energy.targets - energy.outputs(whitened)
    hidden, readout = weights.hidden[..., :neurons, :], weights.readout[..., :neurons, :]
    shared = inputs.reshape(inputs.shape[:-2] + (1,) * (len(energy.batch) - inputs.ndim + 2) + inputs.shape[-2:])
    preactivations = jnp.einsum("...ud,...nd->...un", hidden, shared)
    left = residual[..., None, :] + readout * function(preactivations)  # y − g of each neuron
    z = shared[..., None, :, 0]
    across = preactivations - hidden[..., :1] * z
    strength = energy.feature_scale / energy.ridge
    stiffness = energy.width * energy.feature_scale / energy.readout_variance

    def log_weight(m: Array) -> Array:
        features = function(across + m * z)
        curvature = stiffness + strength * jnp.sum(features**2, axis=-1)
        force = strength * jnp.sum(features * left, axis=-1)
        prior = hidden.shape[-1] * m**2 / (2 * energy.hidden_variance)
        weight: Array = force**2 / (2 * curvature) - jnp.log(curvature) / 2 - prior
        return weight

    logs = jax.lax.map(log_weight, jnp.asarray(overlaps, hidden.dtype))  # (overlaps, *batch, neurons)
    density = jnp.mean(jax.nn.softmax(logs, axis=0), axis=-1) / hidden.dtype.type(steps[0])
    return jnp.moveaxis(density, 0, -1)
