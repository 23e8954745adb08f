"""What is measured of a network: against a Monte-Carlo test set, and that errors are errors."""

import jax
import numpy as np
import pytest
from scipy.special import erf

from cases.grokking_first_order.experiment import Network, moments
from cases.grokking_first_order.overlaps import THRESHOLDS, observed

AT = Network(0.02, 0.2, steps=16)


@pytest.fixture(scope="module")
def network():
    keys = jax.random.split(jax.random.key(2), 2)
    energy = AT.energy(AT.inputs(keys), chains=2)
    return energy, AT.cold_and_hot(keys)


def test_the_fifth_hermite_coefficient_is_that_of_a_test_set(network):
    energy, starts = network
    found = np.asarray(observed(energy, starts)["quintic"])[0, 1]
    weights = energy.physical(starts)
    w, a = np.asarray(weights.hidden[0, 1], np.float64), np.asarray(weights.readout[0, 1, :, 0], np.float64)
    x = np.random.default_rng(0).standard_normal((200_000, w.shape[1]))
    z = x[:, 0]
    values = (z**5 - 10 * z**3 + 15 * z) * (erf(x @ w.T) @ a)
    assert abs(values.mean() - found) < 4.5 * values.std() / np.sqrt(len(x))


def test_neurons_are_counted_by_their_overlap(network):
    energy, starts = network
    beyond = np.asarray(observed(energy, starts)["beyond"])
    m = np.abs(np.asarray(energy.physical(starts).hidden[..., 0]))
    np.testing.assert_allclose(beyond[..., 3], (m > THRESHOLDS[3]).mean(axis=-1), atol=1e-6)
    assert np.all(beyond[:, 1, :9] == 1), "hot neurons lie at one"


def test_the_ray_is_the_source_at_its_end():
    at = Network(1.0, 0.2)
    assert (at.dimension, at.samples, at.width) == (150, 3000, 700)
    assert at.variance == pytest.approx(8 / 700**2)
    half = Network(0.25, 0.2)
    # σ_a² = N Var(a) grows as β^(−1/2)
    assert half.variance * half.width == pytest.approx(2 * at.variance * at.width)


def test_moments_have_no_expectation():
    found = moments(np.random.default_rng(1).standard_normal((4000, 400)))
    assert np.all(np.abs(found.mean(axis=0)) < 4.5 * found.std(axis=0) / np.sqrt(len(found)))
