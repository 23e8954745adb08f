"""Kernel rescaling: exact for linear networks on fixed data, Q = 1 without feature learning, and its failures."""

import numpy as np
import pytest
from helpers_adaptation import LINEAR_NETWORK, SMALL, slide_problem
from scipy.special import erf

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import RESPONSE, Theory, cubic_response, hermite_modes, rescaling, solve, staircase


def linear_data(samples=30, dimension=12):
    generator = np.random.default_rng(3)
    x = generator.standard_normal((samples, dimension))
    return x, x[:, 0] + 0.3 * generator.standard_normal(samples)


def test_linear_adaptation_on_fixed_data_is_rescaling():
    """Σ = (d − (χ/N) XᵀttᵀX)^{-1} of the adapted weights gives f = XΣXᵀt, which is Q K_0 t (arXiv:2502.03210)."""
    x, y = linear_data()
    kernel, ridge, width, chi = x @ x.T / 12, 0.4, 40, 40.0
    scale = rescaling.scale_on_data(kernel, y, ridge, width=width, chi=chi)
    t = np.linalg.solve(scale * kernel + ridge * np.eye(30), y)
    direction = x.T @ t
    covariance = np.linalg.inv(12 * np.eye(12) - chi / width * np.outer(direction, direction))
    assert np.all(np.linalg.eigvalsh(covariance) > 0)
    assert scale > 1.5
    np.testing.assert_allclose(x @ covariance @ direction, scale * kernel @ t, rtol=1e-10)


def test_linear_adaptation_averaged_over_data_is_rescaling():
    # n ≫ d, where averaging over data leaves nothing of the fluctuations that separate the two
    problem = staircase(
        dimension=20, samples=10**7, width=50, ridge=1e5, chi=50.0, cubic=0.0, activation=LINEAR_NETWORK.activation
    )
    rescaled = rescaling.rescaled_process(problem)
    adapted = solve(problem, Theory("linear", hermite_modes(1), ridge="bare"))
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
        scales.append(
            rescaling.scale_on_data(features @ features.T / 4000, z - 0.1 * (z**3 - 3 * z), 2.0, width=60, chi=60.0)
        )
    expected = rescaling.rescaled_process(problem).scale
    # relative corrections of order 1/n beyond the scatter of the draws
    assert abs(np.mean(scales) / expected - 1) < 3 * np.std(scales) / np.sqrt(12) / expected + 2 / 200


def test_without_feature_learning_there_is_no_rescaling():
    assert rescaling.rescaled_process(SMALL.with_chi(0.0)) == rescaling.gaussian_process(SMALL)
    x, y = linear_data()
    np.testing.assert_allclose(rescaling.scale_on_data(x @ x.T, y, 1.0, width=10, chi=0.0), 1.0)


def test_own_best_fitting_constant():
    fitted = rescaling.fitted_rescaling(slide_problem(0.08), 0.906)
    np.testing.assert_allclose(fitted.linear, 0.906, rtol=1e-9)
    assert fitted.scale > 5


def test_rescaling_cannot_learn_the_cubic():
    problem = slide_problem(0.08)
    adapted = cubic_response(problem, RESPONSE)
    for rival in (rescaling.rescaled_process(problem), rescaling.fitted_rescaling(problem, adapted.negative.linear)):
        assert 0 < rival.harmonic / -0.1 < 0.03 * adapted.harmonic


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rescaling.scale_on_data(np.eye(3), np.ones(2), 1.0, width=1, chi=1.0), "do not fit"),
        (lambda: rescaling.scale_on_data(np.eye(3), np.ones(3), 0.0, width=1, chi=1.0), "ridge is 0"),
        (lambda: rescaling.scale_on_data(1e-9 * np.eye(3), np.ones(3), 1e-9, width=1, chi=1e12), "no root below"),
        (lambda: rescaling.rescaled_process(SMALL, scale=-1.0), "Q = -1"),
        (lambda: rescaling.fitted_rescaling(SMALL, 1.0), "between 0 and 1"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(BadInput, match=words):
        call()
