"""What a quartic term in the loss changes in the posterior's mean, by chains on many data sets at once."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from numpy.typing import NDArray

from fieldbench.data import generator
from fieldbench.errors import BadInput
from fieldbench.regression.modes import Basis, basis, ridge_fit
from fieldbench.sampling import Sampler
from fieldbench.sampling.networks import QuarticPosterior, quartic_posterior
from fieldbench.statistics import ess, rhat
from fieldbench.typing import Array, Float, Scalar

FloatArray = NDArray[np.float64]

_TURNS = 7


@dataclass(frozen=True)
class ShiftOfMean:
    """Means over the data sets of each key, for each coupling: (keys, couplings).

    Attributes:
        plain: exact population error at u = 0.
        error: that of the posterior's mean, unbiased because its square is the product of different chains of a set.
        hartree: that of Gaussian regression with the ridge κ/(1 + 6u[⟨m²⟩ + v_μ]) at each point, m_μ and v_μ the mean
            and variance of its own residuals.
        rhat, ess: the worse of ⟨Δ²⟩ and of the departure along the unlearned target, averaged over the sets.
    """

    plain: FloatArray
    error: FloatArray
    hartree: FloatArray
    rhat: FloatArray
    ess: FloatArray


@dataclass(frozen=True)
class Traces:
    """Of chains in the whitened coordinates.

    Attributes:
        departure: mean departure of the weights from the Gaussian's, (sets, chains, m).
        square: ⟨Δ²⟩ of every draw, (draws, sets, chains).
        slope: position along a direction of each set, (draws, sets, chains).
    """

    departure: FloatArray
    square: FloatArray
    slope: FloatArray


def shift_of_mean(
    sampler: Sampler,
    keys: Array,
    eigenvalues: Float[Array, " m"],
    ridge: float,
    couplings: tuple[float, ...],
    *,
    samples: int,
    sets: int,
    chains: int,
    steps: int,
    burn_in: int = 40,
    thin: int = 4,
) -> ShiftOfMean:
    """On data sets of independent Gaussian features, y_k = ±√λ_k with random signs.

    Args:
        sampler: port. Chains run in float32, in the whitened coordinates of `quartic_posterior`.
        keys: one a replicate.
        eigenvalues, ridge: λ_k, in float64, and κ.
        couplings: u ≥ 0, each on the same data sets.
        samples: P. sets: data sets a replicate. chains: of each, at least two.
        steps, burn_in, thin: of every chain.

    Raises:
        BadInput: fewer than two chains; and what the sampler raises.
    """
    if chains < 2:
        raise BadInput(f"{chains} chain: the square of a mean needs two chains or more")
    data = _data_sets(keys, eigenvalues, samples, sets)
    plain, unlearned, train = jax.vmap(partial(_fit, ridge=jnp.asarray(ridge)))(data)
    thermal = jnp.mean(ridge * data.space.levels / (data.space.levels + ridge), axis=1) * (eigenvalues.size / samples)
    points, levels, labels, contraction = (
        values.astype(jnp.float32) for values in (data.space.points, data.space.levels, data.labels, train + thermal)
    )

    def mean_of_sets(values: Any) -> FloatArray:
        return np.asarray(np.asarray(values).reshape(len(keys), sets).mean(axis=1))

    def one(coupling: float) -> ShiftOfMean:
        energy, mean, deviation = quartic_posterior(
            points, levels, labels, contraction, ridge=ridge, coupling=coupling, chains=chains
        )
        direction = along(unlearned, deviation)
        traces = run(sampler, energy, deviation, direction, keys, steps=steps, burn_in=burn_in, thin=thin)
        weights = np.asarray(mean, np.float64)[:, None] + traces.departure
        series = np.stack([traces.square, traces.slope], axis=-1).reshape(-1, len(keys), sets, chains, 2).mean(axis=2)
        each = np.moveaxis(series, 1, 0)
        return ShiftOfMean(
            plain=mean_of_sets(plain),
            error=mean_of_sets(cross_errors(data, weights)),
            hartree=mean_of_sets(_local_hartree(data, ridge, coupling)),
            rhat=np.array([rhat(replicate).max() for replicate in each]),
            ess=np.array([ess(replicate).min() for replicate in each]),
        )

    found = zip(*(astuple(one(coupling)) for coupling in couplings), strict=True)
    return ShiftOfMean(*(np.stack(values, axis=1) for values in found))


class DataSets(NamedTuple):
    """Training features in the basis of `basis`, labels, and y_k of the target, of every set of every replicate."""

    space: Basis
    labels: Float[Array, "sets n"]
    truth: Float[Array, "sets m"]


def _data_sets(keys: Array, eigenvalues: Array, samples: int, sets: int) -> DataSets:
    modes, features, signs = len(eigenvalues), [], []
    for key in keys:
        rng = generator(key)
        features.append(rng.standard_normal((sets, samples, modes)))
        signs.append(rng.choice([-1.0, 1.0], size=(sets, modes)))
    found: DataSets = _diagonalised(np.concatenate(features), np.concatenate(signs), eigenvalues)
    return found


@jax.jit
def _diagonalised(features: Array, signs: Array, eigenvalues: Array) -> DataSets:
    def one(drawn: tuple[Array, Array]) -> DataSets:
        points, truth = drawn[0], jnp.sqrt(eigenvalues) * drawn[1]
        return DataSets(basis(points, eigenvalues), points @ truth, truth)

    found: DataSets = jax.lax.map(one, (features, signs))
    return found


@jax.jit
def _fit(data: DataSets, ridge: Array) -> tuple[Array, Array, Array]:
    """Error, the target's unlearned part in the basis, and train MSE of ridge regression on one set."""
    fit = ridge_fit(data.space, data.labels[:, None], ridge[None])
    missed = data.truth - data.space.coefficients(fit.weights)[:, 0]
    return jnp.sum(missed**2), data.space.turn.T @ (data.space.scales * missed), fit.train_error[0]


