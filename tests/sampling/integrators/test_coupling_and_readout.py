"""Same-noise coupling on energies whose contraction is known, and the exact readout against its definition."""

from __future__ import annotations

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from helpers_quadratic import Quadratic

from fieldbench.errors import BadInput
from fieldbench.sampling import EulerMaruyama, Underdamped, fully_connected
from fieldbench.sampling.integrators.coupling import coupled_distance
from fieldbench.sampling.networks.readout import draw_readout, readout_posterior
from fieldbench.sampling.networks.two_layer import Weights


def test_euler_maruyama_contracts_a_quadratic_by_its_factor():
    """θ − θ' shrinks by 1 − hk a step, whatever the noise."""
    energy = Quadratic(jnp.array([4.0]), 3)
    distance = coupled_distance(
        EulerMaruyama(step=0.2), energy, jnp.ones((3, 1)), -jnp.ones((3, 1)), jax.random.key(0), steps=12, thin=4
    )
    np.testing.assert_allclose(distance, 2 * 0.8 ** np.array([[4], [8], [12]]) * np.ones((1, 3)), rtol=1e-10)


def test_a_convex_energy_forgets_its_start_to_rounding():
    energy = Quadratic(jnp.array([1.0, 4.0]), 3)
    starts = jnp.ones((3, 2)), -jnp.ones((3, 2))
    distance = coupled_distance(Underdamped(), energy, *starts, jax.random.key(4), steps=400, thin=200)
    assert distance.shape == (2, 3)
    assert np.all(distance[-1] < 1e-12)


def test_two_starts_of_different_structure_are_refused():
    energy, weights, _ = own_data_network()
    with pytest.raises(BadInput, match="two starts"):
        coupled_distance(Underdamped(), energy, weights, tuple(weights), jax.random.key(4), steps=1)


@cache
def own_data_network():
    """The energy of networks on two data sets, weights of them, and the posterior of their readouts."""
    rng = np.random.default_rng(1)
    inputs, targets = rng.normal(size=(2, 30, 5)), rng.normal(size=(2, 3, 30))
    energy = fully_connected(inputs, targets, width=6, ridge=0.3, feature_scale=4.0, readout_variance=1.5)
    weights = Weights(*(jnp.asarray(rng.normal(size=(2, 3, 6, last))) for last in (5, 1)))
    return energy, weights, readout_posterior(energy, weights.hidden)


def test_the_readout_posterior_is_the_minimum_and_the_curvature_of_the_energy():
    energy, weights, posterior = own_data_network()
    best = Weights(weights.hidden, posterior.mean.reshape(2, 3, 6, 1))
    slope = jax.jit(type(energy).gradient)(energy, best).readout
    np.testing.assert_allclose(slope, 0, atol=1e-10)
    step, value = np.random.default_rng(4).normal(size=best.readout.shape), jax.jit(type(energy).value)
    rise = value(energy, Weights(best.hidden, best.readout + step)) - value(energy, best)
    along = np.swapaxes(posterior.factor, -1, -2) @ step
    np.testing.assert_allclose(rise, np.sum(along**2, axis=(-2, -1)) / 2, rtol=1e-9)


def test_drawn_readouts_have_the_posteriors_mean_and_covariance():
    energy, _, posterior = own_data_network()
    keys = jax.random.split(jax.random.key(5), 4000)
    draws = np.asarray(jax.jit(jax.vmap(lambda key: draw_readout(energy, posterior, key)))(keys))
    assert draws.shape == (4000, 2, 3, 6, 1)
    many = draws[:, 1, 2, :, 0]
    factor = np.asarray(posterior.factor)[1, 2]
    white = (many - np.asarray(posterior.mean)[1, 2]) @ factor
    error = 4.5 / np.sqrt(len(keys))
    np.testing.assert_allclose(white.mean(axis=0), 0, atol=error)
    np.testing.assert_allclose(white.T @ white / len(keys), np.eye(6), atol=error * np.sqrt(2))


def test_hidden_weights_of_another_network_are_refused():
    with pytest.raises(BadInput, match="needs"):
        readout_posterior(own_data_network()[0], jnp.ones((2, 3, 6, 4)))
    with pytest.raises(BadInput, match="NaN"):
        readout_posterior(own_data_network()[0], jnp.full((2, 3, 6, 5), jnp.nan))
