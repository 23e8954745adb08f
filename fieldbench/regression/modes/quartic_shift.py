"""What a quartic term in the loss changes on a data set, against ridge regression of the same data at another ridge."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp

from fieldbench.errors import BadInput
from fieldbench.regression.modes.quartic_map import Basis, basis, quartic_map, ridge_fit
from fieldbench.typing import Array, Float, Scalar


@partial(jax.jit, static_argnames=("samples", "couplings", "draws", "targets", "degree"))
def quartic_shifts(
    keys: Array,
    eigenvalues: Float[Array, " m"],
    ridge: Scalar,
    *,
    samples: int,
    couplings: tuple[float, ...],
    draws: int,
    targets: int,
    degree: int = 4,
) -> dict[str, Array]:
    """MAP on data sets of independent Gaussian features, y_k = ±√λ_k with random signs, and its exact error.

    Means over the draws and targets of a key, for each coupling (c): `plain`, error at u = 0; `error` with u;
    `hartree`, error of ridge regression at κ/(1 + 6u⟨Δ²⟩) with each data set's own ⟨Δ²⟩ under the quartic loss;
    `train`, that ⟨Δ²⟩; and the largest `residual` of the solver. At u = 0 the mean over all signs is exact: with it
    `curve`, error with u, `coupling`, u⟨Δ²⟩, and `learned`, f_k/y_k of all modes (c, m), scatter less.

    Args:
        keys: one a replicate.
        eigenvalues: λ_k.
        samples: P. couplings: u ≥ 0.
        draws: feature draws a replicate. targets: sign patterns on each draw.
        degree: of the perturbation (see `quartic_map`).

    Raises:
        BadInput: a number below one.
    """
    if min(samples, draws, targets) < 1:
        raise BadInput(f"{samples} samples, {draws} draws, {targets} targets: each must be at least 1")
    scales = jnp.sqrt(eigenvalues)

    def one(key: Array) -> dict[str, Array]:
        for_features, for_signs = jax.random.split(key)
        features = jax.random.normal(for_features, (samples, scales.size), scales.dtype)
        signs = jax.random.rademacher(for_signs, (scales.size, targets), scales.dtype)
        truth = scales[:, None] * signs
        labels = features @ truth
        return _shifts(basis(features, eigenvalues), labels, truth, ridge, couplings, degree)

    def replicate(key: Array) -> dict[str, Array]:
        found = jax.lax.map(one, jax.random.split(key, draws))
        means: dict[str, Array] = jax.tree.map(lambda values: values.mean(axis=0), found)
        return dict(means, residual=found["residual"].max())

    results: dict[str, Array] = jax.lax.map(replicate, keys)
    return results


def _shifts(
    space: Basis, labels: Array, truth: Array, ridge: Scalar, couplings: tuple[float, ...], degree: int
) -> dict[str, Array]:
    count, columns = len(couplings), truth.shape[1]
    strength = jnp.repeat(jnp.asarray(couplings, truth.dtype), columns)
    every, goal = jnp.tile(labels, (1, count)), jnp.tile(truth, (1, count))

    def error(weights: Array) -> Array:
        missed = jnp.sum((goal - space.coefficients(weights)) ** 2, axis=0)
        return missed.reshape(count, columns).mean(axis=1)

    plain = ridge_fit(space, every, jnp.full(strength.shape, ridge, truth.dtype))
    found = quartic_map(space, every, ridge, strength, degree)
    dressed = ridge_fit(space, every, ridge / (1.0 + 6.0 * strength * found.train_error))
    # f = Ly with L = SQ diag(s/(s + κ))QᵀS⁻¹; over independent signs the error is Σ_jk (δ − L)²_jk y_k².
    learned = space.turn * (space.levels / (space.levels + ridge))[None, :] @ space.turn.T
    averaged = jnp.sum((jnp.diag(space.scales) - space.scales[:, None] * learned) ** 2)
    unfitted = (ridge / (space.levels + ridge)) ** 2
    residual = jnp.sum(space.levels * unfitted) / labels.shape[0]
    train = residual + (found.train_error - plain.train_error).reshape(count, columns).mean(axis=1)
    change = (space.coefficients(found.weights - plain.weights) / goal).reshape(-1, count, columns).mean(axis=2)
    return {
        "plain": error(plain.weights),
        "error": error(found.weights),
        "curve": averaged + error(found.weights) - error(plain.weights),
        "hartree": error(dressed.weights),
        "coupling": jnp.asarray(couplings, truth.dtype) * train,
        "train": found.train_error.reshape(count, columns).mean(axis=1),
        "learned": (jnp.diag(learned)[:, None] + change).T,
        "residual": found.residual,
    }
