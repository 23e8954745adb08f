"""A ridge for every point: closed forms, the uniform limit, and sampling without replacement."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.curves import unevenness
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.decimation.local_ridge import local_ridge
from fieldbench.theory.kernels import principal_components


def circle(size):
    angle = 2 * np.pi * np.arange(size) / size
    return np.exp(4 * np.cos(angle[:, None] - angle[None, :]) - 4)


def features(size, count, seed=0):
    """A generic kernel: random features with a falling spectrum, more features than points."""
    draws = np.random.default_rng(seed).normal(size=(size, count)) * np.arange(1, count + 1) ** -0.75
    return draws @ draws.T


def test_independent_points_learn_nothing_about_each_other():
    """K diagonal: whatever is drawn, a point left out keeps its prior variance and its whole target as error."""
    variance, ridge = np.array([1.0, 2.0, 0.5, 3.0]), np.array([0.1, 0.2, 0.3, 0.4])
    target = np.array([1.0, -2.0, 0.5, 0.0])
    found = local_ridge(np.diag(variance), target, 2, ridge, 1.0)
    np.testing.assert_allclose(found.variance, variance, rtol=1e-10)
    np.testing.assert_allclose(found.error, target**2, atol=1e-12)
    np.testing.assert_allclose(found.ridge, ridge + 0.5 * variance, rtol=1e-6)


@pytest.mark.parametrize("ridge", [1e-6, 0.3])
@pytest.mark.parametrize("samples", [4, 20])
def test_on_a_homogeneous_set_it_is_the_effective_ridge_of_a_finite_population(samples, ridge):
    gram = circle(60)
    target = np.sin(2 * np.pi * np.arange(60) / 60) + 0.3 * (-1.0) ** np.arange(60)
    modes = principal_components(gram)
    curve = effective_ridge(modes.eigenvalues, samples, ridge, target=modes.coefficients(target) ** 2, population=60)
    found = local_ridge(gram, target, samples, ridge, curve.effective_ridge[0], 1e-10)
    np.testing.assert_allclose(found.ridge, curve.effective_ridge[0], rtol=1e-8)
    np.testing.assert_allclose(found.test_error, curve.test_error[0], rtol=1e-8)
    variance = unevenness.left_out_variance(modes, samples, curve.effective_ridge[0])
    np.testing.assert_allclose(found.variance, variance, rtol=1e-7)
    assert unevenness.over_points(modes, samples, curve.effective_ridge[0]) < 1e-16


def left_out(gram, target, samples, ridge, draws):
    """Posterior variance and squared error at each point, draw by draw, (draws, M); NaN where it was drawn."""
    rng, size = np.random.default_rng(7), len(gram)
    variances, errors = np.full((draws, size), np.nan), np.full((draws, size), np.nan)
    for draw in range(draws):
        order = rng.permutation(size)
        inside, outside = order[:samples], order[samples:]
        weights = np.linalg.solve(gram[np.ix_(inside, inside)] + np.diag(ridge[inside]), gram[np.ix_(inside, outside)])
        errors[draw, outside] = (target[outside] - target[inside] @ weights) ** 2
        variances[draw, outside] = np.diag(gram)[outside] - (gram[np.ix_(inside, outside)] * weights).sum(axis=0)
    return variances, errors


def test_uneven_ridge_against_sampling():
    size, samples, draws = 200, 60, 300
    gram = features(size, 400)
    ridge = np.where(np.arange(size) < 100, 0.02, 2.0)
    target = gram[0] / gram[0].std() + 0.3 * np.random.default_rng(3).normal(size=size)
    variances, errors = left_out(gram, target, samples, ridge, draws)
    found = local_ridge(gram, target, samples, ridge, 1.0)
    sampled = np.nanmean(errors, axis=1)
    fluctuation = unevenness.between_draws(principal_components(gram), samples, found.ridge.mean())
    margin = 4 * sampled.std() / sampled.mean() / np.sqrt(draws) + fluctuation
    assert abs(found.test_error / sampled.mean() - 1) < margin < 0.15
    ratio = found.variance / np.nanmean(variances, axis=0)
    assert abs(ratio.mean() - 1) < 0.03
    assert ratio.std() < 0.05
    # the theory knows which points are worse, not only how bad they are on average
    assert np.corrcoef(found.error, np.nanmean(errors, axis=0))[0, 1] > 0.95


@pytest.mark.parametrize("ridge", [0.05, "uneven"])
def test_a_factor_of_the_kernel_gives_what_the_kernel_gives(ridge):
    size, samples = 120, 30
    factor = np.random.default_rng(2).normal(size=(size, 50)) * np.arange(1, 51) ** -0.75
    ridge = np.linspace(0.02, 0.4, size) if ridge == "uneven" else ridge
    target = factor[:, 3] + factor[:, 20]
    dense = local_ridge(factor @ factor.T, target, samples, ridge, 1.0, 1e-10)
    low = local_ridge(factor, target, samples, ridge, dense.ridge * 1.3, 1e-10)
    for name in ("ridge", "variance", "error", "weights"):
        np.testing.assert_allclose(getattr(low, name), getattr(dense, name), rtol=1e-6, atol=1e-9)


def test_the_solution_is_self_consistent():
    size, samples = 80, 20
    gram, ridge = features(size, 160), np.linspace(0.02, 0.4, 80)
    found = local_ridge(gram, np.ones(size), samples, ridge, 1.0, 1e-11)
    fraction = samples / size
    resolvent = np.linalg.inv(gram + np.diag(found.ridge / fraction))
    np.testing.assert_allclose(1 / np.diag(resolvent) - found.ridge / fraction, found.variance, rtol=1e-8)
    np.testing.assert_allclose(found.ridge, ridge + (1 - fraction) * found.variance, rtol=1e-8)
    np.testing.assert_allclose(found.weights, resolvent.sum(axis=1), atol=1e-8)


def test_the_mean_predictor_against_sampling():
    """⟨f⟩ = K R y at all points, drawn or not: 300 draws, four standard errors of each point and 3 % of its spread."""
    size, samples, ridge = 120, 40, 0.1
    gram = features(size, 240, seed=4)
    target = gram[0] / gram[0].std()
    rng, means = np.random.default_rng(9), []
    for _ in range(300):
        inside = rng.permutation(size)[:samples]
        weights = np.linalg.solve(gram[np.ix_(inside, inside)] + ridge * np.eye(samples), target[inside])
        means.append(gram[:, inside] @ weights)
    found = gram @ local_ridge(gram, target, samples, ridge, 1.0).weights
    error = np.std(means, axis=0) / np.sqrt(300)
    assert (np.abs(found - np.mean(means, axis=0)) < 4 * error + 0.03 * target.std()).all()


def test_fluctuation_between_draws_against_sampling():
    size, samples = 300, 60
    gram = features(size, 600, seed=5)
    variances, _ = left_out(gram, np.zeros(size), samples, np.full(size, 0.05), 300)
    modes = principal_components(gram)
    dressed = effective_ridge(modes.eigenvalues, samples, 0.05, population=size).effective_ridge[0]
    sampled = np.nanmean(np.nanvar(variances, axis=0) / np.nanmean(variances, axis=0) ** 2)
    assert abs(unevenness.between_draws(modes, samples, dressed) / sampled - 1) < 0.3  # leading order
    spread = np.nanmean(variances, axis=0)
    assert abs(unevenness.over_points(modes, samples, dressed) / (spread.var() / spread.mean() ** 2) - 1) < 0.3


@pytest.mark.parametrize(("samples", "ridge", "start"), [(0, 0.1, 1.0), (4, 0.1, 1.0), (2, 0.0, 1.0), (2, 0.1, 0.0)])
def test_bad_input(samples, ridge, start):
    with pytest.raises(BadInput, match="need 1 ≤ P < M and positive ridges"):
        local_ridge(np.eye(4), np.ones(4), samples, ridge, start)
