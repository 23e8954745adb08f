"""Fully connected networks of any depth, readout integrated out, as energies in the whitened weights of hidden layers.

    z_1 = σ_1 ω_1 x/√d,   z_l = σ_l ω_l φ(z_{l−1})/√N_{l−1},   f = Σ_c a_c φ(z_Lc),   a_c ~ N(0, σ_a²/(N_L χ)),

ω ~ N(0, 1), for L hidden layers of widths N_l, noise of variance κ/χ. Given the hidden weights the readout is Gaussian,
and with the network's own kernel Q = (σ_a²/N_L) Φ_LᵀΦ_L, Φ_L = φ(z_L), what is left is

    U = (χ/2) yᵀ(Q + κ)⁻¹y + ½ log det(Q + κ) + ½ Σ_l |ω_l|².

All matrices are dense and a chain follows the other: a gradient takes 6 n Σ_l N_lN_{l−1} + 4 n²N_L + n³ operations.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators import in_its_dtype, normals, typed_key
from fieldbench.sampling.networks.activations import function_and_slope
from fieldbench.typing import AnyArray, Array, Float

Position = tuple[Array, ...]
"""Whitened weights ω_1 … ω_L, ω_l of shape (*batch, N_l, N_{l−1})."""


class Network(NamedTuple):
    """What one chain's weights make of the data.

    Attributes:
        inputs: x, (n, d).
        preactivations: z_1 … z_L, each (N_l, n).
        kernel: Q, (n, n).
        discrepancy: t = (Q + κ)⁻¹y, (n,); the mean predictor given these weights is Qt.
        factor: Cholesky factor of Q + κ.
    """

    inputs: Float[Array, "n d"]
    preactivations: tuple[Array, ...]
    kernel: Float[Array, "n n"]
    discrepancy: Float[Array, " n"]
    factor: Float[Array, "n n"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class DeepNetwork:
    """Energy of a batch of networks; make one with `deep_network`.

    The batch is that of the targets; every chain has its inputs beside it.

    Attributes:
        inputs: (*batch, n, d). targets: (*batch, n).
        ridge, feature_scale: κ, χ.
        variances: σ_1² … σ_L², σ_a².
        curvature: an estimate of the largest second derivative.
    """

    inputs: Float[Array, "*batch samples dimension"]
    targets: Float[Array, "*batch samples"]
    ridge: Float[Array, ""]
    feature_scale: Float[Array, ""]
    variances: Float[Array, " layers_and_readout"]
    curvature: Float[Array, ""]
    widths: tuple[int, ...] = field(metadata={"static": True})
    activation: str = field(metadata={"static": True})

    @property
    def batch(self) -> tuple[int, ...]:
        """Shape of the batch of chains."""
        return self.targets.shape[:-1]

    def prior(self, key: Array) -> Position:
        """Whitened weights from the prior. `key` as in `Sampler.sample`; raises BadInput for a key without a type."""
        fans = self.inputs.shape[-1], *self.widths
        shapes = tuple((*self.batch, *pair) for pair in zip(self.widths, fans, strict=False))
        return tuple(normals(typed_key(key), shapes, self.inputs.dtype))

    def value(self, position: Position) -> Float[Array, "*batch"]:
        """U of every chain."""

        def one(network: Network, weights: Position, targets: Array) -> Array:
            misfit = self.feature_scale / 2 * targets @ network.discrepancy
            volume = jnp.sum(jnp.log(jnp.diagonal(network.factor)))
            for layer in weights:
                volume = volume + jnp.sum(layer**2) / 2
            return misfit + volume

        value: Array = self.read(one, position, position, self.targets)
        return value

    def gradient(self, position: Position) -> Position:
        """∂U/∂ω_l: `forces` on the layer below, beside the prior's."""

        def one(network: Network, weights: Position) -> Position:
            return tuple(
                layer + scale * force @ below.T
                for layer, force, (below, scale) in zip(
                    weights, self.forces(network, weights), self._below(network), strict=True
                )
            )

        gradient: Position = self.read(one, position, position)
        return gradient

    def forces(self, network: Network, weights: Position) -> tuple[Array, ...]:
        """∂U/∂z_l of the data's part of one chain's U, (N_l, n): ∂U/∂Q = ½[(Q + κ)⁻¹ − χttᵀ], and back by the layers.

        For any matrix S that is symmetric and independent of ω_l, integration by parts in ω_l gives
        ⟨tr ω_lSω_lᵀ⟩ = N_l⟨tr S⟩ − ⟨tr ω_lS(∂U/∂ω_l − ω_l)ᵀ⟩: with what stands on the right averages scatter less where
        little is learned.
        """
        function, slope = function_and_slope(self.activation)
        eye = jnp.eye(len(network.kernel), dtype=network.kernel.dtype)
        inverse = jax.scipy.linalg.cho_solve((network.factor, True), eye)
        pull = inverse - self.feature_scale * jnp.outer(network.discrepancy, network.discrepancy)
        back = self.variances[-1] / self.widths[-1] * function(network.preactivations[-1]) @ pull
        forces = []
        below = self._below(network)
        for layer in reversed(range(len(weights))):
            forces.append(back * slope(network.preactivations[layer]))
            back = below[layer][1] * weights[layer].T @ forces[-1]
        return tuple(reversed(forces))

    def _below(self, network: Network) -> list[tuple[Array, Array]]:
        """What each layer's weights act on, (N_{l−1}, n), and σ_l/√N_{l−1}."""
        function, _ = function_and_slope(self.activation)
        features = [network.inputs.T, *(function(layer) for layer in network.preactivations[:-1])]
        return [(each, jnp.sqrt(v / each.shape[0])) for each, v in zip(features, self.variances, strict=False)]

    def read(self, what: Callable[..., Any], position: Position, *more: Any) -> Any:
        """`what(network, *more)` of each chain, a pytree of arrays that get the batch's axes.

        Arrays in `more` begin with the batch's axes, and `what` gets a chain's own.
        """

        def one(item: tuple[Any, ...]) -> Any:
            weights, inputs, targets, rest = item
            return what(self._forward(weights, inputs, targets), *rest)

        batch = self.batch
        flat = jax.tree.map(
            lambda array: array.reshape(-1, *array.shape[len(batch) :]), (position, self.inputs, self.targets, more)
        )
        found = jax.lax.map(one, flat)
        return jax.tree.map(lambda array: array.reshape(*batch, *array.shape[1:]), found)

    def _forward(self, weights: Position, inputs: Array, targets: Array) -> Network:
        function, _ = function_and_slope(self.activation)
        features, preactivations = inputs.T, []
        for layer, variance in zip(weights, self.variances, strict=False):
            preactivations.append(jnp.sqrt(variance / features.shape[0]) * layer @ features)
            features = function(preactivations[-1])
        kernel = self.variances[-1] / features.shape[0] * features.T @ features
        factor = jnp.linalg.cholesky(kernel + self.ridge * jnp.eye(len(kernel), dtype=kernel.dtype))
        discrepancy = jax.scipy.linalg.cho_solve((factor, True), targets)
        return Network(inputs, tuple(preactivations), kernel, discrepancy, factor)


