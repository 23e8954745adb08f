"""Paired comparisons: exact means of the control variates, which change no mean, and averages over data sets."""

import jax
import numpy as np

from cases.decimation_flow import paired
from cases.decimation_flow.experiment import Gaussian
from cases.decimation_flow.features import Problem, independent, parts, power_law
from fieldbench.regression.modes import replacement

SETS, POINTS, RIDGE, KEEP = 40, 12, 0.2, 8
LAMBDA, TARGET = power_law(1.5, 20, 1), power_law(2.0, 20, 1)
PROBLEM = Problem(LAMBDA, TARGET, POINTS, RIDGE, cuts=(4, KEEP), plain=3)
TAIL = float(LAMBDA[KEEP:].sum())


def problem(sets=SETS):
    features = np.random.default_rng(0).standard_normal((sets, POINTS, LAMBDA.size))
    full = replacement.regress(features, LAMBDA, RIDGE)
    cut = replacement.regress(features[:, :, :KEEP], LAMBDA[:KEEP], RIDGE, TAIL)
    return features, full, cut


def test_control_variates_have_mean_zero():
    features, full, cut = problem(sets=20_000)
    slices = parts(KEEP)
    seen = replacement.gram(features[:, :, :KEEP], TARGET[:KEEP])
    controls = np.column_stack(
        [
            paired.moments(full.kernel, replacement.gram(features, TARGET), LAMBDA, TARGET),
            paired.first_order(replacement.fluctuation(full, cut, TAIL), cut, TARGET[:KEEP], seen, slices),
            paired.own_modes(full, cut, KEEP, slices),
        ]
    )
    error = controls.std(axis=0) / np.sqrt(len(controls))
    assert np.all(np.abs(controls.mean(axis=0)) < 5.0 * error)


def test_control_variates_change_no_mean():
    features, full, cut = problem(sets=4000)
    found = paired.independent_modes(features, PROBLEM)
    plain = np.log(np.trace(full.inverse, axis1=1, axis2=2) / np.trace(cut.inverse, axis1=1, axis2=2))
    assert abs(found.shift[:, 1].mean() - plain.mean()) < 5.0 * plain.std() / np.sqrt(4000)
    assert found.shift[:, 1].std() < 0.5 * plain.std()
    assert found.learned.shape == (4000, 2, 3)
    np.testing.assert_allclose(found.two_steps, 0.0, atol=1e-10)


def test_modulated_modes_without_much_modulation_know_no_difference():
    rng = np.random.default_rng(2)
    features, squares = rng.standard_normal((60, POINTS, LAMBDA.size)), np.exp(1e-6 * rng.standard_normal((60, POINTS)))
    found = paired.modulated_modes(features, squares, PROBLEM, 1e-6)
    uniform, local = found
    for what in ("error", "learned", "distance"):
        assert getattr(uniform, what).shape == getattr(local, what).shape == (60, 2)


def test_a_replicate_is_the_mean_of_its_own_data_sets():
    at = Gaussian(RIDGE, keep=(2, 4), draws=8, samples=6, modes=12)
    keys = jax.random.split(jax.random.key(0), 3)
    found = paired.averaged(at, keys, independent, lambda features, of: features[:, 0, 0])
    assert found.shape == (3, 2)
    one = jax.random.split(keys[1], 2)[0]
    features = np.asarray(independent(one, 8 * 6, at.problem(1))[0]).reshape(8, 6, 12)
    np.testing.assert_array_equal(found[1, 0], features[:, 0, 0].mean())
