"""Chains of many replicates: wells driven by one noise, and linear networks against their exact posterior."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cases.langevin_is_bayes.chains import gibbs_means, linear_traces, mean_squares, output_traces
from cases.langevin_is_bayes.experiment import Linear
from fieldbench.errors import BadInput
from fieldbench.sampling import EulerMaruyama, Underdamped, fully_connected
from fieldbench.sampling.integrators import wells
from fieldbench.sampling.networks import LinearPrior
from fieldbench.theory.networks import linear_posterior

INPUTS = np.random.default_rng(3).normal(size=(10, 3))
TARGETS = INPUTS[:, 0]


def network(activation="linear", dtype=np.float64):
    targets = np.broadcast_to(TARGETS, (12, 4, 10)).astype(dtype)
    return fully_connected(INPUTS.astype(dtype), targets, width=6, ridge=0.5, feature_scale=2.0, activation=activation)


def test_gibbs_and_langevin_meet_the_exact_posterior_of_a_linear_network():
    law, keys = (
        linear_posterior(INPUTS, TARGETS, width=6, ridge=0.5, mean_field=2.0),
        jax.random.split(jax.random.key(6), 12),
    )
    gibbs = gibbs_means(keys, jnp.asarray(INPUTS), jnp.asarray(TARGETS), prior=LinearPrior(6, 2.0, 0.5), sweeps=400)
    trace = linear_traces(Underdamped(step=0.7), network(), keys, steps=1600)
    langevin = [values.mean(axis=(0, 2)) for values in trace]
    expected = law.predictor, np.asarray(law.readout_gram), np.diag(law.weight_gram)
    for found in (gibbs.means, langevin):
        for values, mean in zip(map(np.asarray, found), expected, strict=True):
            error = values.std(axis=0, ddof=1) / np.sqrt(12)
            assert np.all(np.abs(values.mean(axis=0) - mean) < 5.5 * error)  # t with 11 degrees of freedom
    np.testing.assert_allclose(gibbs.draws.mean(axis=1), gibbs.means.predictor, rtol=1e-12)
    diagnostics = Linear(6, 1600).mixing(trace.predictor)
    assert np.shape(diagnostics[Linear.rhat]) == np.shape(diagnostics[Linear.ess]) == (12, 3)
    assert np.all(np.array(diagnostics[Linear.rhat]) < 1.1)
    with pytest.raises(BadInput, match="replicates"):
        linear_traces(Underdamped(), network(), keys[:3], steps=8)


def test_outputs_scatter_about_their_conditional_means():
    """⟨f⟩ = ⟨m⟩ and Var f = ⟨v⟩ + Var m, of one and the same chains."""
    keys = jax.random.split(jax.random.key(7), 12)
    trace = output_traces(Underdamped(step=0.7), network("erf", np.float32), INPUTS[:4] + 0.5, keys, steps=1600)
    assert trace.output.shape == (200, 12, 4, 4)
    excess = (trace.output - trace.mean).mean(axis=(0, 2))
    error = excess.std(axis=0, ddof=1) / np.sqrt(12)
    assert np.all(np.abs(excess.mean(axis=0)) < 5.5 * error)
    left = ((trace.output - trace.mean) ** 2 - trace.variance).mean(axis=(0, 2))
    error = left.std(axis=0, ddof=1) / np.sqrt(12)
    assert np.all(np.abs(left.mean(axis=0)) < 5.5 * error)


def test_wells_share_noise_and_coordinates_scale():
    twin, keys = wells([2.0, 2.0], [0.0, 0.0], (3, 4), np.float64), jax.random.split(jax.random.key(7), 3)
    found = mean_squares(EulerMaruyama(0.1), twin, keys, steps=40)
    assert found.shape == (10, 3, 2)
    np.testing.assert_array_equal(found[..., 0], found[..., 1])
    # In coordinates of unit curvature θ² is η²/2: the same chain as in a well of curvature one, its start forgotten.
    scaled = mean_squares(EulerMaruyama(0.1), twin, keys, steps=400, scale=np.array([0.5**0.5, 0.5**0.5]))
    unit = mean_squares(EulerMaruyama(0.1), wells([1.0, 1.0], [0.0, 0.0], (3, 4), np.float64), keys, steps=400)
    np.testing.assert_allclose(scaled[-10:], unit[-10:] / 2, rtol=1e-6)
    with pytest.raises(BadInput, match="wells"):
        mean_squares(EulerMaruyama(0.1), twin, keys[:2], steps=40)