def deep_network(
    inputs: Float[AnyArray, "*groups samples dimension"],
    targets: Float[AnyArray, "*batch samples"],
    *,
    widths: tuple[int, ...],
    ridge: float,
    feature_scale: float = 1.0,
    variances: tuple[float, ...] | None = None,
    activation: str = "erf",
) -> DeepNetwork:
    """Energy of a network of hidden layers of `widths` N_1 … N_L.

    Args:
        inputs: x_μ; leading axes, if any, must equal the first batch axes of `targets`.
        targets: y_μ of every chain; its shape without the last axis is the batch.
        ridge, feature_scale: κ, the temperature before division by χ, and χ.
        variances: σ_1² … σ_L², σ_a²; one each if left out.
        activation: "erf", "relu" or "linear".

    Raises:
        BadInput: shapes that do not fit, float64 where JAX has none, NaN or infinity, ridge or variances not positive,
            unknown activation.
    """
    inputs, targets = in_its_dtype("inputs", inputs), in_its_dtype("targets", targets)
    function_and_slope(activation)
    groups, samples = inputs.shape[:-2], inputs.shape[-2]
    if targets.ndim < 1 or targets.shape[-1] != samples or targets.shape[:-1][: len(groups)] != groups:
        raise BadInput(f"targets of shape {targets.shape} do not fit {samples} samples in data sets of batch {groups}")
    if inputs.dtype != targets.dtype or not jnp.issubdtype(inputs.dtype, jnp.floating):
        raise BadInput(f"inputs are {inputs.dtype}, targets {targets.dtype}: cast both to the dtype to sample in")
    given = np.asarray(inputs)
    if not (np.isfinite(given).all() and np.isfinite(np.asarray(targets)).all()):
        raise BadInput("inputs or targets hold NaN or infinity: clean the data first")
    scales = (1.0,) * (len(widths) + 1) if variances is None else tuple(variances)
    if len(widths) < 1 or len(scales) != len(widths) + 1:
        raise BadInput(f"{len(widths)} widths and {len(scales)} variances: need L ≥ 1 and L + 1")
    for name, value in {
        "ridge": ridge,
        "feature_scale": feature_scale,
        "the least width": min(widths),
        "the least variance": min(scales),
    }.items():
        if not (value > 0 and math.isfinite(value)):
            raise BadInput(f"{name} = {value}: must be positive and finite")
    # Turning the learned direction into another one costs χtᵀQt/N times that one's λ/κ, and log det as much without χ.
    largest = _largest_eigenvalue(given, scales, activation)
    power = float(np.sum(np.asarray(targets, np.float64) ** 2, axis=-1).max())
    pull = feature_scale * power * largest / (largest + ridge) ** 2 / min(widths)
    dtype = inputs.dtype.type
    members = targets.shape[len(groups) : -1]
    spread = np.broadcast_to(
        given.reshape(*groups, *(1 for _ in members), *given.shape[-2:]), (*targets.shape[:-1], *given.shape[-2:])
    )
    return DeepNetwork(
        inputs=jnp.asarray(spread),
        targets=targets,
        ridge=jnp.asarray(dtype(ridge)),
        feature_scale=jnp.asarray(dtype(feature_scale)),
        variances=jnp.asarray(np.array(scales, dtype)),
        curvature=jnp.asarray(dtype(1.0 + largest / ridge * (1.0 + pull))),
        widths=tuple(widths),
        activation=activation,
    )


def _largest_eigenvalue(inputs: NDArray[Any], variances: tuple[float, ...], activation: str) -> float:
    """Of the prior's kernel on the data: that of its linear part, layer by layer.

    Of variance v an erf keeps (4/π)/(1 + 2v) of the linear kernel, a ReLU a quarter beside a constant one.
    """
    samples, dimension = inputs.shape[-2:]
    largest = float(np.linalg.norm(inputs.reshape(-1, samples, dimension), ord=2, axis=(1, 2)).max()) ** 2 / dimension
    power = float(np.mean(inputs.astype(np.float64) ** 2))
    for variance in variances[:-1]:
        largest, power = variance * largest, variance * power
        if activation == "erf":
            largest *= 4 / math.pi / (1 + 2 * power)
            power = 2 / math.pi * math.asin(2 * power / (1 + 2 * power))
        elif activation == "relu":
            largest, power = largest / 4 + power * samples / (2 * math.pi), power / 2
    return variances[-1] * largest  # type: ignore[no-any-return]  # NumPy's norm of Any
