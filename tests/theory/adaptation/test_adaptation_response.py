"""The response spectrum: symmetry, Ward identity, finite differences, sum rule, and the effective ridge it sets."""

import math
from itertools import pairwise

import numpy as np
import pytest
from helpers_adaptation import SMALL, slide_problem
from scipy.integrate import quad
from scipy.stats import chi2

from fieldbench.theory.adaptation import RESPONSE, Approximation, solve, staircase
from fieldbench.theory.adaptation.closure import closure
from fieldbench.theory.adaptation.neurons import neuron_grid, tilted
from fieldbench.theory.adaptation.overlaps import ERF, RELU
from fieldbench.theory.adaptation.response import SectorSpectrum, sector_kernel, sector_spectrum, sectors
from fieldbench.theory.kernels import sphere


def prior_sectors(problem, degree):
    grid = neuron_grid(problem, frozen_radius=False)
    return sectors(problem, grid, degree), tilted(grid, np.zeros_like(grid.m), 0.0)


@pytest.mark.parametrize("activation", [ERF, RELU])
def test_without_a_field_the_spectrum_forgets_the_direction(activation):
    # every eigenvalue of an O(d)-invariant kernel recurs in all sectors its harmonic meets
    problem = staircase(dimension=9, samples=50, width=5, ridge=1.0, chi=0.0, cubic=0.1, activation=activation)
    found, prior = prior_sectors(problem, 5 if activation is ERF else 4)
    values = [np.linalg.eigvalsh(sector_kernel(sector, prior, problem, response=True)) for sector in found]
    for larger, smaller in pairwise(values):
        # homogeneous activations leave radial modes without weight
        for value in smaller[smaller > 1e-12 * smaller.max()]:
            # D_k of relu is singular at q = 0, which costs the trapezoids in m some digits
            assert np.min(np.abs(larger / value - 1.0)) < (1e-8 if activation is ERF else 1e-4)


def test_eigenvalues_of_the_lazy_kernel_by_arbitrary_means():
    # harmonic cubics of an O(d)-invariant erf kernel: E_q[D_3(q)² q³]/(d(d+2)(d+4)), q = |w|² ~ σ_w² χ²_d/d
    problem = staircase(dimension=9, samples=50, width=5, ridge=1.0, chi=0.0, cubic=0.1)
    found, prior = prior_sectors(problem, 3)

    def integrand(u):
        q = u / 9
        return 16 / math.pi / (1 + 2 * q) ** 3 * q**3 * chi2.pdf(u, 9)

    expected = quad(integrand, 0, 120, epsabs=0, epsrel=1e-11)[0] / (9 * 11 * 13)
    last = sector_kernel(found[3], prior, problem, response=False)
    np.testing.assert_allclose(last, [[expected]], rtol=1e-9)


def test_sum_rule_of_the_lazy_kernel():
    problem = slide_problem(0.08)
    found, prior = prior_sectors(problem, 7)
    modes = sector_spectrum(found, prior, problem, response=False)
    total = float(modes.degeneracies @ modes.eigenvalues) + modes.tail

    def diagonal(u):
        q = u / 42
        return 2 / math.pi * math.asin(2 * q / (1 + 2 * q)) * chi2.pdf(u, 42)

    np.testing.assert_allclose(total, quad(diagonal, 0, 300, epsrel=1e-10)[0], rtol=1e-8)
    # degrees beyond 7 hold a percent of the weight or less
    assert 0 < modes.tail < 0.01 * total


