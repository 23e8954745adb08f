"""MAP with a quartic loss against SciPy's minimiser, the ridge regression of the library, and its own identities."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import optimize

from fieldbench.errors import BadInput
from fieldbench.regression import NestedCholesky
from fieldbench.regression.modes.features import learned_coefficients
from fieldbench.regression.modes.quartic_map import basis, quartic_map, ridge_fit
from fieldbench.regression.modes.quartic_shift import quartic_shifts

LEVELS, RIDGE = np.arange(1.0, 13.0) ** -2.0, 5.0


def _data(points=30):
    rng = np.random.default_rng(3)
    features = rng.normal(size=(points, LEVELS.size))
    return features, features @ rng.normal(size=(LEVELS.size, 2))


def test_ridge_fit_is_the_regression_of_the_library():
    features, labels = _data()
    space = basis(jnp.asarray(features), jnp.asarray(LEVELS))
    found = space.coefficients(ridge_fit(space, jnp.asarray(labels), jnp.full(2, RIDGE)).weights)
    expected = learned_coefficients(NestedCholesky(), features, LEVELS, labels, RIDGE, [30])[0]
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


def test_averages_over_signs_are_exact_and_unbiased():
    keys = jax.random.split(jax.random.key(0), 8)
    request = {"samples": 20, "couplings": (0.1,), "draws": 4}
    found = quartic_shifts(keys, jnp.asarray(LEVELS), RIDGE, targets=64, **request)
    drawn = np.asarray(found["plain"])
    exact = np.asarray(found["curve"] - found["error"] + found["plain"])
    coupled, trained = np.asarray(found["coupling"]), 0.1 * np.asarray(found["train"])
    assert abs((coupled - trained).mean()) < 5.0 * (coupled - trained).std() / np.sqrt(drawn.size)
    spread = (drawn - exact).std() / np.sqrt(drawn.size)
    assert abs((drawn - exact).mean()) < 5.0 * spread
    assert np.all(np.asarray(found["residual"]) < 1e-11)
    again = quartic_shifts(keys, jnp.asarray(LEVELS), RIDGE, targets=4, **request)
    # Another number of targets on the same features: the exact average does not know.
    other = np.asarray(again["curve"] - again["error"] + again["plain"])
    np.testing.assert_allclose(other, exact, rtol=1e-12)


@pytest.mark.usefixtures("unchecked")
def test_bad_input_is_refused():
    features, labels = _data()
    with pytest.raises(BadInput, match="need"):
        basis(jnp.asarray(features), jnp.ones(3))
    space = basis(jnp.asarray(features), jnp.asarray(LEVELS))
    with pytest.raises(BadInput, match="couplings"):
        quartic_map(space, jnp.asarray(labels), RIDGE, jnp.ones(3))
    with pytest.raises(BadInput, match="at least 1"):
        quartic_shifts(
            jax.random.split(jax.random.key(0), 1), jnp.ones(3), 1.0, samples=0, couplings=(0.1,), draws=1, targets=1
        )
