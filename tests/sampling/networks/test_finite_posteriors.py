"""Exact posteriors of finite networks: the readout integrated out, and the prior reweighted."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special

from fieldbench.errors import BadInput
from fieldbench.sampling import fully_connected
from fieldbench.sampling.networks.predictive import predictive
from fieldbench.sampling.networks.prior_reweighting import reweighted_prior
from fieldbench.sampling.networks.readout import readout_posterior
from fieldbench.sampling.networks.two_layer import Weights
from fieldbench.theory.kernels.dual import Kernel
from fieldbench.theory.networks.linear_posterior import linear_posterior

INPUTS = np.random.default_rng(3).normal(size=(10, 3))
TARGETS, TESTS = INPUTS[:, 0], np.random.default_rng(4).normal(size=(4, 3))


def network(batch):
    targets = np.broadcast_to(TARGETS, (*batch, 10))
    return fully_connected(INPUTS, targets, width=6, ridge=0.5, feature_scale=2.0)


def test_the_kernel_side_agrees_with_the_readouts_own_posterior():
    energy = network((2, 3))
    rng = np.random.default_rng(0)
    weights = Weights(jnp.asarray(rng.normal(size=(2, 3, 6, 3))), jnp.asarray(rng.normal(size=(2, 3, 6, 1))))
    found = jax.jit(predictive)(energy, TESTS, weights)
    posterior = readout_posterior(energy, weights.hidden)
    hidden, scale = np.asarray(weights.hidden) / 3**0.5, (2.0 * 6) ** -0.5  # w = ω/√d, a = α/√(Nχ)
    features = scale * special.erf(hidden @ TESTS.T)
    mean = np.einsum("rcnq,rcn->rcq", features, posterior.mean)
    white = np.linalg.solve(np.asarray(posterior.factor), features)
    np.testing.assert_allclose(found["mean"], mean, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found["variance"], np.sum(white**2, axis=-2), rtol=1e-9)
    output = np.einsum("rcnq,rcn->rcq", features, np.asarray(weights.readout)[..., 0])
    np.testing.assert_allclose(found["output"], output, rtol=1e-9, atol=1e-12)


def test_predictive_refuses_data_sets_of_their_own():
    inputs = np.stack([INPUTS, INPUTS])
    energy = fully_connected(inputs, np.stack([TARGETS, TARGETS]), width=4, ridge=0.5)
    with pytest.raises(BadInput, match="one data set"):
        predictive(energy, jnp.asarray(TESTS), energy.prior(jax.random.key(0)))


def test_the_reweighted_prior_of_a_linear_network_is_its_exact_posterior():
    points = np.concatenate([INPUTS, TESTS])
    kernel = jnp.asarray(Kernel("linear")(points, points))
    request = {"width": 12, "ridge": 0.5, "networks": 2048, "activation": "linear"}
    draws = [
        reweighted_prior(key, jnp.asarray(points), jnp.asarray(TARGETS), kernel, **request)
        for key in jax.random.split(jax.random.key(5), 12)
    ]
    law = linear_posterior(INPUTS, TARGETS, width=12, ridge=0.5)
    variance = np.einsum("md,de,me->m", TESTS, law.covariance, TESTS)
    for name, expected in (("mean", TESTS @ law.predictor), ("variance", variance)):
        found = np.array([getattr(draw, name) for draw in draws])
        error = found.std(axis=0, ddof=1) / np.sqrt(12)
        assert np.all(np.abs(found.mean(axis=0) - expected) < 5.5 * error), name  # t with 11 degrees of freedom
    assert 0.1 < min(float(draw.effective) for draw in draws) < 1
    with pytest.raises(BadInput, match="whole blocks"):
        reweighted_prior(
            jax.random.key(0), jnp.asarray(points), jnp.asarray(TARGETS), kernel, **(request | {"networks": 7})
        )
