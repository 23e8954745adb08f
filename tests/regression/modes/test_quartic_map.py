"""MAP with a quartic loss against SciPy's minimiser and the ridge regression of the library."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import optimize

from fieldbench.errors import BadInput
from fieldbench.regression import NestedCholesky
from fieldbench.regression.modes.quartic_map import basis, quartic_map, ridge_fit, thin_basis

LEVELS, RIDGE = np.arange(1.0, 13.0) ** -2.0, 5.0


def _data(points=30):
    rng = np.random.default_rng(3)
    features = rng.normal(size=(points, LEVELS.size))
    return features, features @ rng.normal(size=(LEVELS.size, 2))


def test_ridge_fit_is_the_regression_of_the_library():
    features, labels = _data()
    space = basis(jnp.asarray(features), jnp.asarray(LEVELS))
    found = space.coefficients(ridge_fit(space, jnp.asarray(labels), jnp.full(2, RIDGE)).weights)
    weighted = features * LEVELS
    expected = NestedCholesky().predictions(weighted @ features.T, RIDGE, labels, weighted.T, [30])[0]
    np.testing.assert_allclose(found, expected, atol=1e-11)


@pytest.mark.parametrize("degree", [3, 4])
def test_map_is_the_minimum_of_the_energy(degree):
    features, labels = _data()
    space = basis(jnp.asarray(features), jnp.asarray(LEVELS))
    couplings = np.array([0.05, 0.3])
    found = quartic_map(space, jnp.asarray(labels), RIDGE, jnp.asarray(couplings), degree)
    assert float(found.residual) < 1e-11
    scaled = features * np.sqrt(LEVELS)
    for column, coupling in enumerate(couplings):

        def energy(weights, column=column, coupling=coupling):
            missed = labels[:, column] - scaled @ weights
            loss = missed @ missed + coupling * np.sum(np.abs(missed) ** degree)
            force = missed * (2.0 + degree * coupling * np.abs(missed) ** (degree - 2))
            return weights @ weights / 2 + loss / (2 * RIDGE), weights - scaled.T @ force / (2 * RIDGE)

        best = optimize.minimize(energy, np.zeros(LEVELS.size), jac=True, tol=1e-12)
        np.testing.assert_allclose(space.turn @ found.weights[:, column], best.x, atol=1e-5)  # BFGS's own accuracy
        missed = labels[:, column] - scaled @ np.asarray(space.turn @ found.weights[:, column])
        assert float(found.train_error[column]) == pytest.approx(missed @ missed / len(missed), rel=1e-10)


@pytest.mark.usefixtures("unchecked")
def test_bad_input_is_refused():
    features, labels = _data()
    with pytest.raises(BadInput, match="need"):
        basis(jnp.asarray(features), jnp.ones(3))
    space = basis(jnp.asarray(features), jnp.asarray(LEVELS))
    with pytest.raises(BadInput, match="couplings"):
        quartic_map(space, jnp.asarray(labels), RIDGE, jnp.ones(3))


def test_the_thin_basis_has_the_same_maxima():
    rng = np.random.default_rng(5)
    levels, features = jnp.asarray(np.arange(1.0, 13.0) ** -2.0), jnp.asarray(rng.normal(size=(5, 12)))
    labels, couplings = jnp.asarray(rng.normal(size=(5, 2))), jnp.array([0.1, 0.4])
    whole, thin = basis(features, levels), thin_basis(features, levels)
    assert thin.points.shape == (5, 5)
    found = [space.coefficients(quartic_map(space, labels, 2.0, couplings).weights) for space in (whole, thin)]
    np.testing.assert_allclose(*found, atol=1e-10)
    coarse = quartic_map(thin, labels, 2.0, couplings, tolerance=1e-3)
    assert 1e-12 < float(coarse.residual) < 1e-3
