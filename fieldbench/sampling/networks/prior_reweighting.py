"""Exact posterior of a finite two-layer network: independent hidden layers from the prior, weighted with the evidence.

The posterior of the hidden weights is p(w) p(y|w), and a wide network's evidence hardly depends on w: its logarithm
scatters by O(1/√N). Importance sampling then beats any Markov chain: independent draws, no step, no burn-in. ⟨f⟩ and
Var f follow from `predictive.condition` at each draw. The parts of m and v linear in K̂ − K, whose prior mean is zero,
are subtracted: what is left scatters by 1/N, as the finite-width correction itself.

Not for mean-field scaling, where the evidence weighs log p ~ N and a few draws would carry all the weight: `effective`
tells.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from fieldbench.errors import BadInput
from fieldbench.sampling.networks.activations import function_and_slope
from fieldbench.sampling.networks.predictive import condition
from fieldbench.typing import Array, Float, Scalar


class Reweighted(NamedTuple):
    """Posterior ⟨f⟩ and Var f at the test points, (tests,), and the effective share of the draws."""

    mean: Array
    variance: Array
    effective: Array


@partial(jax.jit, static_argnames=("width", "networks", "block", "activation"))
def reweighted_prior(
    key: Array,
    points: Float[Array, "points dimension"],
    targets: Float[Array, " samples"],
    kernel: Float[Array, "points points"],
    *,
    width: int,
    ridge: Scalar,
    networks: int,
    block: int = 64,
    activation: str = "erf",
) -> Reweighted:
    """Posterior of a network of `width` hidden units at χ = σ_w² = σ_a² = 1.

    Args:
        key: one typed key.
        points: training inputs first, then test inputs. targets: y of the former.
        kernel: that of the infinite network at all points, K, for the control variates.
        ridge: κ.
        networks: draws, a multiple of `block`, those drawn at once.

    Raises:
        BadInput: shapes that do not fit, or networks not a multiple of block.
    """
    if networks % block or kernel.shape != (len(points), len(points)) or len(targets) >= len(points):
        raise BadInput(
            f"{networks} networks in blocks of {block}, kernel {kernel.shape}, {len(points)} points, "
            f"{len(targets)} targets: need whole blocks, a kernel of all points, and test points"
        )
    function, _ = function_and_slope(activation)
    samples, dimension = len(targets), points.shape[1]
    limit = condition(kernel, targets, jnp.asarray(ridge, kernel.dtype))
    train = kernel[:samples, :samples] + ridge * jnp.eye(samples, dtype=kernel.dtype)
    solved = jnp.linalg.solve(train, jnp.concatenate([targets[:, None], kernel[:samples, samples:]], axis=1))
    weights, embedded = solved[:, 0], solved[:, 1:]

    def draw(key: Array) -> tuple[Array, Array, Array, Array, Array]:
        hidden = jax.random.normal(key, (block, width, dimension), points.dtype) / dimension**0.5
        features = function(hidden @ points.T)
        sampled = jnp.swapaxes(features, -1, -2) @ features / width
        found = condition(sampled, targets, jnp.asarray(ridge, kernel.dtype))
        change = sampled - kernel[None]
        # The rows of x − kᵀA⁻¹X applied to K̂ − K: (block, tests, samples), and their diagonal with themselves.
        rows = change[:, samples:, :samples] - embedded.T @ change[:, :samples, :samples]
        own = jnp.diagonal(change[:, samples:, samples:], axis1=1, axis2=2)
        own = own - jnp.sum((change[:, samples:, :samples] + rows) * embedded.T[None], axis=2)
        return (
            found.log_evidence,
            found.mean - limit.mean[None],
            found.variance - limit.variance[None],
            rows @ weights,
            own,
        )

    blocks = jax.lax.map(draw, jax.random.split(key, networks // block))
    log_evidence, mean, variance, mean_linear, variance_linear = (
        part.reshape(networks, *part.shape[2:]) for part in blocks
    )
    weight = jnp.exp(log_evidence - log_evidence.max())
    weight = (weight / weight.mean())[:, None]
    shift = jnp.mean(weight * mean - mean_linear, axis=0)
    # Var m about ⟨m⟩, of order 1/N by itself.
    spread = jnp.mean(weight * (mean - shift[None]) ** 2, axis=0)
    return Reweighted(
        mean=limit.mean + shift,
        variance=limit.variance + jnp.mean(weight * variance - variance_linear, axis=0) + spread,
        effective=1 / jnp.mean(weight**2),
    )
