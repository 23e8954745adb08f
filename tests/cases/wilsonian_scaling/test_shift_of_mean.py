"""The shift of the posterior's mean: chains against importance sampling, and its parts against their definition."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cases.wilsonian_scaling.shift_of_mean import DataSets, _local_hartree, along, cross_errors, run, shift_of_mean
from fieldbench.errors import BadInput
from fieldbench.regression.modes import basis
from fieldbench.sampling import Underdamped
from fieldbench.sampling.networks import quartic_posterior

LEVELS, RIDGE, COUPLING, SAMPLES, SETS = np.arange(1.0, 9.0) ** -2.0, 4.0, 0.2, 20, 2
CHAINS = 64
KEYS = jax.random.split(jax.random.key(0), 1)


@cache
def _data():
    rng = np.random.default_rng(1)
    spaces = [jax.jit(basis)(rng.normal(size=(SAMPLES, LEVELS.size)), LEVELS) for _ in range(SETS)]
    space = jax.tree.map(lambda *parts: jnp.asarray(np.stack(parts)), *spaces)
    labels, truth = rng.normal(size=(SETS, SAMPLES)), rng.normal(size=(SETS, LEVELS.size))
    return DataSets(space, jnp.asarray(labels), jnp.asarray(truth))


def _posterior(coupling=COUPLING):
    """Of 64 chains a set; all tests ask for the same shapes, so that they share one compilation."""
    data, single = _data(), jnp.float32
    points, levels, labels = (part.astype(single) for part in (data.space.points, data.space.levels, data.labels))
    contraction = jnp.full(SETS, 0.7, single)
    return quartic_posterior(points, levels, labels, contraction, ridge=RIDGE, coupling=coupling, chains=CHAINS)


def test_chains_meet_importance_sampling():
    energy, _, deviation = _posterior()
    direction = along(jnp.ones((SETS, LEVELS.size)), deviation)
    # At this small ridge longer steps lose a chain now and then that starts far out.
    traces = run(Underdamped(0.5), energy, deviation, direction, KEYS, steps=1200, burn_in=80, thin=4)
    departure, square = traces.departure, traces.square
    rng = np.random.default_rng(0)
    for index in range(SETS):
        draws = rng.normal(size=(100_000, LEVELS.size))
        missed = np.asarray(energy.missed[index]) - draws @ np.asarray(energy.points[index]).T
        interaction = COUPLING / (2 * RIDGE) * np.sum(missed**4 - 6 * 0.7 * missed**2, axis=1)
        weight = np.exp(interaction.min() - interaction)
        weight /= weight.mean()
        # Less the mean of the unweighted draws, zero in expectation: the same control variate as the chains'.
        terms = (weight[:, None] - 1.0) * draws * np.asarray(deviation[index])
        found, error = departure[index].mean(axis=0), departure[index].std(axis=0, ddof=1) / 8.0
        error = np.hypot(error, terms.std(axis=0) / 100_000**0.5)
        assert np.all(np.abs(found - terms.mean(axis=0)) < 5.0 * error)
        squares = weight * np.mean(missed**2, axis=1)
        error = np.hypot(square[:, index].mean(axis=0).std(ddof=1) / 8.0, squares.std() / 100_000**0.5)
        assert abs(square[:, index].mean() - squares.mean()) < 5.0 * error


def test_directions_are_unit_vectors_along_the_gradient_of_a_linear_function():
    """Sets count alike in the mean of their traces, however much of their target is unlearned."""
    direction, deviation = jnp.array([[3.0, -4.0], [300.0, 0.0]]), jnp.array([[1.0, 0.5], [0.1, 2.0]], jnp.float32)
    found = np.asarray(along(direction, deviation), np.float64)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(found, [[3.0 / 13.0**0.5, -2.0 / 13.0**0.5], [1.0, 0.0]], rtol=1e-6)


def test_of_a_gaussian_the_trace_along_a_direction_has_unit_variance():
    energy, _, deviation = _posterior(coupling=0.0)
    direction = along(jnp.arange(1.0, 1.0 + SETS * LEVELS.size).reshape(SETS, -1), deviation)
    slope = run(Underdamped(0.8), energy, deviation, direction, KEYS, steps=1200, burn_in=40, thin=4).slope
    squares = np.mean(slope**2, axis=0)
    assert np.all(np.abs(squares.mean(axis=1) - 1.0) < 5.0 * squares.std(axis=1, ddof=1) / 8.0)


def test_without_coupling_nothing_is_shifted():
    keys = jax.random.split(jax.random.key(0), 2)
    found = shift_of_mean(
        Underdamped(0.8), keys, jnp.asarray(LEVELS), RIDGE, (0.0, 0.0), samples=SAMPLES, sets=SETS // 2,
        chains=CHAINS, steps=1200,
    )  # fmt: skip
    assert found.rhat.shape == found.ess.shape == (2, 2)
    for errors in (found.error, found.hartree):
        np.testing.assert_allclose(errors, found.plain, rtol=1e-5)  # the mean passes through float32


def test_local_hartree_is_the_fixed_point_of_weighted_regression():
    data = _data()
    found = _local_hartree(data, RIDGE, COUPLING)
    for index in range(SETS):
        points, labels = np.asarray(data.space.points[index]), np.asarray(data.labels[index])

        def hessian(weight, points=points):
            return np.eye(LEVELS.size) + points.T @ (weight[:, None] * points)

        def missed(square, variance, points=points, labels=labels):
            weight = (1.0 + 6.0 * COUPLING * (square + variance)) / RIDGE
            mean = np.linalg.solve(hessian(weight), points.T @ (weight * labels))
            return mean, labels - points @ mean

        square, variance = 0.0, np.zeros(SAMPLES)
        plain, residual = missed(square, variance)
        for _ in range(100):
            curvature = (1.0 + 6.0 * COUPLING * (residual**2 + variance)) / RIDGE
            square = np.mean(residual**2)
            variance = np.einsum("ni,ij,nj->n", points, np.linalg.inv(hessian(curvature)), points)
            mean, residual = missed(square, variance)

        def error(weights, index=index):
            learned = np.sqrt(LEVELS) * (np.asarray(data.space.turn[index]) @ weights)
            return np.sum((np.asarray(data.truth[index]) - learned) ** 2)

        # Seven turns leave 3⁻⁷ of the shift.
        assert abs(found[index] - error(mean)) < 3.0**-7 * abs(error(mean) - error(plain))


def test_the_square_of_the_mean_is_the_product_of_different_chains():
    data, weights = _data(), np.random.default_rng(5).normal(size=(SETS, 3, LEVELS.size))
    missed = [
        [
            np.asarray(data.truth[s]) - np.sqrt(LEVELS) * (np.asarray(data.space.turn[s]) @ weights[s, chain])
            for chain in range(3)
        ]
        for s in range(SETS)
    ]
    pairs = [(0, 1), (0, 2), (1, 2)]
    expected = [np.mean([of_set[a] @ of_set[b] for a, b in pairs]) for of_set in missed]
    np.testing.assert_allclose(cross_errors(data, weights), expected, rtol=1e-12)


def test_one_chain_is_refused():
    with pytest.raises(BadInput, match="two chains"):
        shift_of_mean(Underdamped(), KEYS, jnp.asarray(LEVELS), 1.0, (0.1,), samples=8, sets=1, chains=1, steps=8)
