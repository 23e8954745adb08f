"""The ridge at an input against Gaussian processes solved exactly on drawn data, and against its own limits."""

import math

import numpy as np
import pytest
from helpers_adaptation import exact_process, slide_problem

from fieldbench.theory.adaptation import FLUCTUATING, linear_and_cubic, solve, staircase
from fieldbench.theory.adaptation.overlaps import ERF, LINEAR, RELU
from fieldbench.theory.fluctuations import discrepancy_at_local_ridge, ridge_at_an_input, saddle
from fieldbench.theory.fluctuations.places import radial, radii
from fieldbench.theory.fluctuations.sections import hermite, points_along, section


def test_a_gaussian_process_is_off_its_effective_ridge_by_the_ridge_at_an_input():
    """What is left is the 1/n of a finite regression, at most L(1 − L)/n."""
    exact, error = exact_process(20, 280, 0.6, 200, np.random.default_rng(7))
    lazy = staircase(dimension=20, samples=280, width=10**6, ridge=0.6, chi=1e-3, cubic=0.0)
    solution = solve(lazy, FLUCTUATING)
    moved = solution.equations.state(discrepancy_at_local_ridge(solution)).neurons
    uniform = saddle(solution).linear
    shift = linear_and_cubic(solution.problem, moved)[0] - uniform
    finite = uniform * (1 - uniform) / 280
    assert uniform - exact > 25 * error
    assert -finite - 3 * error < exact - (uniform + shift) < 3 * error


@pytest.mark.parametrize(("activation", "off"), [(ERF, 0.01), (RELU, 0.12)])  # a kink costs 24 points a tenth
def test_sections_are_the_variance_over_directions_and_its_first_harmonic(activation, off):
    grid = solve(staircase(dimension=20, samples=280, width=10**6, ridge=0.6, chi=1e-3, cubic=0.0), FLUCTUATING)
    points, (xi, weights) = grid.neurons.grid, np.polynomial.hermite_e.hermegauss(150)
    weights = weights / weights.sum()
    cut, z = section(activation, points, 1.3), points_along(activation.odd)[0]
    for place, at in ((3, 500), (10, 1500)):
        values = activation.function(points.m[at] * z[place] + math.sqrt(points.r[at] * 1.3) * xi)
        whole = weights @ values**2 - (weights @ values) ** 2
        np.testing.assert_allclose(cut.whole[place, at], whole, rtol=off, atol=1e-4)
        np.testing.assert_allclose(cut.first[place, at], weights @ (values * xi), rtol=off, atol=1e-4)


def test_the_modes_at_places_and_radii_are_orthonormal():
    z, weights = points_along(False)
    ratios, ratio_weights = radii(19, 5)
    values = [np.outer(radial(p, ratios, 19), hermite(a, z)) for a, p in ((1, 0), (3, 0), (1, 1), (3, 1), (1, 2))]
    products = np.einsum("irz,jrz,r,z->ij", values, values, ratio_weights, weights)
    np.testing.assert_allclose(products, np.eye(5), atol=1e-6)


def test_it_averages_to_the_effective_ridge_and_is_flat_where_neurons_do_not_saturate():
    solution = solve(slide_problem(0.08, cubic=-0.1), FLUCTUATING)
    np.testing.assert_allclose(ridge_at_an_input(solution).mean(), solution.effective_ridge, rtol=1e-12)
    # The spectrum's own average differs by what the higher harmonics learn, a few per cent.
    np.testing.assert_allclose(ridge_at_an_input(solution, levelled=False).mean(), solution.effective_ridge, rtol=0.05)
    linear = staircase(dimension=30, samples=300, width=100, ridge=1.0, chi=100.0, cubic=0.0, activation=LINEAR)
    at = ridge_at_an_input(solve(linear, FLUCTUATING))
    np.testing.assert_allclose(at.ridge, np.broadcast_to(at.ridge[:, :1], at.ridge.shape), rtol=1e-9)