@pytest.mark.parametrize("problem", [SMALL, slide_problem(0.08)])
def test_ward_identity(problem):
    """Turning the teacher turns t and f alike: R⁽¹⁾ maps the turned t to the turned K t, at any strength."""
    theory = Approximation("ward", degree=5)
    solution = solve(problem, theory)
    aligned, turning = solution.equations.sectors[0], solution.equations.sectors[1]
    response = sector_kernel(turning, solution.neurons, problem, response=True)
    kernel = sector_kernel(aligned, solution.neurons, problem, response=False)
    scale = {mode: math.sqrt(mode.square_norm(problem.dimension)) for mode in aligned.modes}

    def turned(values):
        # z → z + θ x_i: He_a(z) :|x_⊥|²ᵖ: → a He_{a−1} x_i :|x_⊥|²ᵖ: − 2p z He_a x_i :|x_⊥|²ᵖ⁻²:, Wick-ordered
        coefficients = dict.fromkeys(turning.modes, 0.0)
        for mode, value in zip(aligned.modes, values, strict=True):
            bare = value / scale[mode]
            for a, p, factor in (
                (mode.power - 1, mode.radial, mode.power),
                (mode.power + 1, mode.radial - 1, -2 * mode.radial),
            ):
                for target in turning.modes:
                    if factor and (target.power, target.radial) == (a, p):
                        coefficients[target] += factor * bare
        transverse = problem.dimension - 1
        # relative to the norm of x_i, which t and f share
        norms = [
            math.sqrt(
                math.factorial(mode.power)
                * math.prod(2 * (i + 1) * (transverse + 2 + 2 * i) for i in range(mode.radial))
            )
            for mode in turning.modes
        ]
        return np.array([coefficients[mode] for mode in turning.modes]) * norms

    np.testing.assert_allclose(
        response @ turned(solution.discrepancy), turned(kernel @ solution.discrepancy), rtol=1e-6, atol=1e-9
    )


def test_aligned_response_is_the_derivative_of_the_predictor():
    equations = closure(SMALL, Approximation("any", degree=5))
    t = solve(SMALL, equations.approximation).discrepancy
    state = equations.state(t)
    response = sector_kernel(equations.sectors[0], state.neurons, SMALL, response=True)
    order = [equations.sectors[0].modes.index(mode) for mode in equations.modes]
    for i in range(len(t)):
        step = 1e-4 * np.eye(len(t))[i]
        above, below = (equations.state(t + sign * step).kernel @ (t + sign * step) for sign in (1.0, -1.0))
        np.testing.assert_allclose((above - below) / 2e-4, response[np.ix_(order, order)][i], rtol=1e-5, atol=1e-9)


def test_sectors_split_the_harmonics_on_the_whole_sphere():
    """The harmonics of degree l in d variables are those of degrees j ≤ l in d − 1, once each."""
    found, _ = prior_sectors(SMALL, 5)
    counts = {sector.order: sector.degeneracy for sector in found}
    assert sorted(counts) == list(range(6))
    for degree in range(6):
        assert sum(counts[order] for order in range(degree + 1)) == sphere.degeneracy(degree, SMALL.dimension)


def test_effective_ridge_of_a_flat_spectrum_is_the_root_of_a_quadratic():
    value, count, samples, ridge = 0.3, 40, 100, 0.05
    flat = SectorSpectrum(np.array([value]), np.array([float(count)]), 0.0)
    # κ_eff² + κ_eff((n − D)λ − κ) − nλκ = 0
    b = (samples - count) * value - ridge
    expected = 0.5 * (-b + math.sqrt(b * b + 4 * samples * value * ridge))
    found = flat.effective_ridge(samples, ridge)
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    learned = samples * value / (samples * value + expected)
    np.testing.assert_allclose(flat.discrepancy_factor(samples, found), samples / (samples - count * learned**2))


def test_effective_ridge_survives_tiny_ridges():
    flat = SectorSpectrum(np.array([1.0]), np.array([10.0]), 0.0)
    found = flat.effective_ridge(100, 1e-14)
    np.testing.assert_allclose(found, 1e-14 / 0.9, rtol=1e-6)


def test_response_raises_the_ridge_above_that_of_the_kernel():
    kernel_ridge = solve(SMALL, Approximation("kernel", RESPONSE.modes, ridge="kernel")).effective_ridge
    assert SMALL.ridge < kernel_ridge < solve(SMALL, RESPONSE).effective_ridge
