"""What first-order fluctuations leave: the second order they feed back, and the bound on the scatter's structure."""

from dataclasses import astuple, replace

import numpy as np
import pytest
from helpers_adaptation import SMALL, slide_problem
from test_adaptation_fluctuations import finite_width_posterior

from fieldbench.theory.adaptation import (
    FLUCTUATING,
    Approximation,
    observables,
    scatter_bound,
    second_order,
    solve,
    staircase,
)
from fieldbench.theory.adaptation.overlaps import LINEAR


def numbers(found):
    return np.array(astuple(found)[:5])


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
def test_the_bound_holds_the_isotropic_scatter_and_vanishes_with_it(cubic):
    """ρ(w) = 0 is one of the structures allowed: no scatter at all."""
    solution = solve(slide_problem(0.08, cubic=cubic), FLUCTUATING)
    effect = numbers(observables(solution)) - numbers(observables(solution, scatter=False))
    bound = numbers(scatter_bound(solution))
    assert np.all(bound >= np.abs(effect) * (1 - 1e-9))
    assert np.all(bound > 0)
    many = replace(solution.problem, samples=10**9, ridge=solution.problem.ridge * 10**9 / solution.problem.samples)
    np.testing.assert_allclose(numbers(scatter_bound(solve(many, FLUCTUATING))), 0.0, atol=1e-4 * bound.max())


def test_the_posterior_alone_is_what_infinitely_many_samples_leave():
    few = replace(SMALL, samples=100, ridge=1.0)
    solution = solve(few, FLUCTUATING)
    plain = observables(solve(few, Approximation("saddle")))
    posterior = numbers(observables(solution, scatter=False)) - numbers(plain)
    whole = numbers(observables(solution)) - numbers(plain)
    assert not np.allclose(posterior, whole, rtol=1e-3)
    # without scatter nothing is left when the posterior is sharp
    sharp = solve(replace(few, width=10**7, chi=few.chi * 10**7 / few.width), FLUCTUATING)
    saddle = observables(solve(sharp.problem, Approximation("saddle")))
    np.testing.assert_allclose(numbers(observables(sharp, scatter=False)), numbers(saddle), atol=1e-5)
