"""First-order fluctuations against linear networks, whose finite-width posterior and fixed-data solutions are exact."""

from dataclasses import astuple, replace

import numpy as np
import pytest
from helpers_adaptation import SMALL
from scipy.stats import chi2

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import FLUCTUATING, RESPONSE, Approximation, solve, staircase
from fieldbench.theory.adaptation.connected import connected_action
from fieldbench.theory.adaptation.overlaps import LINEAR
from fieldbench.theory.fluctuations import fluctuations, observables
from fieldbench.theory.fluctuations.prediction import first_order

SADDLE = Approximation("saddle", degree=FLUCTUATING.degree)


def predicted(problem, theory):
    found = observables(solve(problem, theory))
    return np.array([found.linear, found.overlap_variance, found.transverse_variance])


def finite_width_posterior(dimension, noise, width, chi):
    """Exact means of a linear network on infinitely many samples, noise = κ/n.

    f = β·x with β | a ~ N(0, s I), s = |a|²/d and Nχ|a|² ~ χ²_N; given a, β meets the Gaussian likelihood of variance
    κ/(nχ), and of the weights only their combination along a has moved: one integral over |a|².
    """
    draw = np.linspace(1e-3, 20.0 * width, 200_001)
    square = draw / (width * chi)
    prior, likelihood = square / dimension, noise / chi
    log_weight = chi2.logpdf(draw, width) - 0.5 * dimension * np.log(prior + likelihood) - 0.5 / (prior + likelihood)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    mean, variance = prior / (prior + likelihood), prior * likelihood / (prior + likelihood)
    moved = dimension * np.array([weight @ ((mean**2 + variance) / square), weight @ (variance / square)])
    return np.array([weight @ mean, *((width - 1 + moved) / width)])


def test_posterior_fluctuations_leave_an_error_of_second_order_in_the_width():
    errors = []
    for width in (100, 200, 400):
        chi = 0.5 * width
        problem = staircase(
            dimension=12, samples=10**9, width=width, ridge=0.05e9, chi=chi, cubic=0.0, activation=LINEAR
        )
        exact = finite_width_posterior(12, 0.05, width, chi)
        errors.append([predicted(problem, SADDLE) - exact, predicted(problem, FLUCTUATING) - exact])
    saddle, corrected = np.swapaxes(np.abs(errors), 0, 1)
    np.testing.assert_allclose(saddle[1:] / saddle[:-1], 0.5, rtol=0.05)
    np.testing.assert_allclose(corrected[1:] / corrected[:-1], 0.25, rtol=0.1)
    assert np.all(corrected[0] < 0.02 * saddle[0])


def fixed_data_means(dimension, samples, ridge, strength, draws, generator):
    """L1, d⟨m²⟩, d⟨w_⊥²⟩ of infinitely wide linear networks, exact on each of many data sets: means and errors.

    With S = XᵀX: u = Xᵀt = (QS/d + κ)^{-1} S v, 1 − 1/Q = g|u|²/d, f = Q u·x/d, and the weights' covariance is (d − g
    u uᵀ)^{-1}.
    """
    x = generator.standard_normal((draws, samples, dimension))
    eigenvalues, vectors = np.linalg.eigh(np.einsum("rni,rnj->rij", x, x))
    along = vectors[:, 0, :]
    lower, upper = np.zeros(draws), np.full(draws, 20.0)
    for _ in range(60):
        middle = 0.5 * (lower + upper)
        scale = np.exp(middle)[:, None]
        quadratic = ((along * eigenvalues / (scale * eigenvalues / dimension + ridge)) ** 2).sum(axis=1) / dimension
        too_small = 1 - 1 / scale[:, 0] < strength * quadratic
        lower, upper = np.where(too_small, middle, lower), np.where(too_small, upper, middle)
    u = np.einsum("rij,rj->ri", vectors, along * eigenvalues / (scale * eigenvalues / dimension + ridge))
    square = (u**2).sum(axis=1)
    stretch = strength / (dimension - strength * square)
    across = (dimension - 1 + stretch * (square - u[:, 0] ** 2)) / (dimension - 1)
    values = np.stack([scale[:, 0] * u[:, 0] / dimension, 1 + stretch * u[:, 0] ** 2, across])
    return values.mean(axis=1), values.std(axis=1) / np.sqrt(draws)


def test_scatter_over_data_turns_the_transverse_weights():
    mean, error = fixed_data_means(20, 100, 2.0, 0.5, 1500, np.random.default_rng(0))
    problem = staircase(dimension=20, samples=100, width=10**9, ridge=2.0, chi=0.5e9, cubic=0.0, activation=LINEAR)
    saddle, corrected = predicted(problem, SADDLE) - mean, predicted(problem, FLUCTUATING) - mean
    # the transverse variance is prior without the scatter, by 30 standard errors and more
    assert abs(saddle[2]) > 30 * error[2]
    assert abs(corrected[2]) < 0.05 * abs(saddle[2]) + 3 * error[2]
    # the rest is of order (d/n)² = .04, relative to what is not learned
    assert np.all(np.abs(corrected[:2]) < [0.04 * (1 - mean[0]) + 3 * error[0], 0.04 * mean[1]])


def test_at_standard_scaling_the_action_is_the_connected_term():
    problem = staircase(dimension=20, samples=10**9, width=10**6, ridge=0.02e9, chi=1.0, cubic=-0.1)
    solution = solve(problem, FLUCTUATING)
    connected = connected_action(solution.equations.sectors, solution.neurons, problem, solution.effective_ridge)
    action = fluctuations(solution).action
    occupied = solution.neurons.weights > 1e-8
    np.testing.assert_allclose(action[occupied], connected[occupied], rtol=1e-3)


def test_corrections_vanish_with_width_and_samples():
    problem = staircase(dimension=42, samples=10**9, width=10**9, ridge=0.006e9, chi=1e9, cubic=-0.1)
    solution = solve(problem, FLUCTUATING)
    corrected = fluctuations(solution)
    np.testing.assert_allclose(corrected.shift, 0.0, atol=1e-5)
    np.testing.assert_allclose(corrected.predictor, solution.predictor, atol=1e-7)
    np.testing.assert_allclose(first_order(solution).overlap_variance, solution.overlap_variance, rtol=1e-6)


def test_corrections_of_every_observable_halve_when_the_problem_doubles():
    """n, N, χ and κ times s at fixed d: 1/χ and d/n fall as 1/s, and the saddle stays where it is."""
    gaps = []
    for s in (40, 80):
        problem = replace(SMALL, samples=s * 100, width=s * 30, ridge=s * 1.0, chi=s * 30.0)
        plain, corrected = observables(solve(problem, SADDLE)), first_order(solve(problem, FLUCTUATING))
        gaps.append(np.array(astuple(corrected)[:5]) - astuple(plain)[:5])
    assert np.all(np.abs(gaps[0]) > 1e-6)
    np.testing.assert_allclose(gaps[1] / gaps[0], 0.5, rtol=0.05)


@pytest.mark.parametrize(
    ("problem", "theory", "words"),
    [(replace(SMALL, chi=0.0), FLUCTUATING, "chi = 0"), (SMALL, RESPONSE, "response approximation is not closed")],
)
def test_what_cannot_fluctuate_is_refused(problem, theory, words):
    with pytest.raises(BadInput, match=words):
        fluctuations(solve(problem, theory))
