"""What first-order fluctuations leave: the second order they feed back, and a share of the scatter."""

from dataclasses import astuple, replace

import numpy as np
import pytest
from helpers_adaptation import SMALL, slide_problem
from test_discrepancy import finite_width_posterior

from fieldbench.theory.adaptation import FLUCTUATING, sector_kernel, solve, staircase
from fieldbench.theory.adaptation.learnabilities import Observables, of_predictor
from fieldbench.theory.adaptation.overlaps import LINEAR
from fieldbench.theory.fluctuations import fed_back, observables, saddle, scatter_of
from fieldbench.theory.fluctuations.prediction import first_order


def numbers(found):
    return np.array(astuple(found)[:5])


def second_order(solution):
    """How far the first order, fed back on itself, moves each observable from what `fluctuations` makes of it."""
    now, predictor = fed_back(solution)
    grid = now.neurons.grid
    moved = of_predictor(now, predictor, square=now.neurons.mean(grid.m**2), transverse=now.neurons.mean(grid.r))
    return Observables(*np.subtract(astuple(moved), astuple(first_order(solution))))


def scatter_effect(solution):
    """What the scatter of the data contributes to each observable, to first order."""
    problem, equations, neurons = solution.problem, solution.equations, solution.neurons
    noise, grid = solution.effective_ridge / problem.samples, neurons.grid
    response = sector_kernel(equations.sectors[0], neurons, problem, response=True)
    action, pull = scatter_of(solution)
    shift = np.linalg.solve(response + noise * np.eye(len(response)), pull.sum(axis=1))
    answer = problem.strength * neurons.field * (shift @ equations.overlaps) - action

    def of_neurons(values):
        return neurons.mean((values - neurons.mean(values)) * answer)

    return of_predictor(solution, -noise * shift, square=of_neurons(grid.m**2), transverse=of_neurons(grid.r))


def test_what_is_fed_back_is_of_second_order():
    """n, N, χ and κ times s at fixed d: a quarter of it is left where the first order halves."""
    found = [
        numbers(
            second_order(solve(replace(SMALL, samples=s * 100, width=s * 30, ridge=s * 1.0, chi=s * 30.0), FLUCTUATING))
        )
        for s in (40, 80)
    ]
    assert np.all(np.abs(found[0]) > 1e-9)
    np.testing.assert_allclose(found[1] / found[0], 0.25, rtol=0.1)


def test_it_has_the_size_of_what_exact_linear_networks_show():
    """Infinitely many samples: what first order misses of the exact posterior, and what feeding back says it misses."""
    problem = staircase(dimension=12, samples=10**9, width=50, ridge=0.05e9, chi=25.0, cubic=0.0, activation=LINEAR)
    solution = solve(problem, FLUCTUATING)
    first, fed_back = observables(solution), second_order(solution)
    exact = finite_width_posterior(12, 0.05, 50, 25.0)
    missed = exact - np.array([first.linear, first.overlap_variance, first.transverse_variance])
    said = np.array([fed_back.linear, fed_back.overlap_variance, fed_back.transverse_variance])
    assert np.all(np.abs(missed) < 3 * np.abs(said))


@pytest.mark.parametrize("cubic", [-0.1, 0.0, 0.1])
def test_the_scatters_effect_vanishes_with_it(cubic):
    """It is what `fluctuations` has of it: with infinitely many samples at the same noise nothing is left."""
    solution = solve(slide_problem(0.08, cubic=cubic), FLUCTUATING)
    effect = numbers(scatter_effect(solution))
    many = replace(solution.problem, samples=10**9, ridge=solution.problem.ridge * 10**9 / solution.problem.samples)
    left = numbers(scatter_effect(solve(many, FLUCTUATING)))
    np.testing.assert_allclose(left, 0.0, atol=1e-4 * np.abs(effect).max())


@pytest.mark.parametrize("cubic", [-0.1, 0.05])
def test_the_parts_of_the_first_order_add_up(cubic):
    """A sharp posterior leaves the scatter alone: first order less saddle is its effect."""
    sharp = solve(replace(slide_problem(0.08, cubic=cubic), width=10**7, chi=1e7), FLUCTUATING)
    np.testing.assert_allclose(
        numbers(first_order(sharp)) - numbers(saddle(sharp)), numbers(scatter_effect(sharp)), rtol=1e-3, atol=1e-5
    )
