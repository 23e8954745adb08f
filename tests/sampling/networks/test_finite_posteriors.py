"""Exact posteriors of finite networks: the readout integrated out, the prior reweighted, Gibbs, and wells."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.tree_util import Partial

from fieldbench.errors import BadInput
from fieldbench.sampling import EulerMaruyama, Underdamped, fully_connected
from fieldbench.sampling.integrators.wells import mean_squares, wells
from fieldbench.sampling.networks.linear_gibbs import LinearPrior
from fieldbench.sampling.networks.posterior_chains import gibbs_means, linear_observables, mixing, traces
from fieldbench.sampling.networks.predictive import predictive
from fieldbench.sampling.networks.prior_reweighting import reweighted_prior
from fieldbench.sampling.networks.readout import readout_posterior
from fieldbench.theory.kernels.dual import Kernel
from fieldbench.theory.networks.linear_posterior import linear_posterior

INPUTS = np.random.default_rng(3).normal(size=(10, 3))
TARGETS, TESTS = INPUTS[:, 0], np.random.default_rng(4).normal(size=(4, 3))


def network(batch, activation="erf", width=6):
    targets = np.broadcast_to(TARGETS, (*batch, 10))
    return fully_connected(INPUTS, targets, width=width, ridge=0.5, feature_scale=2.0, activation=activation)


def test_the_kernel_side_agrees_with_the_readouts_own_posterior():
    energy = network((2, 3))
    weights = energy.prior(jax.random.key(0))
    found = predictive(energy, jnp.asarray(TESTS), weights)
    posterior = readout_posterior(energy, weights.hidden)
    scaled = energy.physical(weights._replace(readout=jnp.ones_like(weights.readout)))
    features = np.asarray(jax.lax.erf(scaled.hidden @ jnp.asarray(TESTS).T) * scaled.readout)
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


def test_gibbs_and_langevin_meet_the_exact_posterior_of_a_linear_network():
    law = linear_posterior(INPUTS, TARGETS, width=6, ridge=0.5, mean_field=2.0)
    expected = {
        "predictor": law.predictor,
        "readout": np.asarray(law.readout_gram),
        "weights": np.diag(law.weight_gram),
    }
    keys, energy = jax.random.split(jax.random.key(6), 12), network((12, 4), "linear")
    gibbs = gibbs_means(keys, jnp.asarray(INPUTS), jnp.asarray(TARGETS), prior=LinearPrior(6, 2.0, 0.5), sweeps=400)
    observe = Partial(linear_observables, energy)
    chains = traces(Underdamped(step=0.7), energy, keys, observe, steps=1600)
    langevin = {name: trace.mean(axis=(0, 2)) for name, trace in chains.items()}
    for found in (gibbs, langevin):
        for name, mean in expected.items():
            values = np.asarray(found[name])
            error = values.std(axis=0, ddof=1) / np.sqrt(12)
            assert np.all(np.abs(values.mean(axis=0) - mean) < 5.5 * error), name
    diagnostics = mixing(chains["predictor"])
    assert diagnostics["rhat"].shape == (12, 3)
    assert np.all(diagnostics["rhat"] < 1.1)
    with pytest.raises(BadInput, match="replicates"):
        traces(Underdamped(), energy, keys[:3], observe, steps=8)


def test_wells_have_their_energies_and_share_noise():
    energy = wells([1.0, 0.0], [0.0, 0.25], (2,), np.float64)
    position = jnp.asarray([[0.5, 2.0], [1.0, -1.0]])
    np.testing.assert_allclose(energy.value(position), [[0.125, 4.0], [0.5, 0.25]])
    slope = jax.grad(lambda x: energy.value(x).sum())(position)
    np.testing.assert_allclose(energy.gradient(position), slope)
    twin = wells([2.0, 2.0], [0.0, 0.0], (3, 4), np.float64)
    keys = jax.random.split(jax.random.key(7), 3)
    found = mean_squares(EulerMaruyama(0.1), twin, keys, steps=40)
    assert found.shape == (10, 3, 2)
    np.testing.assert_array_equal(found[..., 0], found[..., 1])
    # In coordinates of unit curvature θ² is η²/2: the same chain as in a well of curvature one.
    scaled = mean_squares(EulerMaruyama(0.1), twin, keys, steps=40, burn_in=400, scale=[0.5**0.5, 0.5**0.5])
    unit = mean_squares(
        EulerMaruyama(0.1), wells([1.0, 1.0], [0.0, 0.0], (3, 4), np.float64), keys, steps=40, burn_in=400
    )
    np.testing.assert_allclose(scaled, unit / 2, rtol=1e-6)


@pytest.mark.parametrize(("k", "g"), [([0.0], [0.0]), ([-1.0], [1.0]), ([1.0, 2.0], [0.0])])
def test_wells_that_hold_nothing_are_refused(k, g):
    with pytest.raises(BadInput, match=r"positive|one length"):
        wells(k, g, (2,))
