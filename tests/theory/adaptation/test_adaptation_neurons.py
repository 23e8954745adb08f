"""The measure over overlap and radius, against adaptive quadrature and against sampled weights."""

import math

import numpy as np
import pytest
from helpers_adaptation import SMALL
from scipy.integrate import dblquad

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import COMPLETE, RESPONSE, AlignedMode, FoldMode, Problem, solve, staircase
from fieldbench.theory.adaptation.modes import aligned_modes
from fieldbench.theory.adaptation.neurons import neuron_grid, tilted
from fieldbench.theory.adaptation.overlaps import ERF, LINEAR, RELU


@pytest.mark.parametrize("dimension", [4, 12, 150])
@pytest.mark.parametrize("activation", [ERF, RELU])
def test_prior_moments_are_those_of_a_gaussian_weight(dimension, activation):
    problem = staircase(
        dimension=dimension,
        samples=9,
        width=9,
        ridge=1.0,
        chi=0.0,
        cubic=0.0,
        activation=activation,
        weight_variance=0.7,
    )
    grid = neuron_grid(problem, frozen_radius=False)
    prior = tilted(grid, np.zeros_like(grid.m), 0.0)
    per_component = 0.7 / dimension
    transverse = dimension - 1
    moments = {
        "m²": (prior.mean(grid.m**2), per_component),
        "m⁴": (prior.mean(grid.m**4), 3 * per_component**2),
        "r": (prior.mean(grid.r), transverse * per_component),
        "r²": (prior.mean(grid.r**2), transverse * (transverse + 2) * per_component**2),
        "m²r": (prior.mean(grid.m**2 * grid.r), transverse * per_component**2),
    }
    for found, expected in moments.values():
        # three transverse dimensions spread r over decades, which the trapezoids in log r pay for
        np.testing.assert_allclose(found, expected, rtol=1e-6 if dimension == 4 else 1e-9)


def test_moments_at_a_solution_against_adaptive_quadrature():
    solution = solve(SMALL, RESPONSE)
    problem, t = solution.problem, solution.discrepancy
    d, variance, strength = problem.dimension, problem.weight_variance, problem.chi / problem.width

    def density(r, m, weight=lambda m, r: 1.0):
        s = 1.0 / math.sqrt(1.0 + 2.0 * (r + m * m))
        terms = zip(t, (2.0, -4.0, 24.0, -240.0), (1, 3, 5, 7), strict=True)
        field = sum(c * a / math.sqrt(math.pi * math.factorial(k)) * (m * s) ** k for c, a, k in terms)
        action = d * (m * m + r) / (2 * variance) - 0.5 * (d - 3) * math.log(r) - 0.5 * strength * field**2
        return math.exp(-action - 20.0) * weight(m, r)

    def integral(weight):
        return dblquad(density, 0.0, 3.0, 1e-9, 4.0, args=(weight,), epsabs=0.0, epsrel=1e-9)[0]

    total = integral(lambda m, r: 1.0)
    np.testing.assert_allclose(solution.overlap_variance, d * integral(lambda m, r: m * m) / total, rtol=1e-7)
    np.testing.assert_allclose(solution.transverse_variance, d / (d - 1) * integral(lambda m, r: r) / total, rtol=1e-7)


def test_mode_overlaps_and_norms_by_sampling():
    # an independent meaning: plain Monte Carlo over inputs, at 4 standard errors
    generator = np.random.default_rng(5)
    dimension, draws = 6, 400_000
    x = generator.standard_normal((draws, dimension))
    w = np.array([0.6, 0.5, -0.3, 0.2, 0.4, -0.1])
    z, square, response = x[:, 0], (x[:, 1:] ** 2).sum(axis=1), np.maximum(x @ w, 0.0)
    m, r = np.array([w[0]]), np.array([np.sum(w[1:] ** 2)])
    polynomials = {
        AlignedMode(0, 1): square - 5,
        AlignedMode(1, 1): z * (square - 5),
        AlignedMode(2, 1): (z**2 - 1) * (square - 5),
        AlignedMode(0, 2): square**2 - 14 * square + 35,
        FoldMode(): np.abs(z) - math.sqrt(2 / math.pi),
    }
    for mode, values in polynomials.items():
        for found, sample in (
            (mode.overlap(RELU, m, r)[0], values * response),
            (mode.square_norm(dimension), values**2),
        ):
            assert abs(found - sample.mean()) < 4 * sample.std() / math.sqrt(draws), mode


def test_modes_an_activation_cannot_express_are_left_out():
    assert aligned_modes(ERF, 3) == (AlignedMode(1), AlignedMode(3), AlignedMode(1, 1))
    assert aligned_modes(LINEAR, 7) == (AlignedMode(1),)
    assert [mode.degree for mode in aligned_modes(RELU, 4)] == [0, 1, 2, 2, 4, 4, 4]


def test_overlap_variance_does_not_depend_on_the_grid():
    from fieldbench.theory.adaptation import neurons

    fine = solve(SMALL, COMPLETE).overlap_variance
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neurons, "OVERLAP_STEP", 0.25)
        patch.setattr(neurons, "RADIUS_STEP", 0.3)
        np.testing.assert_allclose(solve(SMALL, COMPLETE).overlap_variance, fine, rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ridge": -1.0}, "ridge is -1.0"),
        ({"ridge": float("nan")}, "ridge is nan"),
        ({"samples": 0}, "samples is 0"),
        ({"width": 0}, "width is 0"),
        ({"dimension": 3}, "dimension 3"),
        ({"chi": -2.0}, "chi is -2.0"),
        ({"cubic": float("inf")}, "finite coefficients"),
    ],
)
def test_bad_problems_are_refused(change, words):
    good = {"dimension": 10, "samples": 20, "width": 5, "ridge": 1.0, "chi": 1.0, "cubic": 0.1}
    with pytest.raises(BadInput, match=words):
        staircase(**(good | change))


def test_a_target_without_modes_and_a_foreign_fold_are_refused():
    with pytest.raises(BadInput, match="at least one mode"):
        Problem(10, 20, 5, 1.0, 1.0, ())
    with pytest.raises(BadInput, match="relu only"):
        FoldMode().overlap(ERF, np.ones(1), np.ones(1))
    with pytest.raises(BadInput, match="powers"):
        AlignedMode(-1)
