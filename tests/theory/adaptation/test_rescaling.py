"""Kernel rescaling: exact for linear networks on fixed data, Q = 1 without feature learning, and its failures."""

from dataclasses import replace

import numpy as np
import pytest
from helpers_adaptation import LINEAR_NETWORK, SMALL, cubic_responses, slide_problem
from scipy.optimize import brentq
from scipy.special import erf

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import RESPONSE, Approximation, hermite_modes, rescaled_process, solve, staircase


def linear_data(samples=30, dimension=12):
    generator = np.random.default_rng(3)
    x = generator.standard_normal((samples, dimension))
    return x, x[:, 0] + 0.3 * generator.standard_normal(samples)


def scale_on_data(kernel, targets, ridge, strength):
    """Q on fixed data: 1 − 1/Q = (χ/N) tᵀK_0t with t = (Q K_0 + κ)^{-1} y."""

    def excess(scale):
        t = np.linalg.solve(scale * kernel + ridge * np.eye(len(targets)), targets)
        return 1 - 1 / scale - strength * t @ kernel @ t

    return brentq(excess, 1.0, 1e4, xtol=1e-13)


def test_linear_adaptation_on_fixed_data_is_rescaling():
    """Σ = (d − (χ/N) XᵀttᵀX)^{-1} of the adapted weights gives f = XΣXᵀt, which is Q K_0 t (arXiv:2502.03210)."""
    x, y = linear_data()
    kernel, ridge = x @ x.T / 12, 0.4
    scale = scale_on_data(kernel, y, ridge, 1.0)
    t = np.linalg.solve(scale * kernel + ridge * np.eye(30), y)
    direction = x.T @ t
    covariance = np.linalg.inv(12 * np.eye(12) - np.outer(direction, direction))
    assert np.all(np.linalg.eigvalsh(covariance) > 0)
    assert scale > 1.5
    np.testing.assert_allclose(x @ covariance @ direction, scale * kernel @ t, rtol=1e-10)


def test_linear_adaptation_averaged_over_data_is_rescaling():
    # n ≫ d, where averaging over data leaves nothing of the fluctuations that separate the two
    problem = staircase(
        dimension=20, samples=10**7, width=50, ridge=1e5, chi=50.0, cubic=0.0, activation=LINEAR_NETWORK.activation
    )
    rescaled = rescaled_process(problem)
    adapted = solve(problem, Approximation("linear", hermite_modes(1), ridge="bare"))
    np.testing.assert_allclose(rescaled.scale, adapted.overlap_variance, rtol=1e-4)
    np.testing.assert_allclose(rescaled.linear, adapted.predictor[0], rtol=1e-5)


def test_averaged_equation_against_regression_on_drawn_data():
    """The quadratic form tᵀK_0t by the effective ridge, against the same on drawn Gaussian inputs."""
    problem = staircase(dimension=20, samples=200, width=60, ridge=2.0, chi=60.0, cubic=-0.1)
    generator = np.random.default_rng(1)
    scales = []
    for _ in range(12):
        x = generator.standard_normal((200, 20))
        weights = generator.standard_normal((4000, 20)) / np.sqrt(20)
        features = erf(x @ weights.T)
        z = x[:, 0]
        scales.append(scale_on_data(features @ features.T / 4000, z - 0.1 * (z**3 - 3 * z), 2.0, 1.0))
    expected = rescaled_process(problem).scale
    # relative corrections of order 1/n beyond the scatter of the draws
    assert abs(np.mean(scales) / expected - 1) < 3 * np.std(scales) / np.sqrt(12) / expected + 2 / 200


def test_without_feature_learning_there_is_no_rescaling():
    assert rescaled_process(replace(SMALL, chi=0.0)) == rescaled_process(SMALL, scale=1.0)


def test_rescaling_cannot_learn_the_cubic():
    problem = slide_problem(0.08)
    _, adapted = cubic_responses(0.08, RESPONSE)
    own = rescaled_process(problem).scale
    # its own factor, and those that a fit to the linear part might prefer
    for scale in (own, 0.7 * own, 1.3 * own):
        assert 0 < rescaled_process(problem, scale=scale).harmonic / -0.1 < 0.03 * adapted


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rescaled_process(SMALL, scale=-1.0), "Q = -1"),
        (lambda: rescaled_process(replace(SMALL, chi=1e20)), "no root below"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(BadInput, match=words):
        call()
