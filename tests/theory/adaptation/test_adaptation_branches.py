"""Solutions of the closure: closed forms, limits, uniqueness, ends of the branch, and failures that speak."""

import math
from dataclasses import replace

import numpy as np
import pytest
from helpers_adaptation import LINEAR_NETWORK, SMALL, invariant_chi, slide_problem
from scipy.optimize import brentq, root

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import (
    COMPLETE,
    KERNEL_RIDGE,
    RESPONSE,
    SLIDE,
    AlignedMode,
    Approximation,
    FoldMode,
    Problem,
    branches,
    follow,
    hermite_modes,
    rescaled_process,
    solve,
    staircase,
)
from fieldbench.theory.adaptation.overlaps import RELU
from fieldbench.theory.fluctuations import observables

APPROXIMATIONS = [SLIDE, KERNEL_RIDGE, RESPONSE, COMPLETE]


@pytest.mark.parametrize("approximation", APPROXIMATIONS, ids=lambda approximation: approximation.name)
@pytest.mark.parametrize("problem", [SMALL, slide_problem(0.08), slide_problem(0.2, cubic=0.1)])
def test_residual_vanishes_and_both_ends_meet(problem, approximation):
    lazy, aligned = follow(problem, approximation, "lazy"), follow(problem, approximation, "aligned")
    assert lazy.converged
    assert aligned.converged
    assert lazy.residual < 1e-9
    np.testing.assert_allclose(lazy.predictor, aligned.predictor, atol=1e-8)
    assert len(branches(problem, approximation)) == 1


def test_complete_neurons_pay_for_fluctuating_where_data_constrain_them():
    """COMPLETE has the connected term: that of its own neurons, which the data hold near the lazy radius."""
    full, without = solve(SMALL, COMPLETE), solve(SMALL, replace(COMPLETE, connected=False))
    assert without.equations.connected == 0.0
    own = full.equations.connected_at(full.discrepancy)
    occupied = full.neurons.weights > 1e-12
    # up to a constant, which is no change of the action
    np.testing.assert_allclose(np.ptp((own - full.equations.connected)[occupied]), 0.0, atol=1e-7)
    assert np.ptp(own[occupied]) > 0.1
    assert full.transverse_variance < 0.999 * without.transverse_variance


def test_linear_network_without_effective_ridge_has_its_closed_form():
    """1 − 1/x = (χσ_a²σ_w²/Nd) t², t = (σ_a²σ_w²x/d + κ/n)^{-1}: the variance ratio x of a linear network."""
    problem = LINEAR_NETWORK
    d, n = problem.dimension, problem.samples
    scale = problem.readout_variance * problem.weight_variance

    def equation(x):
        t = 1.0 / (scale * x / d + problem.ridge / n)
        return 1.0 - 1.0 / x - problem.strength * problem.weight_variance / d * t**2

    expected = brentq(equation, 1.0, 1e4, xtol=1e-12)
    solution = solve(problem, Approximation("linear", hermite_modes(1), ridge="bare"))
    np.testing.assert_allclose(solution.overlap_variance / problem.weight_variance, expected, rtol=1e-8)
    np.testing.assert_allclose(solution.transverse_variance, problem.weight_variance, rtol=1e-10)


def test_linear_network_with_response_ridge_has_its_closed_form():
    """One patch of a linear network: 1 − 1/x = s = g/(x + r)², κ_eff = κ + (1/d) Σ n_jρ_j κ_eff/(Pρ_j/d + κ_eff).

    The response spectrum is (n, ρ) = (1, x(1 + 2sx)) for the teacher and (d − 1, 1 + sx) for the rest.
    """
    problem = staircase(
        dimension=50, samples=200, width=100, ridge=1.0, chi=100.0, cubic=0.0, activation=LINEAR_NETWORK.activation
    )
    d, n, g = 50, 200, 1.0 * 50

    def equations(unknown):
        x, ridge = np.exp(unknown)
        r = ridge * d / n
        s = g / (x + r) ** 2
        modes = ((1, x * (1 + 2 * s * x)), (d - 1, 1 + s * x))
        total = problem.ridge + sum(count * rho * ridge / (n * rho / d + ridge) for count, rho in modes) / d
        return [1 - 1 / x - s, 1 - total / ridge]

    x, ridge = np.exp(root(equations, [2.0, 0.5], tol=1e-13).x)
    solution = solve(problem, RESPONSE)
    np.testing.assert_allclose(solution.overlap_variance, x, rtol=1e-7)
    np.testing.assert_allclose(solution.effective_ridge, ridge, rtol=1e-7)


@pytest.mark.parametrize("approximation", [KERNEL_RIDGE, RESPONSE], ids=lambda approximation: approximation.name)
def test_vanishing_strength_is_the_gaussian_process(approximation):
    # closed in the same modes as the process, so that the limit is exact
    approximation = replace(approximation, modes=None)
    process = rescaled_process(SMALL, scale=1.0)
    lazy = observables(solve(replace(SMALL, chi=0.0), approximation))
    np.testing.assert_allclose(
        [lazy.linear, lazy.cubic, lazy.harmonic, lazy.effective_ridge],
        [process.linear, process.cubic, process.harmonic, process.effective_ridge],
        rtol=1e-8,
    )
    np.testing.assert_allclose([lazy.overlap_variance, lazy.transverse_variance], SMALL.weight_variance, rtol=1e-8)
    # and it is approached linearly in the strength
    shift = [observables(solve(replace(SMALL, chi=chi), approximation)).linear - lazy.linear for chi in (1e-3, 2e-3)]
    np.testing.assert_allclose(shift[1] / shift[0], 2.0, rtol=1e-2)


