"""Posteriors of finite networks: linear ones by exact integrals, the 1/N theory against them and against sampling."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.kernels.dual import Kernel
from fieldbench.theory.langevin.wide_langevin import wide_langevin
from fieldbench.theory.networks.finite_width import finite_width
from fieldbench.theory.networks.linear_posterior import linear_posterior


def data(samples=12, dimension=3, tests=4):
    generator = np.random.default_rng(1)
    inputs = generator.normal(size=(samples, dimension))
    return inputs, inputs[:, 0] + 0.3 * generator.normal(size=samples), generator.normal(size=(tests, dimension))


def test_a_wide_linear_network_is_bayesian_linear_regression():
    inputs, targets, _ = data()
    law = linear_posterior(inputs, targets, width=10**8, ridge=0.5)
    precision = 3 * np.eye(3) + inputs.T @ inputs / 0.5
    np.testing.assert_allclose(law.predictor, np.linalg.solve(precision, inputs.T @ targets / 0.5), rtol=1e-6)
    np.testing.assert_allclose(law.covariance, np.linalg.inv(precision), rtol=1e-5, atol=1e-7)
    assert law.readout_gram == pytest.approx(1.0, abs=1e-6)


def test_the_linear_posterior_agrees_with_weighted_draws_of_the_prior():
    """300,000 networks of width 3, both layers drawn, weighted with the likelihood: no conditional Gaussian is used."""
    inputs, targets, _ = data(samples=4)
    generator, width, mean_field, ridge = np.random.default_rng(2), 3, 2.0, 2.0
    readout = generator.normal(size=(300_000, width)) / np.sqrt(width * mean_field)
    hidden = generator.normal(size=(300_000, width, 3)) / np.sqrt(3)
    maps = np.einsum("kc,kcd->kd", readout, hidden)
    weight = np.exp(-np.sum((maps @ inputs.T - targets) ** 2, axis=1) * mean_field / (2 * ridge))
    weight /= weight.mean()
    law = linear_posterior(inputs, targets, width=width, ridge=ridge, mean_field=mean_field)
    squares = np.sum(readout**2, axis=1), np.sum(hidden**2, axis=1)
    for found, expected in (
        (maps, law.predictor),
        (maps**2, np.diag(law.covariance) + law.predictor**2),
        (squares[0][:, None], np.atleast_1d(law.readout_gram)),
        (squares[1], np.diag(law.weight_gram)),
    ):
        mean = np.mean(weight[:, None] * found, axis=0)
        error = np.std(weight[:, None] * (found - mean), axis=0) / np.sqrt(len(found))
        assert np.all(np.abs(mean - expected) < 4.5 * error), (mean, expected, error)


def test_without_data_to_speak_of_the_prior_remains():
    inputs, targets, _ = data()
    law = linear_posterior(inputs, targets, width=5, ridge=1e9)
    np.testing.assert_allclose(law.weight_gram, 5 / 3 * np.eye(3), atol=1e-6)
    assert law.readout_gram == pytest.approx(1.0, abs=1e-6)


def test_the_slopes_of_a_linear_network_are_those_of_its_exact_posterior():
    """Richardson's extrapolation of the exact posterior in 1/N.

    Unbounded features are the hardest for the net of units: fourth moments of normals by plain Monte Carlo, whose
    terms scatter by some ten times the slopes, would be right to 10/√2^19 = 1.4 %.
    """
    inputs, targets, tests = data()
    theory = finite_width(Kernel("linear"), inputs, targets, tests, ridge=0.5, log2_units=19)

    def slopes(width):
        law = linear_posterior(inputs, targets, width=width, ridge=0.5)
        variance = np.einsum("md,de,me->m", tests, law.covariance, tests)
        return width * (tests @ law.predictor - theory.mean), width * (variance - theory.variance)

    for found, coarse, fine in zip(
        (theory.mean_slope, theory.variance_slope), slopes(2_000), slopes(4_000), strict=True
    ):
        np.testing.assert_allclose(found, 2 * fine - coarse, atol=0.02 * np.abs(fine).max())


def test_limit_and_errors():
    inputs, targets, tests = data()
    kernel = Kernel("erf")
    theory = finite_width(kernel, inputs, targets, tests, ridge=0.5, log2_units=8)
    inverse = np.linalg.inv(kernel(inputs, inputs) + 0.5 * np.eye(12))
    cross = kernel(inputs, tests)
    np.testing.assert_allclose(theory.mean, cross.T @ inverse @ targets)
    np.testing.assert_allclose(theory.variance, kernel.diagonal(tests) - np.diag(cross.T @ inverse @ cross))
    with pytest.raises(BadInput, match="depth"):
        finite_width(Kernel("erf", depth=2), inputs, targets, tests, ridge=0.5)
    with pytest.raises(BadInput, match="ridge"):
        finite_width(kernel, inputs, targets, tests, ridge=0.0)
    with pytest.raises(BadInput, match="targets"):
        linear_posterior(inputs, targets[:3], width=5, ridge=1.0)


def test_a_small_step_makes_the_wide_networks_chain_the_gaussian_process():
    """And the bias of the outputs falls as h²."""
    inputs, targets, tests = data()
    theory = finite_width(Kernel("erf"), inputs, targets, tests, ridge=0.5, log2_units=8)
    biases = []
    for step in (0.2, 0.1):
        law = wide_langevin(inputs, targets, tests, ridge=0.5, step=step, friction=0.4)
        biases.append(law.variance.sum() / theory.variance.sum() - 1)
        np.testing.assert_allclose(law.mean, theory.mean, atol=0.02 * step**2)
    assert biases[0] > 0
    assert biases[0] / biases[1] == pytest.approx(4.0, rel=0.1)
    with pytest.raises(BadInput, match="do not fit"):
        wide_langevin(inputs, targets[:3], tests, ridge=0.5, step=0.1, friction=0.4)
