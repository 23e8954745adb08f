"""Known features: coefficients against ridge regression in feature space, conservation, and the limits."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.regression import NestedCholesky
from fieldbench.regression.modes.features import learned_coefficients, population_error

MODES, POINTS, RIDGE = 7, 30, 0.3


def _problem():
    rng = np.random.default_rng(0)
    eigenvalues = 1.0 / np.arange(1, MODES + 1) ** 2
    return rng.standard_normal((POINTS, MODES)), eigenvalues, rng.standard_normal(MODES)


@pytest.mark.parametrize("size", [3, 12, POINTS])
def test_coefficients_are_those_of_ridge_regression_in_feature_space(size):
    features, eigenvalues, coefficients = _problem()
    labels = features @ coefficients
    found = learned_coefficients(NestedCholesky(), features, eigenvalues, labels, RIDGE, [size])[0]
    seen = features[:size]
    # The penalty of coefficient f_k is κ/λ_k: no kernel matrix anywhere.
    expected = np.linalg.solve(seen.T @ seen + RIDGE * np.diag(1.0 / eigenvalues), seen.T @ labels[:size])
    # Two backward-stable solves, condition at most (largest kernel eigenvalue + κ)/κ.
    condition = 1.0 + np.linalg.norm(seen, 2) ** 2 / (RIDGE * eigenvalues.min())
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=50 * condition * np.finfo(float).eps)


def test_several_targets_are_one_after_another():
    features, eigenvalues, coefficients = _problem()
    labels = np.stack([features @ coefficients, features[:, 0]], axis=1)
    together = learned_coefficients(NestedCholesky(), features, eigenvalues, labels, RIDGE, [5, POINTS])
    assert together.shape == (2, MODES, 2)
    for target in range(2):
        alone = learned_coefficients(NestedCholesky(), features, eigenvalues, labels[:, target], RIDGE, [5, POINTS])
        np.testing.assert_allclose(together[:, :, target], alone, rtol=0.0, atol=1e-12)


def test_learnabilities_add_up_to_the_trace():
    features, eigenvalues, _ = _problem()
    learned = learned_coefficients(NestedCholesky(), features, eigenvalues, features, RIDGE, [POINTS])[0]
    spectrum = np.linalg.eigvalsh((features * eigenvalues) @ features.T)
    # Σ_k f_k of the target φ_k is Tr K(K + κ)⁻¹: an identity up to the rounding of MODES terms of order one.
    np.testing.assert_allclose(np.trace(learned), np.sum(spectrum / (spectrum + RIDGE)), rtol=1e-12)


def test_with_more_points_than_modes_and_hardly_a_ridge_everything_is_learned():
    features, eigenvalues, coefficients = _problem()
    learned = learned_coefficients(NestedCholesky(), features, eigenvalues, features @ coefficients, 1e-9, [POINTS])
    # Each coefficient lacks about κ/(Pλ_k) ≤ 1e-9·49/10; rounding of the nearly singular solve is of order eps·P/κ.
    assert population_error(learned, coefficients)[0] < 1e-9


@pytest.mark.parametrize(
    ("broken", "match"),
    [
        (lambda f, e, y: (f, -e, y), "negative"),
        (lambda f, e, y: (f, e[:-1], y), "eigenvalues has shape"),
        (lambda f, e, y: (f, e, y[:-1]), "labels has shape"),
        (lambda f, e, y: (f * np.nan, e, y), "features"),
    ],
)
def test_bad_input_is_named(broken, match):
    features, eigenvalues, coefficients = _problem()
    with pytest.raises(BadInput, match=match):
        learned_coefficients(NestedCholesky(), *broken(features, eigenvalues, features @ coefficients), RIDGE, [POINTS])
