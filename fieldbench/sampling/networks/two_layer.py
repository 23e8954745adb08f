"""Two-layer networks, fully connected or convolutional with patch readout, as energies in whitened weights.

    f(x) = Σ_c Σ_i a_ci φ(w_c·x_i),     w = σ_w ω/√S,   a = σ_a α/√(C I χ),     ω, α ~ N(0, 1)
    U = (χ/2κ) Σ_μ (f(x_μ) − y_μ)² + ½|ω|² + ½|α|²

with I patches x_i ∈ R^S (I = 1, S = d: fully connected), C hidden units, ridge κ and mean-field factor χ (χ = 1
standard, χ = C mean field). exp(−U) is the Bayesian posterior, hence the stationary law of Langevin training with
weight decay; the prior's curvature is 1 in these variables.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators import in_its_dtype, normals, typed_key
from fieldbench.sampling.networks.activations import function_and_slope
from fieldbench.typing import AnyArray, Array, Float

_CACHED = 2**18  # preactivations of a block of chains: one MiB of float32, half of the level-2 caches of today


class Weights(NamedTuple):
    """Whitened weights ω and α."""

    hidden: Float[Array, "*batch width patch_dimension"]
    readout: Float[Array, "*batch width patches"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class TwoLayerNetwork:
    """Energy of a batch of networks; make one with `fully_connected` or `convolutional`.

    Leading axes of `inputs` that `targets` has too are data sets of their own; along the remaining batch axes the
    chains share inputs.
    """

    inputs: Float[Array, "*groups patches samples patch_dimension"]
    targets: Float[Array, "*batch samples"]
    ridge: Float[Array, ""]
    feature_scale: Float[Array, ""]
    hidden_variance: Float[Array, ""]
    readout_variance: Float[Array, ""]
    curvature: Float[Array, ""]
    width: int = field(metadata={"static": True})
    activation: str = field(metadata={"static": True})

    @property
    def batch(self) -> tuple[int, ...]:
        """Shape of the batch of chains."""
        return self.targets.shape[:-1]

    def prior(self, key: Array) -> Weights:
        """Whitened weights from the prior, one network a chain. Raises BadInput for a key without a type."""
        patches, _, dimension = self.inputs.shape[-3:]
        shapes = (*self.batch, self.width, dimension), (*self.batch, self.width, patches)
        return Weights(*normals(typed_key(key), shapes, self.inputs.dtype))

    def physical(self, weights: Weights) -> Weights:
        """The weights w and a themselves, from whitened ones."""
        return Weights(weights.hidden * self._hidden_scale(), weights.readout * self._readout_scale())

    def outputs(self, weights: Weights) -> Float[Array, "*batch samples"]:
        """f on the training inputs."""
        function, _ = function_and_slope(self.activation)

        def some(inputs: Array, hidden: Array, readout: Array) -> Array:
            return jnp.einsum("cu,cun->cn", _flat(readout), function(_preactivations(hidden, inputs)))

        outputs: Array = self._over_chains(some, self.physical(weights))
        return outputs

    def value(self, weights: Weights) -> Float[Array, "*batch"]:
        """U of every chain."""
        residual = self.outputs(weights) - self.targets
        misfit = self.feature_scale / (2 * self.ridge) * jnp.sum(residual**2, axis=-1)
        return misfit + (jnp.sum(weights.hidden**2, axis=(-2, -1)) + jnp.sum(weights.readout**2, axis=(-2, -1))) / 2

    def gradient(self, weights: Weights) -> Weights:
        """∂U/∂(ω, α) by hand: two matrix products a chain, and element-wise work on (width·patches, samples)."""
        function, slope = function_and_slope(self.activation)
        strength = self.feature_scale / self.ridge

        def some(inputs: Array, hidden: Array, readout: Array, targets: Array) -> tuple[Array, Array]:
            coefficients = _flat(readout)
            preactivations = _preactivations(hidden, inputs)
            features = function(preactivations)
            force = strength * (jnp.einsum("cu,cun->cn", coefficients, features) - targets)
            back = slope(preactivations) * (coefficients[:, :, None] * force[:, None, :])
            units = math.prod(hidden.shape[:2])
            samples_last = inputs.reshape(-1, inputs.shape[-1])
            hidden_force = (back.reshape(units, -1) @ samples_last).reshape(hidden.shape)
            return hidden_force, jnp.einsum("cun,cn->cu", features, force).reshape(readout.shape)

        hidden, readout = self._over_chains(some, self.physical(weights), self.targets)
        return Weights(
            weights.hidden + hidden * self._hidden_scale(), weights.readout + readout * self._readout_scale()
        )

    def _hidden_scale(self) -> Array:
        return jnp.sqrt(self.hidden_variance / self.inputs.shape[-1])

    def _readout_scale(self) -> Array:
        return jnp.sqrt(self.readout_variance / (self.feature_scale * (self.width * self.inputs.shape[-3])))

    def _over_chains(self, some: Callable[..., Any], weights: Weights, *more: Array) -> Any:
        """Apply `some(inputs, hidden, readout, *more)` to blocks of chains that share inputs, block by block.

        Within a block the chains' units stand below each other in one matrix, so that small networks share one product
        as large as the cache likes: the loop over blocks keeps the preactivations there from the first product to the
        second. One chain at a time was 1.9 times slower at width 56, all at once 1.1 to 1.5 times from width 280 up.
        """
        groups = self.inputs.shape[:-3]
        members = math.prod(self.batch[len(groups) :])
        entries = self.width * math.prod(self.inputs.shape[-3:-1])
        block = max(k for k in range(1, members + 1) if members % k == 0 and (k == 1 or k * entries <= _CACHED))

        def blocks(array: Array) -> Array:
            return array.reshape(math.prod(groups), members // block, block, *array.shape[len(self.batch) :])

        def group(item: tuple[Array, tuple[Array, ...]]) -> Any:
            inputs, chains = item
            return jax.lax.map(lambda some_chains: some(inputs, *some_chains), chains)

        data = self.inputs.reshape(math.prod(groups), *self.inputs.shape[-3:])
        mapped = jax.lax.map(group, (data, tuple(blocks(a) for a in (*weights, *more))))
        return jax.tree.map(lambda array: array.reshape(*self.batch, *array.shape[3:]), mapped)


def _preactivations(hidden: Array, inputs: Array) -> Float[Array, "chains units_and_patches samples"]:
    """w_c·x_i for the units of some chains, patches and samples, units and patches on one axis."""
    chains, width, dimension = hidden.shape
    patches, samples, _ = inputs.shape
    products = hidden.reshape(chains * width, dimension) @ inputs.reshape(-1, dimension).T
    return products.reshape(chains, width * patches, samples)


def _flat(readout: Array) -> Float[Array, "chains units_and_patches"]:
    return readout.reshape(readout.shape[0], -1)


def fully_connected(
    inputs: Float[AnyArray, "*groups samples dimension"],
    targets: Float[AnyArray, "*batch samples"],
    *,
    width: int,
    ridge: float,
    feature_scale: float = 1.0,
    hidden_variance: float = 1.0,
    readout_variance: float = 1.0,
    activation: str = "erf",
) -> TwoLayerNetwork:
    """Energy of f(x) = Σ_c a_c φ(w_c·x), w_c ~ N(0, σ_w²/d), a_c ~ N(0, σ_a²/(Nχ)).

    Args:
        inputs: x_μ; leading axes, if any, must equal the first batch axes of `targets`.
        targets: y_μ of every chain; its shape without the last axis is the batch.
        width: N. ridge: κ, the temperature before division by χ. feature_scale: χ. hidden_variance: σ_w².
            readout_variance: σ_a².
        activation: "erf", "relu" or "linear".

    Raises:
        BadInput: shapes that do not fit, float64 where JAX has none, NaN or infinity, ridge or variances not positive,
            unknown activation.
    """
    inputs = in_its_dtype("inputs", inputs)
    # The readout's Hessian block is (σ_a²/Nκ) ΦᵀΦ: its largest eigenvalue is n/κ times the largest eigenvalue of the
    # network's kernel operator, at most σ_a²⟨φ²⟩ (erf: .46 at σ_w = 1). That bound covers the hidden block of an
    # adapted network too, whose own kernel eigenvalue stays below a quarter of it.
    bound = {"erf": 0.4, "relu": 0.5 * hidden_variance}
    linear = hidden_variance * _linear_curvature(inputs.shape[-2], inputs.shape[-1])
    kernel = bound.get(activation, linear)
    return _network(
        inputs[..., None, :, :],
        targets,
        activation,
        kernel,
        width=width,
        ridge=ridge,
        feature_scale=feature_scale,
        hidden_variance=hidden_variance,
        readout_variance=readout_variance,
    )


def convolutional(
    inputs: Float[AnyArray, "*groups samples patches patch_dimension"],
    targets: Float[AnyArray, "*batch samples"],
    *,
    width: int,
    ridge: float,
    feature_scale: float = 1.0,
    hidden_variance: float = 1.0,
    readout_variance: float = 1.0,
    activation: str = "linear",
) -> TwoLayerNetwork:
    """Energy of f(x) = Σ_{i,c} a_ic φ(w_c·x_i) over N patches x_i, w_c ~ N(0, σ_w²/S) and a_ic ~ N(0, σ_a²/(N C χ)).

    Arguments, shapes and errors as in `fully_connected`, with samples of shape (patches, patch_dimension).
    """
    inputs = in_its_dtype("inputs", inputs)
    samples, patches, dimension = inputs.shape[-3:]
    return _network(
        jnp.swapaxes(inputs, -3, -2),
        targets,
        activation,
        hidden_variance * _linear_curvature(samples, patches * dimension),
        width=width,
        ridge=ridge,
        feature_scale=feature_scale,
        hidden_variance=hidden_variance,
        readout_variance=readout_variance,
    )


def _linear_curvature(samples: int, dimension: int) -> float:
    """Largest eigenvalue of a linear network's kernel operator at σ_w = 1 on n samples, times six.

    (1 + √(d/n))²/d (Marchenko–Pastur), once for each of two layers, and three for what adaptation adds along the
    teacher.
    """
    return 6 * (1 + math.sqrt(dimension / samples)) ** 2 / dimension


def _network(
    inputs: Array, targets: AnyArray, activation: str, kernel: float, *, width: int, **positive: float
) -> TwoLayerNetwork:
    targets = in_its_dtype("targets", targets)
    groups, samples = inputs.shape[:-3], inputs.shape[-2]
    function_and_slope(activation)
    if targets.ndim < 1 or targets.shape[-1] != samples or targets.shape[:-1][: len(groups)] != groups:
        raise BadInput(f"targets of shape {targets.shape} do not fit {samples} samples in data sets of batch {groups}")
    if inputs.dtype != targets.dtype or not jnp.issubdtype(inputs.dtype, jnp.floating):
        raise BadInput(f"inputs are {inputs.dtype}, targets {targets.dtype}: cast both to the dtype to sample in")
    # NumPy and not JAX, here and for the scalars: each small JAX operation costs a compilation at a cold start.
    if not (np.isfinite(np.asarray(inputs)).all() and np.isfinite(np.asarray(targets)).all()):
        raise BadInput("inputs or targets hold NaN or infinity: clean the data first")
    for name, value in {"width": width, **positive}.items():
        if not (value > 0 and math.isfinite(value)):
            raise BadInput(f"{name} = {value}: must be positive and finite")
    curvature = 1 + kernel * positive["readout_variance"] * samples / positive["ridge"]
    dtype = inputs.dtype.type
    scalars = {name: jnp.asarray(dtype(value)) for name, value in {**positive, "curvature": curvature}.items()}
    return TwoLayerNetwork(inputs, targets, width=width, activation=activation, **scalars)
