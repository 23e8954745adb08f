"""Modulated features: orthonormal at every strength, Gaussian where they should be, with the stated kurtosis."""

import jax
import numpy as np
import pytest

from cases.decimation_flow.features import Problem, independent, modulated, power_law
from fieldbench.errors import BadInput

COUNT, MODES, PLAIN = 40_000, 6, 2


def problem(plain=PLAIN):
    return Problem(power_law(1.5, MODES, 1), power_law(2.0, MODES, 1), samples=4, ridge=0.1, cuts=(2, 4), plain=plain)


def test_copies_of_modes_share_their_weight():
    once, twice = power_law(1.5, MODES, 1), power_law(1.5, MODES, 2)
    np.testing.assert_allclose([once.sum(), twice.sum()], 1.0)
    np.testing.assert_allclose(twice[::2] + twice[1::2], once)
    np.testing.assert_allclose(problem().tails, [once[2:].sum(), once[4:].sum()])


def test_orthonormal_with_the_stated_fourth_moments():
    strength = 0.6
    features, squares = (np.asarray(part) for part in modulated(jax.random.key(0), COUNT, problem(), strength))
    # Five standard errors of ⟨φ_kφ_l⟩: its variance is at most ⟨φ⁴⟩ = 3 e^{s²}.
    tolerance = 5.0 * np.sqrt(3.0 * np.exp(strength**2) / COUNT)
    np.testing.assert_allclose(features.T @ features / COUNT, np.eye(MODES), rtol=0.0, atol=tolerance)
    fourth = features**4
    expected = np.where(np.arange(MODES) < PLAIN, 3.0, 3.0 * np.exp(strength**2))
    assert np.all(np.abs(fourth.mean(axis=0) - expected) < 5.0 * fourth.std(axis=0) / np.sqrt(COUNT))
    assert abs(squares.mean() - 1.0) < 5.0 * squares.std() / np.sqrt(COUNT)


def test_modulated_modes_share_their_amplitude():
    features, squares = (np.asarray(part) for part in modulated(jax.random.key(1), COUNT, problem(), 0.6))
    together = features[:, 2] ** 2 * features[:, 3] ** 2
    assert abs(together.mean() - np.exp(0.36)) < 5.0 * together.std() / np.sqrt(COUNT)
    apart = features[:, 0] ** 2 * squares
    assert abs(apart.mean() - 1.0) < 5.0 * apart.std() / np.sqrt(COUNT)


def test_no_strength_is_gaussian():
    features, squares = modulated(jax.random.key(2), 10, problem(), 0.0)
    np.testing.assert_array_equal(np.asarray(squares), 1.0)
    np.testing.assert_array_equal(features, independent(jax.random.key(2), 10, problem())[0])


@pytest.mark.parametrize(("plain", "strength", "match"), [(2, -0.1, "strength"), (7, 0.1, "plain features")])
def test_bad_input_is_named(plain, strength, match):
    with pytest.raises(BadInput, match=match):
        modulated(jax.random.key(0), 10, problem(plain), strength)