@jax.jit
def _local_hartree(data: DataSets, ridge: Scalar, coupling: Scalar) -> Array:
    """Self-consistent error of each set with the weight (1 + 6u[⟨m²⟩ + v_μ])/κ on its points.

    ⟨Δ³⟩ = m³ + 3mv, with m³ → 3⟨m²⟩m over the points; the curvature at a point, which makes v_μ = ψ_μᵀH⁻¹ψ_μ, is
    (1 + 6u[m_μ² + v_μ])/κ.
    """

    def one(parts: DataSets) -> Array:
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

    found: Array = jax.lax.map(one, data, batch_size=16)
    return found


def along(direction: Float[Array, "sets m"], deviation: Float[Array, "sets m"]) -> Float[Array, "sets m"]:
    """Unit vectors in the whitened coordinates along which a linear function of the weights, Σ_i d_iw_i, changes."""
    slope = direction.astype(deviation.dtype) * deviation
    unit: Array = slope / jnp.linalg.norm(slope, axis=1, keepdims=True)
    return unit


def run(
    sampler: Sampler,
    energy: QuarticPosterior,
    deviation: Float[Array, "sets m"],
    direction: Float[Array, "sets m"],
    keys: Array,
    *,
    steps: int,
    burn_in: int,
    thin: int,
) -> Traces:
    """Chains of all sets, `deviation` that of their Gaussian, each started from a draw of it."""
    sets, chains, _ = energy.batch
    noise = jax.vmap(partial(jax.random.split, num=sets // len(keys) * chains))(keys).reshape(sets, chains, 1)
    width, dtype = energy.points.shape[2], energy.points.dtype
    shape = (sets // len(keys), chains, 1, width)
    drawn = np.concatenate([generator(key, purpose=1).standard_normal(shape) for key in keys])
    initial = jnp.broadcast_to(jnp.asarray(drawn, dtype), (*energy.batch, width))
    observe = Partial(_observe, energy, direction)  # type: ignore[no-untyped-call]
    records = sampler.sample(energy, initial, noise, steps=steps, burn_in=burn_in, thin=thin, observe=observe).records
    departure, square, slope = (np.asarray(records[name], np.float64) for name in ("departure", "square", "slope"))
    return Traces(departure.mean(axis=0) * np.asarray(deviation, np.float64)[:, None], square, slope)


def _observe(energy: QuarticPosterior, direction: Array, position: Array) -> dict[str, Array]:
    return {
        "departure": position[:, :, 0] - position[:, :, 1],
        "square": jnp.mean(energy.residuals(position) ** 2, axis=-1),
        "slope": jnp.einsum("scm,sm->sc", position[:, :, 0], direction),
    }


def cross_errors(data: DataSets, weights: FloatArray) -> FloatArray:
    """|y − ⟨f⟩|² of each set, with products of different chains' noisy means, (sets, chains, m), for their squares."""
    turned = np.einsum("sij,scj->sci", np.asarray(data.space.turn), weights)
    missed = np.asarray(data.truth)[:, None] - np.asarray(data.space.scales)[:, None] * turned
    chains = weights.shape[1]
    whole = np.sum(missed.sum(axis=1) ** 2, axis=1) - np.sum(missed**2, axis=(1, 2))
    return np.asarray(whole / (chains * (chains - 1)))
