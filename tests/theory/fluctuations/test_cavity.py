"""Samples in the field of the others: exact linear networks, exact regression, sampled networks, and its own limits."""

from dataclasses import astuple, replace

import numpy as np
import pytest
from helpers_adaptation import SMALL, exact_process, slide_problem
from test_discrepancy import finite_width_posterior, fixed_data_means

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import FLUCTUATING, RESPONSE, Approximation, solve, staircase
from fieldbench.theory.adaptation.overlaps import ERF, LINEAR
from fieldbench.theory.fluctuations import cavity, observables
from fieldbench.theory.fluctuations.places import angles, places, radii

SADDLE = Approximation("saddle")


def numbers(found):
    return np.array(astuple(found)[:5])


def predicted(problem, **kept):
    found = cavity(solve(problem, SADDLE), **kept).observables()
    return np.array([found.linear, found.overlap_variance, found.transverse_variance])


def linear_network(dimension, samples, width, ridge, chi):
    return staircase(
        dimension=dimension, samples=samples, width=width, ridge=ridge, chi=chi, cubic=0.0, activation=LINEAR
    )


def test_a_finite_linear_network_on_infinitely_many_samples_is_right_to_second_order():
    errors = []
    for width in (100, 200, 400):
        exact = finite_width_posterior(12, 0.05, width, 0.5 * width)
        errors.append(np.abs(predicted(linear_network(12, 10**9, width, 0.05e9, 0.5 * width)) - exact))
    # Of second order: a sixteenth at four times the width. The transverse variance is at the iteration's tolerance.
    assert np.all(errors[2][:2] < errors[0][:2] / 8)
    saddle = observables(solve(linear_network(12, 10**9, 100, 0.05e9, 50.0), SADDLE))
    exact = finite_width_posterior(12, 0.05, 100, 50.0)
    off = np.abs([saddle.linear, saddle.overlap_variance, saddle.transverse_variance] - exact)
    assert np.all(errors[0] < 0.02 * off)


def test_an_infinitely_wide_linear_network_on_drawn_data():
    """The aligned mode's own share of a sample, 1/n, is there: three quarters of what is off without it."""
    mean, error = fixed_data_means(20, 100, 2.0, 0.5, 3000, np.random.default_rng(0))
    of = linear_network(20, 100, 10**9, 2.0, 0.5e9)
    saddle = observables(solve(of, SADDLE))
    before = np.array([saddle.linear, saddle.overlap_variance, saddle.transverse_variance]) - mean
    after = predicted(of) - mean
    assert abs(after[2]) < 0.01 * abs(before[2]) + 3 * error[2]
    # d/n = .2 of what finite n does
    assert np.all(np.abs(after[:2]) < 0.2 * np.abs(before[:2]) + 3 * error[:2])


def test_exact_regression_with_a_saturating_kernel_learns_as_much():
    """A Gaussian process has no neurons to turn: what is left of the theory is the ridge at each input and its 1/n."""
    exact, error = exact_process(20, 280, 0.6, 200, np.random.default_rng(7))
    lazy = staircase(dimension=20, samples=280, width=10**6, ridge=0.6, chi=1e-3, cubic=0.0)
    uniform = observables(solve(lazy, SADDLE)).linear
    found = cavity(solve(replace(lazy, width=10**12, chi=1e3), SADDLE)).observables().linear
    assert uniform - exact > 25 * error
    assert abs(found - exact) < 0.15 * (uniform - exact) + 3 * error


@pytest.mark.parametrize(
    ("cubic", "linear", "overlap", "transverse"),
    [(-0.1, 0.91447, 9.865, 0.8650), (0.0, 0.88512, 8.494, 0.8697), (0.1, 0.87012, 6.838, 0.9343)],
)
def test_sampled_networks_are_reached(cubic, linear, overlap, transverse):
    """β = .08, χ = N, 64 data sets, known to ± .001, .01 and .0005 (.001 at ε > 0, where overlaps are 1.6 % off)."""
    found = cavity(solve(slide_problem(0.08, cubic=cubic), SADDLE)).observables()
    assert abs(found.linear - linear) < 0.0025
    assert abs(found.overlap_variance - overlap) < (0.12 if cubic > 0 else 0.03)
    assert abs(found.transverse_variance - transverse) < (0.005 if cubic > 0 else 0.001)


def test_strong_samples_are_what_mends_the_cubic_at_negative_epsilon():
    """ε = −.1: E[f H_3]/6 is −.0453 ± .0003; a linear response to each sample says −.0459."""
    solution = solve(slide_problem(0.08, cubic=-0.1), SADDLE)
    linear, strong = (cavity(solution, strong=kept).observables() for kept in (False, True))
    assert abs(strong.cubic + 0.0453) < 0.0003 < abs(linear.cubic + 0.0453)


def test_what_fluctuates_halves_when_the_problem_doubles():
    """n, N, χ and κ times s at fixed d: 1/χ and d/n fall as 1/s, and the saddle stays where it is."""
    found = [
        numbers(
            cavity(
                solve(replace(SMALL, samples=s * 100, width=s * 30, ridge=s * 1.0, chi=s * 30.0), SADDLE)
            ).observables()
        )
        for s in (20, 40, 80)
    ]
    np.testing.assert_allclose((found[1] - found[2]) / (found[0] - found[1]), 0.5, rtol=0.1)


def test_a_start_and_a_border_change_the_road_and_little_else():
    solution = solve(slide_problem(0.08, cubic=-0.1), SADDLE)
    whole = cavity(solution)
    again, moved = cavity(solution, start=whole), cavity(solution, border=0.5, start=whole)
    np.testing.assert_allclose(numbers(again.observables()), numbers(whole.observables()), rtol=1e-4)
    apart = np.abs(numbers(moved.observables()) - numbers(whole.observables()))
    assert np.all(apart > 0)
    assert np.all(apart < 0.001 * np.abs(numbers(whole.observables())))
    assert np.isclose(whole.places.counts @ whole.ridge / 240, solution.effective_ridge, rtol=0.05)


def test_places_are_a_quadrature():
    at = places(solve(slide_problem(0.08, cubic=0.0), SADDLE))
    weights = at.counts / at.counts.sum()
    np.testing.assert_allclose((at.modes * weights) @ at.modes.T, np.eye(len(at.modes)), atol=1e-4)
    parts = sum(one**2 for one in at.harmonics) + at.beyond_square
    np.testing.assert_allclose(weights @ parts, ERF.second_moment(at.r + at.m**2), rtol=5e-3)
    xi, shares = angles(41)
    np.testing.assert_allclose([shares @ xi**2, shares @ xi**4], [1.0, 3 * 41 / 43])
    ratios, shares = radii(41)
    np.testing.assert_allclose([shares @ ratios, shares @ ratios**2], [1.0, 43 / 41])
    np.testing.assert_allclose(at.polynomials.T @ (at.angle_weights[:, None] * at.polynomials), np.eye(3), atol=1e-12)


@pytest.mark.parametrize(
    ("problem", "theory", "words"),
    [
        (replace(SMALL, chi=0.0), SADDLE, "chi = 0"),
        (replace(SMALL, patches=2), SADDLE, "patches = 2"),
        (SMALL, RESPONSE, "not closed in all aligned modes"),
        (slide_problem(0.08, cubic=0.3), FLUCTUATING, "do not settle"),
    ],
)
def test_what_cannot_be_taken_out_is_refused(problem, theory, words):
    with pytest.raises(BadInput, match=words):
        cavity(solve(problem, theory))
