"""Sign-averaged errors: against the mean over all sign patterns, the posterior variance, and a single mode."""

import itertools

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.regression import NestedCholesky
from fieldbench.regression.modes.exact_error import population_errors, with_features
from fieldbench.regression.modes.sign_averaged import sign_averaged_errors

MODES, POINTS, SIZES, SETS = 6, 9, (3, 9), 2


def _problem():
    rng = np.random.default_rng(1)
    levels = 1.0 / np.arange(1, MODES + 1) ** 2
    return rng.standard_normal((SETS, POINTS, MODES)), levels, np.stack([levels, np.arange(MODES) / 7.0])


@pytest.mark.parametrize("ridge", [0.01, 1.0])
def test_mean_over_all_signs(ridge):
    features, levels, powers = _problem()
    found, _ = sign_averaged_errors(features, levels, powers, [ridge], SIZES)
    signs = np.array(list(itertools.product([-1.0, 1.0], repeat=MODES)))
    for one, points in enumerate(features):
        for law, power in enumerate(powers):
            targets = (signs * np.sqrt(power)).T
            integrals = with_features(points, levels, targets)
            expected = population_errors(NestedCholesky(), integrals, ridge, SIZES).mean(axis=1)
            # Condition of K + κ is below 1e4: two solves lose as many eps of a power of order one.
            np.testing.assert_allclose(found[one, 0, law], expected, rtol=0.0, atol=1e-11)


def test_bayes_optimal_error_is_the_posterior_variance():
    # y_k² = λ_k with label noise κ: the mean error is ∫[K(x, x) − k(x)ᵀ(K + κ)⁻¹k(x)]dμ on every data set.
    features, levels, _ = _problem()
    ridges = (0.02, 0.7)
    errors, noise = sign_averaged_errors(features, levels, levels[None], ridges, SIZES)
    for row, ridge in enumerate(ridges):
        for column, size in enumerate(SIZES):
            seen = features[1, :size]
            weights = np.linalg.inv((seen * levels) @ seen.T + ridge * np.eye(size))
            variance = levels.sum() - np.trace(weights @ (seen * levels**2) @ seen.T)
            assert errors[1, row, 0, column] + ridge * noise[1, row, column] == pytest.approx(variance, abs=1e-11)


def test_disjoint_sets_are_averaged():
    features, levels, powers = _problem()
    found = sign_averaged_errors(features, levels, powers, [0.1], SIZES, disjoint=True)
    parts = [sign_averaged_errors(features[:, s : s + 3], levels, powers, [0.1], [3]) for s in (0, 3, 6)]
    np.testing.assert_allclose(found.clean[..., 0], np.mean([part.clean[..., 0] for part in parts], axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.noise[..., 0], np.mean([part.noise[..., 0] for part in parts], axis=0), rtol=1e-12)
    whole = sign_averaged_errors(features, levels, powers, [0.1], [9])
    np.testing.assert_allclose(found.clean[..., 1], whole.clean[..., 0], rtol=1e-12)


def test_one_mode_in_closed_form():
    features = np.array([[[2.0], [1.0]]])
    errors, noise = sign_averaged_errors(features, [0.5], [[3.0]], [0.25], [1, 2])
    strength = 0.5 * np.array([4.0, 5.0])  # λ Σφ²: 1 − L = κ/(λΣφ² + κ)
    # The error is what is left of Σp = 3: rounding of 3 times a condition of 10.
    np.testing.assert_allclose(errors[0, 0, 0], 3.0 * (0.25 / (strength + 0.25)) ** 2, rtol=0.0, atol=1e-14)
    np.testing.assert_allclose(noise[0, 0], 0.5 * strength / (strength + 0.25) ** 2, rtol=0.0, atol=1e-14)


@pytest.mark.parametrize(
    ("broken", "match"),
    [
        (lambda f, e, p: (f, -e, p), "must be ≥ 0"),
        (lambda f, e, p: (f, e, -p), "must be ≥ 0"),
        (lambda f, e, p: (f, e, p[:, 1:]), "powers has shape"),
        (lambda f, e, p: (f * np.nan, e, p), "features"),
    ],
)
def test_bad_input_is_named(broken, match):
    with pytest.raises(BadInput, match=match):
        sign_averaged_errors(*broken(*_problem()), [0.1], [POINTS])
