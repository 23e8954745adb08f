"""The density of |w·v|: the prior's, brute-force quadrature of the action, and fluctuations in the exponent."""

import math

import numpy as np
import pytest
from scipy import special

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import FLUCTUATING, RESPONSE, solve, staircase
from fieldbench.theory.adaptation.overlaps import RELU
from fieldbench.theory.fluctuations import fluctuations
from fieldbench.theory.transition import beyond, fluctuating, log_density

SOURCE = {
    "dimension": 53, "samples": 375, "width": 88, "chi": 88.0, "cubic": -0.3, "weight_variance": 0.5,
    "readout_variance": 2.86,
}  # fmt: skip
THRESHOLDS = np.arange(16) / 10


def by_brute_force(solution):
    """∫dr e^{−S} on a grid five times as fine, the field from t and the overlaps' own formula."""
    p, t = solution.problem, solution.discrepancy
    m, r = np.linspace(0, 3, 3001), np.linspace(0.02, 1.6, 1200)
    q = r + m[:, None] ** 2
    signs = {1: 2, 3: -4, 5: 24, 7: -240}
    field = sum(
        t[i] * c / math.sqrt(math.pi) * (m[:, None] / np.sqrt(1 + 2 * q)) ** k / math.sqrt(math.factorial(k))
        for i, (k, c) in enumerate(signs.items())
    )
    d, w = p.dimension, p.weight_variance
    log = -d * (m[:, None] ** 2 + r) / (2 * w) + (d - 3) / 2 * np.log(r) + 0.5 * p.strength * field**2
    density = np.exp(log - log.max()).sum(axis=1)
    cumulative = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return 1 - np.interp(THRESHOLDS, m, cumulative) / cumulative[-1]


@pytest.mark.parametrize("noise", [0.3, 0.1])
def test_it_is_the_action_integrated_over_the_radius(noise):
    solution = solve(staircase(ridge=88 * noise, **SOURCE), RESPONSE)
    found, expected = beyond(solution.neurons, THRESHOLDS), by_brute_force(solution)
    assert found[0] == pytest.approx(1, abs=1e-4)
    seen = expected > 1e-6
    np.testing.assert_allclose(found[seen], expected[seen], rtol=3e-3)


def test_without_feature_learning_it_is_normal():
    solution = solve(staircase(ridge=10.0, **{**SOURCE, "chi": 0.0}), RESPONSE)
    expected = special.erfc(THRESHOLDS[:6] / math.sqrt(2 * 0.5 / 53))
    np.testing.assert_allclose(beyond(solution.neurons, THRESHOLDS[:6]), expected, rtol=1e-3)


def test_small_fluctuations_move_it_as_they_move_means():
    """In the exponent and to first order alike, where they are small: N and n large at the same noise."""
    problem = staircase(ridge=8800 * 0.3, **{**SOURCE, "samples": 37500, "width": 8800, "chi": 8800.0})
    solution = solve(problem, FLUCTUATING)
    first, (neurons, predictor) = fluctuations(solution), fluctuating(solution)
    square = solution.neurons.grid.m**2
    moved = first.mean(square) - solution.neurons.mean(square)
    assert neurons.mean(square) - solution.neurons.mean(square) == pytest.approx(moved, rel=0.05)
    np.testing.assert_allclose(predictor, first.predictor, rtol=1e-12)
    quiet = fluctuating(solution, scatter=False)[0].mean(square)
    assert abs(quiet - solution.neurons.mean(square)) != pytest.approx(abs(moved), rel=1e-3)


def test_what_it_cannot_do_is_refused():
    solution = solve(staircase(ridge=10.0, **SOURCE), RESPONSE)
    with pytest.raises(BadInput, match="must rise"):
        beyond(solution.neurons, np.array([0.3, 0.2]))
    even = solve(staircase(ridge=10.0, activation=RELU, **{**SOURCE, "cubic": 0.1, "chi": 1.0}), RESPONSE)
    with pytest.raises(BadInput, match="odd activation"):
        log_density(even.neurons)
