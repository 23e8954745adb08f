"""What a quartic term in the loss changes in the posterior's mean, by chains on many data sets at once."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.regression.modes import Basis, basis, ridge_fit
from fieldbench.sampling.integrators import Sampler
from fieldbench.sampling.networks.posterior_chains import mixing
from fieldbench.sampling.networks.quartic_posterior import QuarticPosterior, quartic_posterior
from fieldbench.typing import Array, Float, Scalar

FloatArray = NDArray[np.float64]

_TURNS = 7


def sampled_shifts(
    sampler: Sampler,
    keys: Array,
    eigenvalues: Float[Array, " m"],
    ridge: float,
    coupling: float,
    *,
    samples: int,
    sets: int,
    chains: int,
    steps: int,
    burn_in: int = 40,
    thin: int = 4,
) -> dict[str, FloatArray]:
    """The sampled analogue of `regression.quartic_shift.quartic_shifts`, at one P and u: means over each key's sets.

    `plain`: exact error at u = 0. `error`: that of the posterior's mean, unbiased because its square is the product of
    different chains of a set. `hartree`: error of Gaussian regression with the ridge κ/(1 + 6u[⟨m²⟩ + v_μ]) at each
    point, m_μ and v_μ the mean and variance of its own residuals; `even`: that of one ridge κ/(1 + 6u⟨Δ²⟩), with the
    sampled ⟨Δ²⟩ of each set. `train`: that ⟨Δ²⟩. `rhat`, `ess`: of ⟨Δ²⟩ and of the departure along the unlearned
    target, averaged over the sets.

    Args:
        sampler: port. Chains run in float32, in the whitened coordinates of `quartic_posterior`.
        keys: one a replicate.
        eigenvalues: λ_k in float64; y_k = ±√λ_k with random signs.
        sets: data sets a replicate. chains: of each, at least two.
        steps, burn_in, thin: of every chain.

    Raises:
        BadInput: fewer than two chains; and what the sampler raises.
    """
    if chains < 2:
        raise BadInput(f"{chains} chain: the square of a mean needs two chains or more")
    space, labels, truth = _data_sets(keys, eigenvalues, samples, sets)
    fitted = partial(jax.vmap(_fit), space, labels, truth)
    plain, missed, contraction = fitted(jnp.full(truth.shape[0], ridge))
    contraction = contraction + jnp.mean(ridge * space.levels / (space.levels + ridge), axis=1) * (
        truth.shape[1] / samples
    )
    single = jnp.float32
    energy, mean, deviation = quartic_posterior(
        space.points.astype(single), space.levels.astype(single), labels.astype(single), contraction.astype(single),
        ridge=ridge, coupling=coupling, chains=chains,
    )  # fmt: skip
    weights, square, slope = _run(sampler, energy, deviation, missed, keys, steps, burn_in, thin)
    errors = _cross_errors(space, truth, np.asarray(mean, np.float64)[:, None] + weights)
    own = jnp.asarray(square.mean(axis=(0, 2)))
    dressed, _, _ = fitted(ridge / (1.0 + 6.0 * coupling * own))
    local = _local_hartree(space, labels, truth, ridge, coupling)
    found = {"plain": plain, "error": errors, "hartree": local, "even": dressed, "train": own}
    means = {name: np.asarray(value).reshape(len(keys), sets).mean(axis=1) for name, value in found.items()}
    series = np.stack([square, slope], axis=-1).reshape(len(square), len(keys), sets, chains, 2).mean(axis=2)
    return means | mixing(series)


@partial(jax.jit, static_argnames=("samples", "sets"))
def _data_sets(keys: Array, eigenvalues: Array, samples: int, sets: int) -> tuple[Basis, Array, Array]:
    """Basis, labels and weights of the target, of every set of every replicate."""
    scales = jnp.sqrt(eigenvalues)

    def one(key: Array) -> tuple[Basis, Array, Array]:
        for_features, for_signs = jax.random.split(key)
        features = jax.random.normal(for_features, (samples, scales.size), scales.dtype)
        truth = scales * jax.random.rademacher(for_signs, (scales.size,), scales.dtype)
        return basis(features, eigenvalues), features @ truth, truth

    split = jax.vmap(partial(jax.random.split, num=sets))(jax.vmap(partial(jax.random.fold_in, data=1))(keys))
    found: tuple[Basis, Array, Array] = jax.lax.map(one, split.reshape(-1))
    return found


@jax.jit
def _fit(space: Basis, labels: Array, truth: Array, ridge: Array) -> tuple[Array, Array, Array]:
    """Error, the target's unlearned part in the basis, and train MSE of ridge regression on one set."""
    fit = ridge_fit(space, labels[:, None], ridge[None])
    missed = truth - space.coefficients(fit.weights)[:, 0]
    return jnp.sum(missed**2), space.turn.T @ (space.scales * missed), fit.train_error[0]


