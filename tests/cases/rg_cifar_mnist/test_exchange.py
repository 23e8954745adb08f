"""Truncated against full regression: equal when nothing is cut off, else what the normal equations say."""

import numpy as np
import pytest
from helpers_population import features

from cases.rg_cifar_mnist.cuts import cuts
from cases.rg_cifar_mnist.exchange import exchanged, regression
from fieldbench.errors import BadInput

SIZE, RIDGE, SAMPLES, KEEP = 60, 1e-3, 20, 12


@pytest.fixture(scope="module")
def population():
    return features(SIZE, 200)


@pytest.fixture(scope="module")
def orders():
    return np.stack([np.random.default_rng(seed).permutation(SIZE) for seed in range(3)])


def left_out(gram, noise, targets):
    """Variance and mean of each label as the others predict it, refitted without it."""
    found = []
    for i in range(len(gram)):
        rest = np.delete(np.arange(len(gram)), i)
        weights = np.linalg.solve(gram[np.ix_(rest, rest)] + np.diag(noise[rest]), gram[rest, i])
        found.append((gram[i, i] + noise[i] - weights @ gram[rest, i], weights @ targets[rest]))
    return np.array(found).T


def test_regression_is_that_of_leaving_each_point_out(population):
    gram, tail, target = population.gram[:9, :9], np.linspace(0.1, 0.5, 9), population.targets[:9]
    found = regression(gram[None], RIDGE, tail[None], target[None])
    variance, mean = left_out(gram, RIDGE + tail, target)
    np.testing.assert_allclose(found.variance[0], variance, rtol=1e-9)
    np.testing.assert_allclose(found.weights[0] * variance, target - mean, rtol=1e-7)


def test_nothing_changes_when_the_tail_is_diagonal(orders):
    """K = low modes + what lives on single points: its tail is ridge already, at each point its own."""
    rng = np.random.default_rng(1)
    low, own = rng.normal(size=(SIZE, 3)), rng.uniform(0.1, 0.5, SIZE)
    gram, targets = low @ low.T + np.diag(own), low[:, 0]
    tail = regression(gram[None][:, :SAMPLES, :SAMPLES], RIDGE, np.zeros((1, SAMPLES)), targets[None, :SAMPLES])
    ridge = regression((low @ low.T)[None][:, :SAMPLES, :SAMPLES], RIDGE, own[None, :SAMPLES], targets[None, :SAMPLES])
    np.testing.assert_allclose(ridge.variance, tail.variance, rtol=1e-9)


def test_changes_are_those_of_the_normal_equations(population, orders):
    (local, uniform), *_ = exchanged(population, orders, SAMPLES, [KEEP], RIDGE)
    functions, levels = population.modes.functions[:, :KEEP], population.modes.eigenvalues[:KEEP]
    kernel = (functions * levels) @ functions.T
    tail = population.gram.diagonal() - kernel.diagonal()
    drawn, rest = orders[1][:SAMPLES], orders[1][SAMPLES:]
    inside = np.ix_(drawn, drawn)
    target, teacher = population.targets, population.coefficients[:KEEP]
    before = np.linalg.inv(population.gram[inside] + RIDGE * np.eye(SAMPLES))
    full = population.gram[:, drawn] @ before @ target[drawn]
    for found, ridges in ((local, tail), (uniform, np.full(SIZE, tail.mean()))):
        after = np.linalg.inv(kernel[inside] + np.diag(RIDGE + ridges[drawn]))
        cut = kernel[:, drawn] @ after @ target[drawn]
        moved = 1.0 / np.diag(after) - 1.0 / np.diag(before)
        errors = [((f - target)[rest] ** 2).mean() for f in (cut, full)]
        np.testing.assert_allclose(found.error[1], np.log(errors[0] / errors[1]), rtol=1e-7)
        fraction = (cut - full) @ functions @ teacher / SIZE / (teacher @ teacher)
        np.testing.assert_allclose(found.low_modes[1], fraction, rtol=1e-7)
        # The sampling error of the point's own ridge is taken out.
        own = ridges - tail
        level = (moved.mean() - own[drawn].mean() + own.mean()) / tail.mean()
        np.testing.assert_allclose(found.level[1], level, rtol=1e-7)
        slope = ((tail - tail.mean())[drawn] * (moved - own[drawn])).mean() + np.cov(tail, own, bias=True)[0, 1]
        np.testing.assert_allclose(found.slope[1], slope / tail.var(), rtol=1e-7)


def test_a_wrong_amount_of_ridge_is_seen_in_level_and_slope(population, orders):
    (right, _), *_ = exchanged(population, orders, SAMPLES, [KEEP], RIDGE)
    (double, _), *_ = exchanged(population, orders, SAMPLES, [KEEP], RIDGE, factor=2.0)
    (none, _), *_ = exchanged(population, orders, SAMPLES, [KEEP], RIDGE, factor=0.0)
    assert (double.level - right.level > 0.5).all()
    assert (right.level - none.level > 0.5).all()
    assert double.slope.mean() > right.slope.mean() > none.slope.mean()


def test_a_threshold_below_every_mode_is_refused(population):
    with pytest.raises(BadInput, match="cuts off nothing"):
        cuts(population, 50, 1e-3, [1e-9])
