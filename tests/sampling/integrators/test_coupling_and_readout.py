"""Same-noise coupling on energies whose contraction is known, and the exact readout against its definition."""

from __future__ import annotations

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
    energy = own_data_network()
    weights = energy.prior(jax.random.key(2))
    with pytest.raises(BadInput, match="two starts"):
        coupled_distance(Underdamped(), energy, weights, tuple(weights), jax.random.key(4), steps=1)


def own_data_network():
    inputs = jax.random.normal(jax.random.key(1), (2, 30, 5))
    targets = jax.random.normal(jax.random.key(2), (2, 3, 30))
    return fully_connected(inputs, targets, width=6, ridge=0.3, feature_scale=4.0, readout_variance=1.5)


def test_the_readout_posterior_is_the_minimum_and_the_curvature_of_the_energy():
    energy = own_data_network()
    weights = energy.prior(jax.random.key(3))
    posterior = readout_posterior(energy, weights.hidden)
    best = Weights(weights.hidden, posterior.mean.reshape(2, 3, 6, 1))
    slope = jax.jit(type(energy).gradient)(energy, best).readout
    np.testing.assert_allclose(slope, 0, atol=1e-10)
    step = jax.random.normal(jax.random.key(4), best.readout.shape)
    rise = energy.value(Weights(best.hidden, best.readout + step)) - energy.value(best)
    along = jnp.swapaxes(posterior.factor, -1, -2) @ step
    np.testing.assert_allclose(rise, jnp.sum(along**2, axis=(-2, -1)) / 2, rtol=1e-9)


def test_drawn_readouts_have_the_posteriors_mean_and_covariance():
    energy = own_data_network()
    posterior = readout_posterior(energy, energy.prior(jax.random.key(3)).hidden)
    keys = jax.random.split(jax.random.key(5), 4000)
    draws = np.stack([np.asarray(draw_readout(energy, posterior, key)) for key in keys[:1]])
    many = np.asarray(jax.vmap(lambda key: draw_readout(energy, posterior, key))(keys))[:, 1, 2, :, 0]
    assert draws.shape == (1, 2, 3, 6, 1)
    factor = np.asarray(posterior.factor)[1, 2]
    white = (many - np.asarray(posterior.mean)[1, 2]) @ factor
    error = 4.5 / np.sqrt(len(keys))
    np.testing.assert_allclose(white.mean(axis=0), 0, atol=error)
    np.testing.assert_allclose(white.T @ white / len(keys), np.eye(6), atol=error * np.sqrt(2))


def test_hidden_weights_of_another_network_are_refused():
    with pytest.raises(BadInput, match="needs"):
        readout_posterior(own_data_network(), jnp.ones((2, 3, 6, 4)))
    with pytest.raises(BadInput, match="NaN"):
        readout_posterior(own_data_network(), jnp.full((2, 3, 6, 5), jnp.nan))
