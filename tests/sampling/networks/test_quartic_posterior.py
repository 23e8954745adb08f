"""The quartic posterior: its energy is that of prior and loss, whatever its reference Gaussian, and its gradient."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.regression.modes.quartic_map import basis
from fieldbench.sampling.networks.quartic_posterior import quartic_posterior

LEVELS, RIDGE, COUPLING, SAMPLES, SETS = np.arange(1.0, 9.0) ** -2.0, 4.0, 0.2, 20, 2


def _posterior(contraction, chains):
    rng = np.random.default_rng(1)
    spaces = [basis(jnp.asarray(rng.normal(size=(SAMPLES, LEVELS.size))), jnp.asarray(LEVELS)) for _ in range(SETS)]
    points, levels = (np.stack([getattr(s, name) for s in spaces]) for name in ("points", "levels"))
    labels = rng.normal(size=(SETS, SAMPLES))
    arrays = (jnp.asarray(a) for a in (points, levels, labels, np.full(SETS, contraction)))
    return points, labels, quartic_posterior(*arrays, ridge=RIDGE, coupling=COUPLING, chains=chains)


@pytest.mark.parametrize("contraction", [0.0, 0.7])
def test_energy_is_that_of_prior_and_loss_up_to_a_constant_and_its_gradient_the_derivative(contraction):
    points, labels, (energy, mean, deviation) = _posterior(contraction, 5)
    position = jnp.asarray(np.random.default_rng(2).normal(size=(SETS, 5, 2, LEVELS.size)))
    weights = np.asarray(mean)[:, None] + np.asarray(deviation)[:, None] * np.asarray(position[:, :, 0])
    missed = labels[:, None] - np.einsum("snm,scm->scn", points, weights)
    direct = np.sum(weights**2, axis=2) / 2 + np.sum(missed**2 + COUPLING * missed**4, axis=2) / (2 * RIDGE)
    difference = np.asarray(energy.value(position))[:, :, 0] - direct
    np.testing.assert_allclose(difference - difference[:, :1], 0.0, atol=1e-11)
    slope = jax.grad(lambda x: jnp.sum(energy.value(x)))(position)
    np.testing.assert_allclose(energy.gradient(position), slope, atol=1e-12)


@pytest.mark.usefixtures("unchecked")
def test_bad_input_is_refused():
    ones = jnp.ones((1, 3, 2))
    with pytest.raises(BadInput, match="u ≥ 0"):
        quartic_posterior(ones, ones[:, 0], ones[:, :, 0], ones[:, 0, 0], ridge=1.0, coupling=-0.1, chains=1)
    with pytest.raises(BadInput, match="need"):
        quartic_posterior(ones, ones[:, 0], ones[:, 0], ones[:, 0, 0], ridge=1.0, coupling=0.1, chains=1)
