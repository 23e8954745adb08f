"""Flat spectra by singular values are the regression; the theory's orders meet the exact average."""

import jax
import numpy as np
import pytest

from cases.no_overfitting.experiment import FLAT, MODES, NOISE, Flat, Noisy, Square, Tailed, _errors, _flat_errors
from cases.no_overfitting.theory import flat, orders, smooth_height, square, tailed
from fieldbench.data import normals
from fieldbench.theory.curves import mean_of_sum


def test_singular_values_give_the_errors_of_regression():
    features = normals(jax.random.key(0), 3, 60, MODES)
    for found, expected in zip(
        _flat_errors(features, 0.02, (20, 60)), _errors(features, FLAT, 0.02, (20, 60)), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize(("ridge", "samples"), [(0.1, 25), (0.01, 50), (0.01, 75)])
def test_orders_meet_the_exact_mean_over_wishart_matrices(ridge, samples):
    """At P = D and the smallest ridge the orders fall by a third only; the margin has to cover what follows."""
    scaled = ridge * MODES
    missed, noise = mean_of_sum(
        lambda s: np.stack([1.0 - (scaled / (s + scaled)) ** 2, s / (s + scaled) ** 2]), samples, MODES, scaled**0.5
    )
    known = flat(Flat(ridge, samples=(samples,)))[Noisy.error]
    exact = 1.0 - missed / MODES + NOISE * noise + NOISE
    bound = known.sizes()["orders beyond 1/P³"][0]
    assert abs(known.value[0] - exact) < bound
    assert abs(orders((samples,), ridge)[0][0, 0] - exact) > 10.0 * bound or ridge == 0.01


def test_a_tail_is_less_than_its_sum_as_ridge():
    """What is learned of it is no ridge: the error is larger, at every P and by more where more is learned."""
    change = tailed(Tailed(0.25))[Tailed.tail_change].value
    assert np.all(change > 0.0)
    assert np.all(np.diff(change) > 0.0)


def test_the_hard_edge_adds_most_where_the_ridge_resolves_single_values():
    at = Square(16, draws=1)
    known = square(at)[Square.height]
    added = np.log(known.value / smooth_height(at))
    np.testing.assert_allclose(added[0], np.log(np.pi / 2), rtol=0.4)  # F(0) = π/2 as D → ∞
    assert np.all(np.diff(added) < 0.0)
