"""Exact posterior of a finite two-layer network: independent hidden layers from the prior, weighted with the evidence.

The posterior of the hidden weights is p(w) p(y|w), and a wide network's evidence hardly depends on w: its logarithm
scatters by O(1/√N). Importance sampling then beats any Markov chain: independent draws, no step, no burn-in. ⟨f⟩ and
Var f follow from `predictive.condition` at each draw. The parts of m and v linear in K̂ − K, whose prior mean is zero,
are subtracted: what is left scatters by 1/N, as the finite-width correction itself. Normals are drawn as in chains,
from a counter and in pairs: those of `jax.random` took two fifths of the time.

Not for mean-field scaling, where the evidence weighs log p ~ N and a few draws would carry all the weight: `effective`
tells.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators import normal_pairs
from fieldbench.sampling.networks.activations import function_and_slope
from fieldbench.sampling.networks.predictive import Covariance, condition
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
        key: one Threefry key.
        points: training inputs first, then test inputs. targets: y of the former.
        kernel: that of the infinite network at all points, K, for the control variates.
        ridge: κ.
        networks: draws, a multiple of `block`, those drawn at once, which is even.

    Raises:
        BadInput: shapes that do not fit, or networks not a multiple of block.
    """
    if networks % block or block % 2 or kernel.shape != (len(points), len(points)) or len(targets) >= len(points):
        raise BadInput(
            f"{networks} networks in blocks of {block}, kernel {kernel.shape}, {len(points)} points, "
            f"{len(targets)} targets: need whole blocks of an even size, a kernel of all points, and test points"
        )
    function, _ = function_and_slope(activation)
    samples, dimension = len(targets), points.shape[1]
    infinite = Covariance(kernel[:, :samples], jnp.diagonal(kernel)[samples:])
    limit = condition(infinite, targets, jnp.asarray(ridge, kernel.dtype))
    train = kernel[:samples, :samples] + ridge * jnp.eye(samples, dtype=kernel.dtype)
    solved = jnp.linalg.solve(train, jnp.concatenate([targets[:, None], kernel[:samples, samples:]], axis=1))
    weights, embedded = solved[:, 0], solved[:, 1:]

    like = jax.ShapeDtypeStruct((1, block // 2, width, dimension), points.dtype)  # type: ignore[no-untyped-call]

    def draw(number: Array) -> tuple[Array, Array, Array, Array, Array]:
        hidden = jnp.concatenate(normal_pairs(key[None], like, number), axis=1)[0] / dimension**0.5
        sampled = Covariance.of_features(function(hidden @ points.T), samples).times(1 / width)
        found = condition(sampled, targets, jnp.asarray(ridge, kernel.dtype))
        change, own = sampled.kernel - infinite.kernel[None], sampled.own - infinite.own[None]
        # The rows of x − kᵀA⁻¹X applied to K̂ − K: (block, tests, samples), and their diagonal with themselves.
        rows = change[:, samples:] - embedded.T @ change[:, :samples]
        own = own - jnp.sum((change[:, samples:] + rows) * embedded.T[None], axis=2)
        return (
            found.log_evidence,
            found.mean - limit.mean[None],
            found.variance - limit.variance[None],
            rows @ weights,
            own,
        )

    blocks = jax.lax.map(draw, jnp.arange(networks // block, dtype=jnp.uint32))
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
