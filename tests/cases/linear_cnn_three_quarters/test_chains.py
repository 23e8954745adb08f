"""Posteriors of linear networks: Gibbs against Langevin and the lazy limit, controls with known means, compilations."""

import math
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cases.linear_cnn_three_quarters import chains
from cases.linear_cnn_three_quarters.chains import LinearTeacher, Posteriors
from fieldbench.errors import BadInput
from fieldbench.sampling import Underdamped
from fieldbench.sampling.networks import LinearPrior
from fieldbench.statistics import adjust, ess

TEACHER = LinearTeacher(2, 6)
POSTERIORS = Posteriors(TEACHER, LinearPrior(60, 40.0, 1.0), (9, 14))
SIGMAS = 5.0


SETS = 240


def curves(seed=0, keys=None, shift=0, posteriors=POSTERIORS, keep=4):
    """All tests ask for the same shapes, so that they share one compilation."""
    chain_keys = jax.random.split(jax.random.key(seed), SETS)
    found = posteriors.gibbs(chain_keys if keys is None else keys, chain_keys, shift, burn_in=7 - keep, keep=keep)
    return jax.tree.map(np.asarray, found)


def test_gibbs_and_langevin_agree_on_the_same_data_sets():
    sets, repeats, steps = 6, SETS // 6, 4000
    keys = jax.random.split(jax.random.key(0), sets)
    traces = POSTERIORS.langevin(keys, Underdamped(), steps=steps, burn_in=400, thin=4)
    exact = curves(1, jnp.repeat(keys, repeats))
    for values, along in ((exact.learnability, traces.learnability), (exact.ratio, traces.ratio)):
        gibbs = values[:, 1].reshape(sets, repeats)
        trace = np.asarray(along, dtype=np.float64)
        draws = np.array([ess(trace[:, [chain]]) for chain in range(sets)])
        error = np.sqrt(trace.var(axis=0) / draws + gibbs.var(axis=1, ddof=1) / repeats)
        deviation = (trace.mean(axis=0) - gibbs.mean(axis=1)) / error
        # The sum of squares over data sets is chi-squared to the extent that the errors are known.
        assert np.abs(deviation).max() < SIGMAS
        assert abs(deviation.sum()) / math.sqrt(sets) < 4


def test_nested_sizes_share_their_data():
    found = curves(2)
    assert np.all(found.learnability.mean(axis=0)[1] > found.learnability.mean(axis=0)[0])
    # Two data sets of which one is a part of the other: far from independent.
    assert np.corrcoef(found.learnability.T)[0, 1] > 0.5


def test_controls_have_expectation_zero_and_explain_the_scatter():
    found = curves(3)
    controls = found.controls
    error = controls.std(axis=0) / math.sqrt(len(controls))
    assert np.all(np.abs(controls.mean(axis=0)) < SIGMAS * error)
    for size in range(2):
        raw = found.learnability[:, size]
        adjusted = adjust(raw, controls[:, size])
        assert adjusted.var() < 0.25 * raw.var()
        assert abs(adjusted.mean() - raw.mean()) < SIGMAS * raw.std() / math.sqrt(len(raw))


def test_labels_of_the_neighbour_teach_nothing():
    found = curves(4, shift=1)
    share = found.learnability
    assert np.all(np.abs(share.mean(axis=0)) < SIGMAS * share.std(axis=0) / math.sqrt(len(share)))


def test_the_noise_of_the_chains_does_not_bias_the_error():
    rng = np.random.default_rng(0)
    teacher, exact = np.eye(1, 12).reshape(2, 6), 0.4 * rng.normal(size=(2, 6))
    error = float(((exact - teacher) ** 2).sum())
    noise = 0.3 * rng.normal(size=(4000, 2, 2, 6))
    found = np.asarray(jax.vmap(chains.squared_error)(jnp.asarray(exact + noise)))
    tolerance = SIGMAS * found.std() / math.sqrt(len(found))
    assert found.mean() == pytest.approx(error, abs=tolerance)
    # The square of one chain's error would hold its variance too, 12 · .09.
    assert 2 * tolerance < 12 * 0.3**2


def test_chains_forget_their_start():
    trace = curves(5).trace
    difference = (trace[..., 0] - trace[..., 1]).reshape(SETS, -1)
    # Lazy and aligned start, sweep by sweep after the burn-in.
    assert np.all(np.abs(difference.mean(axis=0)) < SIGMAS * difference.std(axis=0) / math.sqrt(SETS))


def test_one_compilation_a_shape():
    curves(6)
    before = chains._gibbs._cache_size()
    # New data, shuffled labels, other training sizes, ridges and burn-ins are arguments, not programs.
    curves(7)
    curves(8, shift=1)
    curves(8, posteriors=Posteriors(TEACHER, replace(POSTERIORS.prior, ridge=0.1), (7, 20)), keep=2)
    assert chains._gibbs._cache_size() == before


def test_weakly_coupled_wide_networks_are_ridge_regression():
    """g = χd/C → 0: W stays (C/S) 1, and ⟨B⟩ is Gaussian regression with prior variance 1/(NSχ) and noise κ/χ."""
    keys, lazy = jax.random.split(jax.random.key(9), 3), LinearPrior(10**8, 1.0, 0.7)
    found = Posteriors(TEACHER, lazy, (5, 8)).gibbs(keys, keys, burn_in=1, keep=2)
    for data_set, key in enumerate(keys):
        inputs, targets = (np.asarray(a) for a in TEACHER.draw(key, 8))
        for size, samples in enumerate((5, 8)):
            flat = inputs[:samples].reshape(samples, -1)
            gram = flat @ flat.T / 12 + 0.7 * np.eye(samples)
            mean = (flat.T @ np.linalg.solve(gram, targets[:samples]) / 12).reshape(2, 6)
            # The other entries of the map are far from the teacher's own.
            assert np.abs(mean.ravel()[1:] - mean[0, 0]).min() > 0.01
            error = mean - np.eye(2, 6) * [[1], [0]]
            at = data_set, size
            np.testing.assert_allclose(found.learnability[at], mean[0, 0], atol=2e-3)
            np.testing.assert_allclose(found.trace[at], mean[0, 0], atol=2e-3)
            np.testing.assert_allclose(found.mse[at], (error**2).sum(), atol=2e-3)
            np.testing.assert_allclose([found.ratio[at], found.orthogonal[at]], 1.0, atol=2e-3)


def test_the_learnability_is_the_mean_of_its_trace():
    found = curves(10)
    assert found.trace.shape == (SETS, 2, 4, 2)
    np.testing.assert_allclose(found.trace.mean(axis=(2, 3)), found.learnability, rtol=1e-12)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("samples", [(), (14, 9), (0, 5), 10, [9, 14], (1.5, 9)])
def test_sizes_have_to_rise(samples):
    with pytest.raises(BadInput, match="must rise"):
        Posteriors(TEACHER, POSTERIORS.prior, samples)


@pytest.mark.parametrize("sweeps", [{"burn_in": -1, "keep": 2}, {"burn_in": 3, "keep": 0}])
def test_a_sweep_has_to_be_kept(sweeps):
    keys = jax.random.split(jax.random.key(0), 2)
    with pytest.raises(BadInput, match="nothing would be kept"):
        POSTERIORS.gibbs(keys, keys, **sweeps)
