"""Exact Gibbs sampling of linear networks: joint (Geweke) test, closed conditionals, exact marginals, limits."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.sampling.networks.linear_gibbs import (
    LinearPrior,
    _draw_dual,
    _draw_primal,
    gibbs_chain,
    lazy_start,
    sweep,
)

# A mean of n independent numbers is further than five standard errors from its expectation once in 1.7 million.
SIGMAS = 5.0


def data(samples, patches, size, seed=0):
    inputs = np.random.default_rng(seed).normal(size=(samples, patches, size))
    return jnp.asarray(inputs), jnp.asarray(inputs[:, 0, 0])


def from_prior(rng, count, inputs, prior):
    """Networks and labels from the prior, y = a w x + noise: (a w, a aᵀ, wᵀ w, y)."""
    patches, size = inputs.shape[1:]
    weights = rng.normal(size=(count, prior.channels, size)) / size**0.5
    scale = (patches * prior.channels * prior.mean_field) ** -0.5
    readout = scale * rng.normal(size=(count, patches, prior.channels))
    network = readout @ weights
    labels = np.einsum("pis,nis->np", inputs, network) + label_noise(rng, (count, len(inputs)), prior)
    return network, readout @ readout.swapaxes(1, 2), weights.swapaxes(1, 2) @ weights, labels


def label_noise(rng, shape, prior):
    return (prior.ridge / prior.mean_field) ** 0.5 * rng.normal(size=shape)


def statistics(network, readout_gram, weight_gram, targets):
    readout_trace, weight_trace = (np.trace(gram, axis1=-2, axis2=-1) for gram in (readout_gram, weight_gram))
    return np.stack(
        [
            readout_trace,
            readout_trace**2,
            readout_gram[..., 0, -1] ** 2,
            weight_trace,
            weight_gram[..., 0, 0] ** 2,
            weight_gram[..., 0, 1] ** 2,
            np.sum(network**2, axis=(-2, -1)),
            network[..., 0, 0] ** 2,
            readout_gram[..., 0, 0] * weight_gram[..., 0, 0],
            targets[..., 0] * network[..., 0, 0],
            np.sum(targets**2, axis=-1),
        ],
        axis=-1,
    )


@pytest.mark.parametrize(
    ("samples", "patches", "size", "prior"),
    [
        (3, 2, 3, LinearPrior(7, 2.0, 0.5)),  # dual side
        (10, 2, 2, LinearPrior(5, 2.0, 0.5)),  # primal side
    ],
)
def test_joint_distribution(samples, patches, size, prior):
    """Geweke (2004): (network, labels) drawn from the prior, and by alternating the sampler with fresh labels,
    agree."""
    inputs = 1.5 * data(samples, patches, size)[0]
    draws, chains, length = 12_000, 60, 500
    rng = np.random.default_rng(1)
    expected = statistics(*from_prior(rng, draws, inputs, prior))
    _, _, weight_grams, targets = from_prior(rng, chains, inputs, prior)
    noises = label_noise(rng, (chains, length, samples), prior)

    def chain(start):
        key, weight_gram, targets, noises = start

        def body(state, given):
            key, noise = given
            found = sweep(key, inputs, state[1], state[0], prior)
            targets = jnp.einsum("pis,is->p", inputs, found.map) + noise
            return (found.weight_gram, targets), (found.map, found.readout_gram, found.weight_gram, targets)

        return jax.lax.scan(body, (weight_gram, targets), (jax.random.split(key, length), noises))[1]

    states = jax.lax.map(chain, (jax.random.split(jax.random.key(2), chains), weight_grams, targets, noises))
    found = statistics(*map(np.asarray, states)).mean(axis=1)
    error = np.sqrt(found.var(axis=0, ddof=1) / chains + expected.var(axis=0, ddof=1) / draws)
    # The error of 60 chains is itself known to 9 %: Student's t with 59 degrees.
    assert np.all(np.abs(found.mean(axis=0) - expected.mean(axis=0)) < SIGMAS * error)


@pytest.mark.parametrize(("scaled", "other"), [("left", "right"), ("right", "left")])
def test_one_layer_fixed_is_bayesian_linear_regression(scaled, other):
    """Mean and covariance of B given one layer, on both sides, against the dense formula of a Gaussian posterior."""
    samples, patches, size, ridge = 7, 2, 3, 0.4
    inputs, targets = data(samples, patches, size, seed=5)
    dimension = {"left": patches, "right": size}[scaled]
    factor = np.linalg.cholesky(np.eye(dimension) + 0.3)
    factors = {scaled: jnp.asarray(factor), other: None}
    dense = {"left": np.eye(patches), "right": np.eye(size)} | {scaled: factor @ factor.T}
    prior = np.kron(dense["left"], dense["right"])
    flat = np.asarray(inputs).reshape(samples, -1)
    covariance = np.linalg.inv(np.linalg.inv(prior) + flat.T @ flat / ridge)
    mean = covariance @ flat.T @ np.asarray(targets) / ridge

    def dual(white, noise):
        return _draw_dual(inputs, targets, ridge, white, noise, factors["left"], factors["right"])

    def primal(white, noise):
        moment = jnp.einsum("p,pis->is", targets, inputs) / ridge
        return _draw_primal(jnp.asarray(flat.T @ flat / ridge), moment, white, noise, factors["left"], factors["right"])

    draws = 4_000
    rng = np.random.default_rng(0)
    white, noise = rng.normal(size=(draws, patches, size)), rng.normal(size=(draws, samples))
    for draw in (dual, primal):
        drawn, means = jax.jit(jax.vmap(draw))(white, noise)
        np.testing.assert_allclose(means[0].ravel(), mean, rtol=1e-10)
        centred = np.asarray(drawn).reshape(draws, -1) - mean
        # Var(z_i z_j) = C_ii C_jj + C_ij² of a Gaussian gives the Monte-Carlo error of each entry.
        error = np.sqrt((np.outer(np.diag(covariance), np.diag(covariance)) + covariance**2) / draws)
        assert np.all(np.abs(centred.T @ centred / draws - covariance) < SIGMAS * error)


def chain_means(inputs, targets, prior, observe, sweeps, chains=8, burn_in=10):
    start = lazy_start(prior, inputs.shape[2])

    def chain(key):
        found = gibbs_chain(key, inputs, targets, start, prior=prior, sweeps=sweeps + burn_in, observe=observe)
        return found[burn_in:].mean(axis=0)

    found = np.asarray(jax.lax.map(chain, jax.random.split(jax.random.key(3), chains)))
    return found.mean(axis=0), found.std(axis=0, ddof=1) / math.sqrt(chains)


def test_rescaling_of_a_fully_connected_network():
    """Given the readout, f is a Gaussian process of kernel Q K_0, Q = χ|a|²: Q has an exact density in one dimension.

    Its saddle point is the identity N(1 − 1/Q) = χ tᵀK_0t − Tr[K_0(QK_0 + κ)⁻¹], t = (QK_0 + κ)⁻¹y, up to 1/N.
    """
    width, ridge = 60, 0.5
    prior = LinearPrior(width, float(width), ridge)
    inputs, targets = data(12, 1, 8, seed=2)
    flat, y = np.asarray(inputs)[:, 0], np.asarray(targets)
    kernel = flat @ flat.T / 8
    values, vectors = np.linalg.eigh(kernel)
    power = (vectors.T @ y) ** 2

    def sides(q):
        spectrum = q[:, None] * values + ridge
        return prior.mean_field * (power * values / spectrum**2).sum(axis=1), (values / spectrum).sum(axis=1)

    grid = np.linspace(0.02, 12, 20_001)
    spectrum = grid[:, None] * values + ridge
    logs = (width / 2 - 1) * np.log(grid) - width * grid / 2 - 0.5 * np.log(spectrum).sum(axis=1)
    logs -= 0.5 * prior.mean_field * (power / spectrum).sum(axis=1)
    density = np.exp(logs - logs.max())
    exact = (grid * density).sum() / density.sum()
    force, trace = sides(grid)
    saddle = grid[np.argmin(np.abs(width * (1 - 1 / grid) - force + trace))]

    mean, error = chain_means(inputs, targets, prior, lambda s: prior.mean_field * s.readout_gram[0, 0], sweeps=1500)
    assert abs(mean - exact) < SIGMAS * error
    assert error < 0.01 * exact
    assert saddle == pytest.approx(exact, rel=3 / width)
    # The trace is not a detail: without it the root is many standard errors away.
    naive = grid[np.argmin(np.abs(width * (1 - 1 / grid) - force))]
    assert abs(naive - saddle) > 10 * error


@pytest.mark.parametrize("prior", [LinearPrior(4000, 1e-4, 0.7), LinearPrior(400_000, 1.0, 0.7)])
def test_without_feature_learning_it_is_the_gaussian_process(prior):
    """χ → 0 at any width, and C → ∞ at fixed χ: the posterior mean is kernel ridge regression with the prior's
    kernel."""
    samples, patches, size = 9, 2, 6
    inputs, targets = data(samples, patches, size, seed=4)
    flat, y = np.asarray(inputs).reshape(samples, -1), np.asarray(targets)
    gram = flat @ flat.T / flat.shape[1]
    expected = flat.T @ np.linalg.solve(gram + prior.ridge * np.eye(samples), y) / flat.shape[1]
    mean, error = chain_means(inputs, targets, prior, lambda s: s.mean.ravel(), sweeps=400)
    # At finite C the Gram matrix of the weights fluctuates by √(S/C) and shrinks the mean by S/C.
    assert np.all(np.abs(mean - expected) < SIGMAS * error + np.abs(expected).max() * size / prior.channels)


@pytest.mark.usefixtures("unchecked")
def test_bad_input_names_the_remedy():
    prior = LinearPrior(20, 1.0, 0.5)
    inputs, targets = data(5, 2, 3)
    with pytest.raises(BadInput, match="needs noise"):
        LinearPrior(20, 1.0, 0.0)
    with pytest.raises(BadInput, match="do not fit"):
        sweep_of(inputs, targets[:-1], prior)
    with pytest.raises(BadInput, match="Langevin"):
        sweep_of(inputs, targets, LinearPrior(4, 1.0, 0.5))


def sweep_of(inputs, targets, prior):
    return gibbs_chain(
        jax.random.key(0), inputs, targets, lazy_start(prior, 3), prior=prior, sweeps=1, observe=lambda s: s.map
    )