@jax.jit
def _local_hartree(space: Basis, labels: Array, truth: Array, ridge: Scalar, coupling: Scalar) -> Array:
    """Self-consistent error of each set with the weight (1 + 6u[⟨m²⟩ + v_μ])/κ on its points.

    ⟨Δ³⟩ = m³ + 3mv, with m³ → 3⟨m²⟩m over the points; the curvature at a point, which makes v_μ = ψ_μᵀH⁻¹ψ_μ, is
    (1 + 6u[m_μ² + v_μ])/κ.
    """

    def one(parts: tuple[Basis, Array, Array]) -> Array:
        own, values, goal = parts
        points, identity = own.points, jnp.eye(own.levels.size)

        def factor(weight: Array) -> Any:
            return jax.scipy.linalg.cho_factor(identity + points.T @ (weight[:, None] * points))

        def fit(variance: Array, square: Array) -> Array:
            weight = (1.0 + 6.0 * coupling * (square + variance)) / ridge
            return jax.scipy.linalg.cho_solve(factor(weight), points.T @ (weight * values))

        def turn(_: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
            mean, variance = state
            missed = values - points @ mean
            curvature = (1.0 + 6.0 * coupling * (missed**2 + variance)) / ridge
            variance = jnp.sum(points.T * jax.scipy.linalg.cho_solve(factor(curvature), points.T), axis=0)
            return fit(variance, jnp.mean(missed**2)), variance

        # Each turn contracts by about the relative change of the ridge, a third at most: 3⁻⁷ of the shift is left.
        start = fit(jnp.zeros_like(values), jnp.zeros(()))
        mean, _ = jax.lax.fori_loop(0, _TURNS, turn, (start, jnp.zeros_like(values)))
        return jnp.sum((goal - own.coefficients(mean[:, None])[:, 0]) ** 2)

    found: Array = jax.lax.map(one, (space, labels, truth), batch_size=16)
    return found


def _run(
    sampler: Sampler,
    energy: QuarticPosterior,
    deviation: Array,
    direction: Array,
    keys: Array,
    steps: int,
    burn_in: int,
    thin: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean departure of the weights from the Gaussian's, (sets, chains, m); traces of ⟨Δ²⟩ and along `direction`."""
    sets, chains, _ = energy.batch
    each = jax.vmap(partial(jax.random.split, num=2 * sets // len(keys) * chains))(keys)
    start, noise = (part.reshape(sets, chains, 1) for part in jnp.split(each, 2, axis=1))
    shape, dtype = (energy.points.shape[2],), energy.points.dtype
    initial = jax.vmap(jax.vmap(jax.vmap(lambda key: jax.random.normal(key, shape, dtype))))(start)
    initial = jnp.broadcast_to(initial, (*energy.batch, *shape))
    projection = direction.astype(dtype) * deviation
    projection = projection / jnp.linalg.norm(projection, axis=1, keepdims=True)
    observe = Partial(_observe, energy, projection)  # type: ignore[no-untyped-call]
    records = sampler.sample(energy, initial, noise, steps=steps, burn_in=burn_in, thin=thin, observe=observe).records
    departure = np.asarray(records["departure"], np.float64).mean(axis=0) * np.asarray(deviation, np.float64)[:, None]
    return departure, np.asarray(records["square"], np.float64), np.asarray(records["slope"], np.float64)


def _observe(energy: QuarticPosterior, projection: Array, position: Array) -> dict[str, Any]:
    return {
        "departure": position[:, :, 0] - position[:, :, 1],
        "square": jnp.mean(energy.residuals(position) ** 2, axis=-1),
        "slope": jnp.einsum("scm,sm->sc", position[:, :, 0], projection),
    }


def _cross_errors(space: Basis, truth: Array, weights: FloatArray) -> FloatArray:
    """|y − ⟨f⟩|² of each set with the square of the noisy mean replaced by products of different chains."""
    coefficients = np.asarray(space.scales)[:, None] * np.einsum("sij,scj->sci", np.asarray(space.turn), weights)
    missed, chains = np.asarray(truth)[:, None] - coefficients, weights.shape[1]
    whole = np.sum(missed.sum(axis=1) ** 2, axis=1) - np.sum(missed**2, axis=(1, 2))
    return np.asarray(whole / (chains * (chains - 1)))
