"""What a quartic term in the loss changes in the posterior's maximum, against ridge regression of the same data."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.data import generator
from fieldbench.errors import BadInput
from fieldbench.regression.modes import Basis, basis, quartic_map, ridge_fit, thin_basis
from fieldbench.typing import AnyArray, Array, Float, Scalar

TOLERANCE = 1e-9  # of Newton's method: of a shift of some per cent a part in 10⁷
_TOGETHER = 32  # draws in one program, whatever their number


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ShiftOfMaximum:
    """Means over the data sets of each key and over signs, for each coupling: (keys, couplings).

    Attributes:
        plain: population error at u = 0.
        error: that of the maximum with u.
        hartree: that of ridge regression at κ/(1 + 6u⟨Δ²⟩), with each data set's own ⟨Δ²⟩ under the quartic loss.
        curve: as `error`, with the exact mean over all signs at u = 0, which scatters less.
        coupling: u⟨Δ²⟩, likewise.
        learned: f_k/y_k of all modes, likewise, (keys, couplings, m).
        residual: the largest gradient that the solver leaves, (keys,).
    """

    plain: AnyArray
    error: AnyArray
    hartree: AnyArray
    curve: AnyArray
    coupling: AnyArray
    learned: AnyArray
    residual: AnyArray


def shift_of_maximum(
    keys: Array,
    eigenvalues: Float[Array, " m"],
    ridge: float,
    couplings: tuple[float, ...],
    *,
    samples: int,
    draws: int,
    targets: int,
    degree: int = 4,
) -> ShiftOfMaximum:
    """On data sets of independent Gaussian features, y_k = ±√λ_k with random signs.

    Args:
        keys: one a replicate.
        eigenvalues, ridge: λ_k and κ.
        couplings: u ≥ 0.
        samples: P. draws: feature draws a replicate. targets: sign patterns on each draw.
        degree: of the perturbation (see `quartic_map`).

    Raises:
        BadInput: a number below one.
    """
    if min(samples, draws, targets) < 1:
        raise BadInput(f"{samples} samples, {draws} draws, {targets} targets: each must be at least 1")
    modes, block, found = len(eigenvalues), math.gcd(draws, _TOGETHER), []
    for key in keys:
        rng = generator(key)
        features = rng.standard_normal((draws, samples, modes))
        signs = rng.choice([-1.0, 1.0], size=(draws, modes, targets))
        blocks = (slice(first, first + block) for first in range(0, draws, block))
        found += [_on_draws(features[of], signs[of], eigenvalues, ridge, couplings, degree) for of in blocks]
    each: ShiftOfMaximum = jax.tree.map(lambda *parts: np.concatenate(parts).reshape(len(keys), draws, -1), *found)
    means: ShiftOfMaximum = jax.tree.map(lambda values: values.mean(axis=1), each)
    learned = means.learned.reshape(len(keys), len(couplings), modes)
    return replace(means, learned=learned, residual=each.residual.max(axis=(1, 2)))


@partial(jax.jit, static_argnames=("couplings", "degree"))
def _on_draws(
    features: Float[Array, "draws n m"],
    signs: Float[Array, "draws m targets"],
    eigenvalues: Float[Array, " m"],
    ridge: Scalar,
    couplings: tuple[float, ...],
    degree: int,
) -> ShiftOfMaximum:
    diagonalised = thin_basis if features.shape[1] < features.shape[2] else basis
    scales = jnp.sqrt(eigenvalues)

    def one(drawn: tuple[Array, Array]) -> ShiftOfMaximum:
        points, truth = drawn[0], scales[:, None] * drawn[1]
        return on_one_draw(diagonalised(points, eigenvalues), points @ truth, truth, ridge, couplings, degree)

    found: ShiftOfMaximum = jax.lax.map(one, (features, signs))
    return found


def on_one_draw(
    space: Basis,
    labels: Float[Array, "n targets"],
    truth: Float[Array, "m targets"],
    ridge: Scalar,
    couplings: tuple[float, ...],
    degree: int,
) -> ShiftOfMaximum:
    """The same on one draw of the features, for targets y_k = ±√λ_k whose labels are given."""
    count, columns = len(couplings), truth.shape[1]
    strength = jnp.repeat(jnp.asarray(couplings, truth.dtype), columns)
    every, goal = jnp.tile(labels, (1, count)), jnp.tile(truth, (1, count))

    def error(weights: Array) -> Array:
        missed = jnp.sum((goal - space.coefficients(weights)) ** 2, axis=0)
        return missed.reshape(count, columns).mean(axis=1)

    plain = ridge_fit(space, every, jnp.full(strength.shape, ridge, truth.dtype))
    found = quartic_map(space, every, ridge, strength, degree, TOLERANCE)
    dressed = ridge_fit(space, every, ridge / (1.0 + 6.0 * strength * found.train_error))
    # f = Ly with L = SQ diag(s/(s + κ))QᵀS⁻¹; over independent signs the error is Σ_jk (δ − L)²_jk y_k².
    learned = space.turn * (space.levels / (space.levels + ridge))[None, :] @ space.turn.T
    averaged = jnp.sum((jnp.diag(space.scales) - space.scales[:, None] * learned) ** 2)
    unfitted = (ridge / (space.levels + ridge)) ** 2
    residual = jnp.sum(space.levels * unfitted) / labels.shape[0]
    train = residual + (found.train_error - plain.train_error).reshape(count, columns).mean(axis=1)
    change = (space.coefficients(found.weights - plain.weights) / goal).reshape(-1, count, columns).mean(axis=2)
    return ShiftOfMaximum(
        plain=error(plain.weights),
        error=error(found.weights),
        hartree=error(dressed.weights),
        curve=averaged + error(found.weights) - error(plain.weights),
        coupling=jnp.asarray(couplings, truth.dtype) * train,
        learned=(jnp.diag(learned)[:, None] + change).T,
        residual=found.residual,
    )
