"""The quartic posterior: gradient, invariance under its reference Gaussian, and chains against importance sampling."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.regression.modes.quartic_map import basis
from fieldbench.sampling import Underdamped
from fieldbench.sampling.networks.quartic_posterior import quartic_posterior
from fieldbench.sampling.networks.quartic_shift import _run, sampled_shifts

LEVELS, RIDGE, COUPLING, SAMPLES, SETS = np.arange(1.0, 9.0) ** -2.0, 4.0, 0.2, 20, 2


def _posterior(contraction, chains, dtype=np.float64):
    rng = np.random.default_rng(1)
    spaces = [basis(jnp.asarray(rng.normal(size=(SAMPLES, LEVELS.size))), jnp.asarray(LEVELS)) for _ in range(SETS)]
    points, levels = (np.stack([getattr(s, name) for s in spaces]).astype(dtype) for name in ("points", "levels"))
    labels = rng.normal(size=(SETS, SAMPLES)).astype(dtype)
    arrays = (jnp.asarray(a) for a in (points, levels, labels, np.full(SETS, contraction, dtype)))
    return points, labels, quartic_posterior(*arrays, ridge=RIDGE, coupling=COUPLING, chains=chains)


def test_energy_is_that_of_prior_and_loss_up_to_a_constant_and_its_gradient_the_derivative():
    points, labels, (energy, mean, deviation) = _posterior(0.7, 5)
    position = jnp.asarray(np.random.default_rng(2).normal(size=(SETS, 5, 2, LEVELS.size)))
    weights = np.asarray(mean)[:, None] + np.asarray(deviation)[:, None] * np.asarray(position[:, :, 0])
    missed = labels[:, None] - np.einsum("snm,scm->scn", points, weights)
    direct = np.sum(weights**2, axis=2) / 2 + np.sum(missed**2 + COUPLING * missed**4, axis=2) / (2 * RIDGE)
    difference = np.asarray(energy.value(position))[:, :, 0] - direct
    np.testing.assert_allclose(difference - difference[:, :1], 0.0, atol=1e-11)
    slope = jax.grad(lambda x: jnp.sum(energy.value(x)))(position)
    np.testing.assert_allclose(energy.gradient(position), slope, atol=1e-12)


def test_chains_meet_importance_sampling():
    _, _, (energy, _, deviation) = _posterior(0.7, 64, np.float32)
    keys = jax.random.split(jax.random.key(0), 1)
    departure, square, _ = _run(Underdamped(0.8), energy, deviation, jnp.ones((SETS, LEVELS.size)), keys, 800, 40, 4)
    rng = np.random.default_rng(0)
    for index in range(SETS):
        draws = rng.normal(size=(100_000, LEVELS.size))
        missed = np.asarray(energy.missed[index]) - draws @ np.asarray(energy.points[index]).T
        interaction = COUPLING / (2 * RIDGE) * np.sum(missed**4 - 6 * 0.7 * missed**2, axis=1)
        weight = np.exp(interaction.min() - interaction)
        weight /= weight.mean()
        # Less the mean of the unweighted draws, zero in expectation: the same control variate as the chains'.
        terms = (weight[:, None] - 1.0) * draws * np.asarray(deviation[index])
        found, error = departure[index].mean(axis=0), departure[index].std(axis=0, ddof=1) / 8.0
        error = np.hypot(error, terms.std(axis=0) / 100_000**0.5)
        assert np.all(np.abs(found - terms.mean(axis=0)) < 5.0 * error)
        squares = weight * np.mean(missed**2, axis=1)
        error = np.hypot(square[:, index].mean(axis=0).std(ddof=1) / 8.0, squares.std() / 100_000**0.5)
        assert abs(square[:, index].mean() - squares.mean()) < 5.0 * error


def test_without_coupling_nothing_is_shifted():
    keys = jax.random.split(jax.random.key(0), 2)
    request = {"samples": 16, "sets": 2, "chains": 2, "steps": 40}
    found = sampled_shifts(Underdamped(0.8), keys, jnp.asarray(LEVELS), RIDGE, 0.0, **request)
    for name in ("error", "hartree", "even"):
        np.testing.assert_allclose(found[name], found["plain"], rtol=1e-5)  # the mean passes through float32


@pytest.mark.usefixtures("unchecked")
def test_bad_input_is_refused():
    keys, levels = jax.random.split(jax.random.key(0), 1), jnp.asarray(LEVELS)
    with pytest.raises(BadInput, match="two chains"):
        sampled_shifts(Underdamped(), keys, levels, 1.0, 0.1, samples=8, sets=1, chains=1, steps=8)
    ones = jnp.ones((1, 3, 2))
    with pytest.raises(BadInput, match="u ≥ 0"):
        quartic_posterior(ones, ones[:, 0], ones[:, :, 0], ones[:, 0, 0], ridge=1.0, coupling=-0.1, chains=1)
    with pytest.raises(BadInput, match="need"):
        quartic_posterior(ones, ones[:, 0], ones[:, 0], ones[:, 0, 0], ridge=1.0, coupling=0.1, chains=1)
