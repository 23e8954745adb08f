"""Networks taught both signs of a cubic part: paired chains, coefficients of their functions, responses."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special

from cases.feature_learning_complexity.signed_teacher import SIGNS, SignedTeacher, Traces
from fieldbench.errors import BadInput
from fieldbench.sampling import Samples, Underdamped
from fieldbench.sampling.networks import Weights

DIMENSION = 6
CHAINS = SignedTeacher(width=6, ridge=1.0, feature_scale=3.0, cubic=0.1, steps=40, burn_in=10, thin=10)


def test_the_signs_of_the_teacher_are_paired():
    """Where the three labels are equal, the three chains are: same inputs, same start, same noise."""
    inputs = jnp.asarray(np.random.default_rng(0).normal(size=(2, 20, DIMENSION)), jnp.float32)
    targets = CHAINS.targets(inputs)
    assert targets.shape == (2, len(SIGNS), 20)
    z = np.asarray(inputs)[..., 0]
    np.testing.assert_allclose(targets[:, 2] - targets[:, 0], 0.2 * (z**3 - 3 * z), rtol=1e-4, atol=1e-5)
    keys = jax.random.split(jax.random.key(1), 2)
    same = jnp.broadcast_to(targets[:, 1:2], targets.shape)
    traces = CHAINS.traces(inputs, same, keys, Underdamped())
    for trace in traces:
        assert trace.shape == (4, 2, 2, 3)
        np.testing.assert_array_equal(trace[..., 0], trace[..., 2])
        assert np.ptp(trace[..., 0], axis=(1, 2)).max() > 0, "replicates and starts differ"
    means = CHAINS.means(traces)
    assert means.linear.shape == means.overlap.shape == means.radius.shape == (2, 3)
    np.testing.assert_array_equal([means.response, means.harmonic_response], 0)


class Still:
    """A sampler whose chains rest at given whitened weights."""

    def __init__(self, weights):
        self.weights = weights

    def sample(self, energy, initial, key, *, steps, burn_in, thin, observe):
        shape = (*energy.batch, *self.weights.hidden.shape), (*energy.batch, *self.weights.readout.shape)
        at = Weights(*(jnp.broadcast_to(w, s) for w, s in zip(self.weights, shape, strict=True)))
        records = {name: jnp.stack([value] * 4) for name, value in jax.jit(observe)(at).items()}
        return Samples(records, at, jnp.ones(energy.batch), jnp.ones(()), steps)


def test_traces_are_coefficients_of_the_networks_function():
    """Weights along the teacher make f a function of z: E[f z], E[f H_3]/6 and E[f h]/E[h²] by quadrature."""
    rng = np.random.default_rng(3)
    hidden = np.zeros((6, DIMENSION))
    hidden[:, 0] = rng.normal(size=6)
    weights = Weights(jnp.asarray(np.sqrt(DIMENSION) * hidden), jnp.asarray(rng.normal(size=(6, 1))))
    inputs = jnp.asarray(np.random.default_rng(0).normal(size=(1, 20, DIMENSION)))
    traces = CHAINS.traces(inputs, CHAINS.targets(inputs), jax.random.split(jax.random.key(1), 1), Still(weights))
    z, weight = np.polynomial.hermite_e.hermegauss(80)
    function = special.erf(np.outer(z, hidden[:, 0])) @ np.asarray(weights.readout)[:, 0] / np.sqrt(3.0 * 6)
    weight = weight / weight.sum()
    # |x|² given z is z² + d − 1 on average.
    harmonic = z**3 - 3 * z * (z**2 + DIMENSION - 1) / (DIMENSION + 2)
    norm = 6 * (DIMENSION - 1) / (DIMENSION + 2)
    expected = weight @ (function[:, None] * np.stack([z, (z**3 - 3 * z) / 6, harmonic / norm], axis=1))
    assert traces.linear.shape == (4, 1, 2, 3)
    for trace, value in zip((traces.linear, traces.cubic, traces.harmonic), expected, strict=True):
        np.testing.assert_allclose(trace, value, rtol=1e-6)


def test_the_response_is_one_for_a_network_that_follows_its_teacher():
    """A cubic coefficient sε beside one of its own, whatever that is."""
    shape = (4, 2, 2, 1)
    follows = np.concatenate([np.full(shape, 0.7 + sign * 0.1) for sign in SIGNS], axis=3)
    means = CHAINS.means(Traces(follows, follows, 0.5 * follows, follows, follows))
    np.testing.assert_allclose(means.response, 1.0)
    np.testing.assert_allclose(means.harmonic_response, 0.5)
    np.testing.assert_allclose(means.linear, [[0.6, 0.7, 0.8]] * 2)


def test_an_experiment_without_a_question_is_refused():
    with pytest.raises(BadInput, match="cubic"):
        SignedTeacher(width=6, ridge=1.0, feature_scale=3.0, cubic=0.0, steps=40, burn_in=10)
    with pytest.raises(BadInput, match="starts"):
        SignedTeacher(width=6, ridge=1.0, feature_scale=3.0, cubic=0.1, steps=40, burn_in=10, starts=3)
