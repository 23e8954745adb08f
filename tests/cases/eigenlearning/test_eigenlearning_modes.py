"""What single modes learn: controls of mean zero, three ways to one number, and the theory's own identities."""

import jax
import numpy as np

from cases.eigenlearning.experiment import NOISE, Gaussian, Sphere
from cases.eigenlearning.fluctuations import (
    adjusted,
    known_fluctuations,
    learned_of,
    posterior_over_prior,
    scatter_of_labels,
    spread_of_points,
)
from cases.eigenlearning.theory import between_data_sets, learned_of_gaussian, learned_on_sphere, orders, scatter_alone
from fieldbench.data import normals
from fieldbench.regression.modes import replacement

AT = Gaussian(12, 40, (0.5, 20.0), features=20)
WATCHED = list(AT.mode)


def fitted(sets, ridge):
    return replacement.regress(normals(jax.random.key(1), sets, 12, 20), AT.eigenvalues, ridge)


def test_known_fluctuations_have_mean_zero():
    fit = fitted(20_000, 0.5)
    known = [known_fluctuations(fit, 0.5, WATCHED), scatter_of_labels(fit, AT.power, NOISE, WATCHED)]
    values = np.concatenate(known, axis=2)
    assert np.all(np.abs(values.mean(axis=0)) < 5.0 * values.std(axis=0) / len(values) ** 0.5)


def test_points_on_a_sphere_spread_as_said():
    points = normals(jax.random.key(2), 4000, 9, 4)
    points /= np.linalg.norm(points, axis=2, keepdims=True)
    values = spread_of_points(points @ points.swapaxes(1, 2), 4, 3)
    assert np.all(np.abs(values.mean(axis=0)) < 5.0 * values.std(axis=0) / len(values) ** 0.5)


def test_adjusting_keeps_the_mean_and_leaves_little_scatter():
    fit = fitted(4000, 20.0)
    learned = learned_of(fit, WATCHED)
    found = adjusted(learned, known_fluctuations(fit, 20.0, WATCHED))
    error = learned.std(axis=0) / len(learned) ** 0.5
    assert np.all(np.abs(found.mean(axis=0) - learned.mean(axis=0)) < 5.0 * error)
    assert np.all(found.std(axis=0) < 0.05 * learned.std(axis=0))


def test_posterior_variance_is_what_is_not_learned_of_the_prior():
    fit = fitted(3, 0.5)
    left = posterior_over_prior(fit.features, AT.eigenvalues, 0.5, WATCHED)
    np.testing.assert_allclose(left, 1.0 - learned_of(fit, WATCHED), rtol=1e-9)


def test_squares_are_averages_over_signs_and_noise():
    fit = fitted(2, 0.5)
    rng = np.random.default_rng(3)
    signs = rng.choice([-1.0, 1.0], (20, 20_000)) * AT.power[:, None] ** 0.5
    labels = fit.features @ signs + NOISE**0.5 * rng.standard_normal((2, 12, 20_000))
    learned = AT.eigenvalues[WATCHED, None] * (fit.features[:, :, WATCHED].swapaxes(1, 2) @ (fit.inverse @ labels))
    error = (learned**2).std(axis=2) / 20_000**0.5
    assert np.all(np.abs((learned**2).mean(axis=2) - AT.squares(fit)) < 5.0 * error)


def test_orders_shrink_and_scatter_is_l_squared_mse_over_p():
    large = Gaussian(2000, 1, (40.0, 4000.0))
    np.testing.assert_allclose(between_data_sets(large).value, scatter_alone(large), rtol=0.08)
    terms = np.abs(orders(Gaussian(50, 1, (1.0, 10.0, 100.0)))[0])
    assert np.all(terms[1:].max(axis=(1, 2)) < 0.1 * terms[:-1].max(axis=(1, 2)))
    known = learned_of_gaussian(large)
    assert np.all(known.sizes()["orders beyond 1/P³"] < 1e-9)


def test_sphere_keeps_room_for_the_next_order():
    near, far = (learned_on_sphere(Sphere(P, 1, (1.0,), dimension=8)) for P in (100, 400))
    assert np.all(far.sizes()["order 1/P², a quarter of 1/P"] < near.sizes()["order 1/P², a quarter of 1/P"])
