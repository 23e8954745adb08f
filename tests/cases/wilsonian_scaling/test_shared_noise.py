"""What errors of one data set share, against regression; the fourth moment of residuals that turn freely."""

import numpy as np

from cases.wilsonian_scaling.shared import regression, train_and_its_slope, train_and_slope_of_test

LEVELS, RIDGE, SAMPLES, SETS = np.arange(1.0, 7.0) ** -2.0, 20.0, 60, 6000


def _sets():
    """C, ⟨Δ²⟩, d⟨Δ²⟩/dκ and dMSE/dκ of drawn data sets."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(SETS, SAMPLES, LEVELS.size))
    target = np.sqrt(LEVELS) * rng.choice([-1.0, 1.0], size=(SETS, LEVELS.size))
    inverse = np.linalg.inv(np.diag(1.0 / LEVELS) + np.swapaxes(features, 1, 2) @ features / RIDGE)
    weights = target / LEVELS
    missed = np.einsum("nkl,nl->nk", inverse, weights)
    slope = (missed - np.einsum("nkl,nl->nk", inverse, missed / LEVELS)) / RIDGE
    train = RIDGE / SAMPLES * np.sum((target - missed) * missed / LEVELS, axis=1)
    of_train = train / RIDGE + RIDGE / SAMPLES * np.sum((target - 2.0 * missed) * slope / LEVELS, axis=1)
    return inverse, train, of_train, 2.0 * np.sum(missed * slope, axis=1)


def _agrees(found, expected):
    """To five standard errors of a covariance, √(2/n) of it or more, and to the next order in 1/P."""
    np.testing.assert_allclose(found, expected, rtol=5.0 * (2.0 / SETS) ** 0.5 + 5.0 / SAMPLES)


def test_the_law_of_the_posterior_covariance_and_of_the_errors():
    inverse, train, of_train, slope = _sets()
    law = regression(LEVELS, SAMPLES, RIDGE, LEVELS)
    _agrees(inverse[:, 0, 1].var(), law.pairs[0, 1])
    _agrees(inverse[:, 0, 0].var(), law.diagonal[0, 0])
    _agrees(train.var(), law.covariance(law.train, law.train))
    _agrees(slope.var(), law.covariance(law.slope, law.slope))
    _agrees(np.cov(train, slope)[0, 1], train_and_slope_of_test(LEVELS, SAMPLES, RIDGE, LEVELS))
    _agrees(np.cov(train, of_train)[0, 1], train_and_its_slope(LEVELS, SAMPLES, RIDGE, LEVELS))


def test_residuals_that_turn_freely_have_three_p_over_p_plus_two_of_their_mean_square():
    """Σ_μ b_μa_μ³ over rotations of P = 2 points, by a quadrature that is exact for degree four."""
    a, b = np.array([0.3, -1.1]), np.array([0.7, 0.2])
    angles = 2.0 * np.pi * np.arange(8) / 8
    turns = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]]).transpose(2, 0, 1)
    mean = np.mean([np.sum((turn @ b) * (turn @ a) ** 3) for turn in turns])
    np.testing.assert_allclose(mean, 3.0 * (a @ a) * (a @ b) / (2 + 2), rtol=1e-12)