def test_in_high_dimension_the_mean_radius_freezes():
    """⟨r⟩ → σ_w² as 1/d at fixed strength; that of aligned neurons does not: the slide's d⟨m²⟩ stays too large."""

    def gap(beta):
        problem = slide_problem(beta, chi=invariant_chi(beta))
        free = solve(problem, Approximation("free", hermite_modes(1, 3), ridge="bare"))
        frozen = solve(problem, SLIDE)
        return free.transverse_variance - 1.0, free.overlap_variance / frozen.overlap_variance

    near, far = gap(4.0), gap(64.0)
    np.testing.assert_allclose(far[0] / near[0], 0.25, rtol=0.05)
    np.testing.assert_allclose([near[1], far[1]], 0.89, atol=0.01)


def test_neurons_coexist_within_one_solution():
    """Grokking's first-order transition (arXiv:2310.03789): aligned neurons appear, and t is still unique."""
    sigma_a = 8.0 / 700

    def problem(ridge):
        return staircase(
            dimension=150,
            samples=3000,
            width=700,
            ridge=ridge,
            chi=1.0,
            cubic=-0.3,
            weight_variance=0.5,
            readout_variance=sigma_a,
        )

    # 1 − f_1 is the b of the source, in units of the target
    for ridge, discrepancy in ((0.30, 0.473), (0.20, 0.314), (0.15, 0.224), (0.10, 0.126)):
        (solution,) = branches(problem(ridge), SLIDE)
        np.testing.assert_allclose(1.0 - solution.predictor[0], discrepancy, atol=6e-4)
    grid = solution.neurons.grid
    valley, well = (np.interp(m, grid.m, solution.neurons.weights) for m in (0.55, 0.95))
    assert well > 50 * valley
    # two wells, m = 0 and |m| ≈ .95, and a percent of the neurons in the outer one
    assert 5e-3 < solution.neurons.mean((grid.m > 0.55).astype(np.float64)) < 5e-2


def test_fold_target_of_relu_is_learned_by_adaptation_and_not_by_the_process():
    """Fold target at ε = 0.3, κ = 1, d = 96, N = 750: sampled R1, R2 = .86, ~1.0 at n = 4d and .69, .69 at n = 2d."""
    target = 0.3 * math.sqrt(1 - 2 / math.pi)
    approximation = Approximation("relu", (AlignedMode(1), FoldMode()), degree=4)
    for samples, process, adapted in ((384, (0.448, 0.0070), (0.847, 0.961)), (192, (0.281, 0.0034), (0.673, 0.846))):
        problem = Problem(96, samples, 750, 1.0, 750.0, ((AlignedMode(1), 1.0), (FoldMode(), 0.3)), RELU)
        lazy = solve(replace(problem, chi=0.0), approximation).predictor
        np.testing.assert_allclose(lazy / [1.0, target], process, rtol=0.02)
        np.testing.assert_allclose(solve(problem, approximation).predictor / [1.0, target], adapted, rtol=0.002)


def test_a_strength_beyond_every_grid_fails_with_a_sentence():
    impossible = staircase(
        dimension=40,
        samples=4000,
        width=10,
        ridge=1e-6,
        chi=1e4,
        cubic=0.0,
        activation=LINEAR_NETWORK.activation,
        readout_variance=1e-4,
    )
    attempt = follow(impossible, Approximation("linear", hermite_modes(1), ridge="bare"))
    assert not attempt.converged
    assert "lower chi or raise the ridge" in attempt.message
    with pytest.raises(BadInput, match="lower chi or raise the ridge"):
        solve(impossible, attempt.approximation)
    with pytest.raises(BadInput, match="no branch of the linear approximation converges"):
        branches(impossible, attempt.approximation)


def test_newton_that_cannot_finish_says_so(monkeypatch):
    from fieldbench.theory.adaptation import closure

    monkeypatch.setattr(closure, "NEWTON_STEPS", 0)
    attempt = follow(SMALL, SLIDE)
    assert not attempt.converged
    assert "residual of" in attempt.message


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ridge": "none"}, "ridge rule 'none'"),
        ({"degree": 0}, "degree 0"),
        ({"connected": True, "frozen_radius": True}, "radius"),
        ({"connected": True, "fluctuations": True}, "contain the connected term"),
        ({"fluctuations": True, "ridge": "kernel"}, "leave modes and ridge alone"),
    ],
)
def test_impossible_theories_are_refused(change, words):
    with pytest.raises(BadInput, match=words):
        Approximation("bad", **change)


@pytest.mark.usefixtures("unchecked")
def test_unknown_branch_is_refused():
    with pytest.raises(BadInput, match="branch 'upper'"):
        follow(SMALL, SLIDE, "upper")
