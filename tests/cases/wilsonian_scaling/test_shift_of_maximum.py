"""The shift of the posterior's maximum: averages over signs against all signs, errors against their definition."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cases.wilsonian_scaling.shift_of_maximum import TOLERANCE, on_one_draw, shift_of_maximum
from fieldbench.errors import BadInput
from fieldbench.regression.modes import basis, quartic_map, ridge_fit

LEVELS, RIDGE, COUPLINGS = np.arange(1.0, 7.0) ** -2.0, 5.0, (0.1, 0.4)
SOLVED = 1e3 * TOLERANCE  # what a gradient of that size leaves of a number of order one, with room


solved = jax.jit(on_one_draw, static_argnums=(4, 5))


def _draw(signs, samples=20):
    features = np.random.default_rng(3).normal(size=(samples, LEVELS.size))
    truth = np.sqrt(LEVELS)[:, None] * signs
    space = jax.jit(basis)(features, LEVELS)
    return space, jnp.asarray(features @ truth), jnp.asarray(truth)


def test_over_all_signs_the_exact_averages_are_the_means():
    """Each mean over signs at u = 0 is that of its closed form, so that with all 2⁶ nothing is left of the scatter."""
    signs = np.array(list(itertools.product([-1.0, 1.0], repeat=LEVELS.size))).T
    space, labels, truth = _draw(signs)
    found = solved(space, labels, truth, RIDGE, COUPLINGS, 4)
    np.testing.assert_allclose(found.curve, found.error, rtol=1e-12)
    for index, coupling in enumerate(COUPLINGS):
        best = quartic_map(space, labels, RIDGE, jnp.full(truth.shape[1], coupling))
        np.testing.assert_allclose(found.coupling[index], coupling * best.train_error.mean(), rtol=SOLVED)
        learned = (space.coefficients(best.weights) / truth).mean(axis=1)
        np.testing.assert_allclose(found.learned[index], learned, rtol=SOLVED)


def test_errors_are_those_of_the_maximum_and_of_two_ridge_regressions():
    space, labels, truth = _draw(np.array([1.0, -1.0, 1.0, 1.0, -1.0, 1.0])[:, None])
    found = solved(space, labels, truth, RIDGE, COUPLINGS, 4)
    assert float(found.residual) <= TOLERANCE

    def error(weights):
        return float(np.sum((truth - space.coefficients(weights)) ** 2))

    for index, coupling in enumerate(COUPLINGS):
        best = quartic_map(space, labels, RIDGE, jnp.array([coupling]))
        dressed = RIDGE / (1.0 + 6.0 * coupling * best.train_error)
        assert float(found.plain[index]) == pytest.approx(error(ridge_fit(space, labels, jnp.array([RIDGE])).weights))
        assert float(found.error[index]) == pytest.approx(error(best.weights), rel=SOLVED)
        assert float(found.hartree[index]) == pytest.approx(
            error(ridge_fit(space, labels, dressed).weights), rel=SOLVED
        )


def test_the_number_of_targets_leaves_the_exact_averages():
    keys = jax.random.split(jax.random.key(0), 2)  # the draws of the next test, so that they share a program
    few, many = (
        shift_of_maximum(keys, jnp.asarray(LEVELS), RIDGE, (0.1,), samples=20, draws=4, targets=targets)
        for targets in (4, 64)
    )
    exact = (few.curve - few.error + few.plain, many.curve - many.error + many.plain)
    np.testing.assert_allclose(*exact, rtol=1e-12)
    assert few.learned.shape == (2, 1, LEVELS.size)
    assert few.residual.shape == (2,)


def test_the_signs_are_drawn_evenly():
    """Means over drawn targets scatter about the exact one."""
    keys = jax.random.split(jax.random.key(0), 8)
    found = shift_of_maximum(keys, jnp.asarray(LEVELS), RIDGE, (0.1,), samples=20, draws=4, targets=64)
    missed = np.asarray(found.curve - found.error)
    assert abs(missed.mean()) < 5.0 * missed.std() / np.sqrt(missed.size)


def test_fewer_than_one_is_refused():
    with pytest.raises(BadInput, match="at least 1"):
        shift_of_maximum(
            jax.random.split(jax.random.key(0), 1), jnp.ones(3), 1.0, (0.1,), samples=0, draws=1, targets=1
        )
