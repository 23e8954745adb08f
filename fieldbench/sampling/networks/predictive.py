"""Mean and variance of a two-layer network at test points, given its hidden weights: the readout averaged exactly.

Given ω a network is a Gaussian process with the kernel K̂ = (σ_a²/Nχ) ΦΦᵀ of its own features, so that

    m = k̂ᵀÂ⁻¹y,    v = K̂(x, x) − k̂ᵀÂ⁻¹k̂,    Â = K̂ + κ/χ,    log p(y|ω) = −½yᵀÂ⁻¹y − ½ log det Â + const.

and ⟨f⟩ = ⟨m⟩, Var f = ⟨v⟩ + Var m over the posterior of ω. Averaging m scatters less than averaging f itself (Rao and
Blackwell).
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from fieldbench.errors import BadInput
from fieldbench.sampling.networks.activations import function_and_slope
from fieldbench.sampling.networks.two_layer import TwoLayerNetwork, Weights
from fieldbench.typing import Array, Float


class Conditional(NamedTuple):
    """m and v at the test points, (*batch, tests), and the logarithm of the evidence up to a constant, (*batch,)."""

    mean: Array
    variance: Array
    log_evidence: Array


class Covariance(NamedTuple):
    """K̂ as regression needs it: `samples` training points first, then the test points.

    Attributes:
        kernel: of all points with the training points, (*batch, points, samples).
        own: of each test point with itself, (*batch, tests).
    """

    kernel: Array
    own: Array

    @classmethod
    def of_features(cls, features: Float[Array, "*batch width points"], samples: int) -> Covariance:
        """Σ_c φ_cμ φ_cν: a third of all pairs of points, those of different test points, is never needed."""
        kernel = jnp.swapaxes(features, -1, -2) @ features[..., :samples]
        return cls(kernel, jnp.sum(features[..., samples:] ** 2, axis=-2))

    def times(self, scale: Array | float) -> Covariance:
        """scale · K̂."""
        return Covariance(scale * self.kernel, scale * self.own)


def condition(covariance: Covariance, targets: Float[Array, "*#batch samples"], noise: Array) -> Conditional:
    """Gaussian process of a given covariance. Traceable.

    Args:
        covariance: K̂. targets: y; broadcasts against the batch. noise: κ/χ.
    """
    kernel, count = covariance.kernel, targets.shape[-1]
    ridge = noise * jnp.eye(count, dtype=kernel.dtype)
    train, cross = kernel[..., :count, :], jnp.swapaxes(kernel[..., count:, :], -1, -2)
    factor = jnp.linalg.cholesky(train + jnp.broadcast_to(ridge, train.shape), symmetrize_input=False)
    labels = jnp.broadcast_to(targets, (*kernel.shape[:-2], count))[..., None]
    half = jax.lax.linalg.triangular_solve(
        factor, jnp.concatenate([cross, labels], axis=-1), left_side=True, lower=True
    )
    white, labels = half[..., :-1], half[..., -1:]
    return Conditional(
        mean=jnp.sum(white * labels, axis=-2),
        variance=covariance.own - jnp.sum(white**2, axis=-2),
        log_evidence=-jnp.sum(labels[..., 0] ** 2, axis=-1) / 2
        - jnp.sum(jnp.log(jnp.diagonal(factor, axis1=-2, axis2=-1)), axis=-1),
    )


def predictive(
    energy: TwoLayerNetwork, test: Float[Array, "tests dimension"], weights: Weights
) -> dict[str, Float[Array, "*batch tests"]]:
    """What a sampler observes: `Partial(predictive, energy, test)`. One n × n system a chain.

    Args:
        energy: a fully connected network whose chains share their inputs.
        test: inputs without labels.
        weights: whitened weights of every chain.

    Returns:
        output: f(x) of the chain's own readout; mean: m; variance: v.

    Raises:
        BadInput: patches, or inputs with batch axes.
    """
    if energy.inputs.ndim != 3 or energy.inputs.shape[0] != 1:
        raise BadInput(f"inputs of shape {energy.inputs.shape}: need one patch and one data set")
    function, _ = function_and_slope(energy.activation)
    physical = energy.physical(weights)
    features = function(physical.hidden @ jnp.concatenate([energy.inputs[0], test]).T)
    scale = energy.readout_variance / (energy.feature_scale * energy.width)
    covariance = Covariance.of_features(features, energy.inputs.shape[1]).times(scale)
    found = condition(covariance, energy.targets, energy.ridge / energy.feature_scale)
    output = jnp.sum(physical.readout * features[..., energy.inputs.shape[1] :], axis=-2)
    return {"output": output, "mean": found.mean, "variance": found.variance}
