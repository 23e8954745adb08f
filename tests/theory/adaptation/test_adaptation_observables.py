"""Predicted observables against the numbers of record, and against networks drawn from the theory's own measure."""

import math

import numpy as np
import pytest
from helpers_adaptation import SMALL, cubic_responses, invariant_chi, slide_problem
from scipy.special import erf

from fieldbench.theory.adaptation import (
    COMPLETE,
    KERNEL_RIDGE,
    RESPONSE,
    SLIDE,
    AlignedMode,
    of_predictor,
    rescaled_process,
    solve,
)
from fieldbench.theory.adaptation.overlaps import harmonic_cubic_norm
from fieldbench.theory.fluctuations import observables

# (β, theory, L1, E[f He_3]/6ε, d⟨m²⟩, d⟨w_⊥²⟩) at χ = N, ε = −.1, κ = 5√β by other, throw-away code
RECORD = [
    (0.08, RESPONSE, 0.920, 0.443, 9.81, 0.878),
    (0.2, RESPONSE, 0.9465, 0.480, 12.92, 0.898),
    (0.2, KERNEL_RIDGE, 0.959, 0.526, 13.2, 0.896),
    (0.2, SLIDE, 0.96, 0.485, 15.6, None),
    (1.0, KERNEL_RIDGE, 0.975, 0.620, 19.9, 0.931),
    (1.0, SLIDE, None, None, 24.5, None),
]


@pytest.mark.parametrize(("beta", "theory", "linear", "cubic", "overlap", "transverse"), RECORD)
def test_numbers_of_record(beta, theory, linear, cubic, overlap, transverse):
    found = observables(solve(slide_problem(beta), theory))
    pairs = [
        (found.linear, linear, 2e-3),
        (found.cubic / -0.1, cubic, 2e-3),
        (found.overlap_variance, overlap, 6e-2),
        (found.transverse_variance, transverse, 2e-3),
    ]
    for value, expected, tolerance in pairs:
        if expected is not None:
            np.testing.assert_allclose(value, expected, atol=tolerance)


def test_cubic_response_of_record():
    # the record's .144 belongs to the ridge over K; the response kernel lowers it
    np.testing.assert_allclose(cubic_responses(0.08, KERNEL_RIDGE)[0], 0.144, atol=1e-3)
    assert cubic_responses(0.08, RESPONSE)[0] < 0.13


def test_invariant_strength_keeps_the_cubic_response_while_the_process_loses_it():
    betas = (0.08, 0.5, 4.0, 64.0)
    adapted = [cubic_responses(beta, RESPONSE, chi=invariant_chi(beta))[1] for beta in betas]
    lazy = [rescaled_process(slide_problem(beta), scale=1.0).harmonic / -0.1 for beta in betas]
    assert np.all(np.diff(adapted) > 0)
    assert max(adapted) < 2 * min(adapted)
    # P/d³ ∝ β^{-1} in the learnable regime of the process: E[f h] falls at least as fast
    assert np.all(np.diff(np.log(lazy)) / np.diff(np.log(betas)) < -0.9)
    assert lazy[0] < 1e-3


def test_naive_cubic_of_the_process_is_its_radial_mode():
    # trap (b): E[f He_3]/(6ε) = .045 → .014 is no learning
    for beta, naive in ((0.08, 0.045), (1.0, 0.0137)):
        problem = slide_problem(beta)
        process = rescaled_process(problem, scale=1.0)
        np.testing.assert_allclose(abs(process.cubic) / 0.1, naive, rtol=0.03)
        # z(|x|² − d − 2) is learned with the linear part, and overlaps with He_3
        contamination = process.linear / (3 * (problem.dimension + 2) * 0.1)
        np.testing.assert_allclose(contamination, naive, rtol=0.03)


def test_a_predictor_that_is_the_harmonic_cubic_scores_one():
    """h = [(d − 1) He_3 − 3 z(|x_⊥|² − d + 1)]/(d + 2), with E[He_3²] = 6 and E[z²(|x_⊥|² − d + 1)²] = 2(d − 1)."""
    solution, d = solve(SMALL, COMPLETE), SMALL.dimension
    parts = {AlignedMode(3): (d - 1) * math.sqrt(6), AlignedMode(1, 1): -3 * math.sqrt(2 * (d - 1))}
    predictor = np.array([parts.pop(mode, 0.0) / (d + 2) for mode in solution.equations.modes])
    assert not parts
    found = of_predictor(solution, predictor, square=0.0, transverse=0.0)
    assert found.harmonic == pytest.approx(1.0, rel=1e-12)
    assert found.cubic == pytest.approx((d - 1) / (d + 2), rel=1e-12)
    assert found.linear == 0.0


def test_observables_are_those_of_neurons_drawn_from_the_measure():
    """Draw weight vectors from the measure, give each its mean readout, and measure that network by Monte Carlo."""
    solution = solve(SMALL, COMPLETE)
    generator = np.random.default_rng(11)
    count, inputs, dimension = 800, 8_000, SMALL.dimension
    chosen = generator.choice(len(solution.neurons.weights), size=count, p=solution.neurons.weights)
    m, r = solution.neurons.grid.m[chosen], solution.neurons.grid.r[chosen]
    across = generator.standard_normal((count, dimension - 1))
    across *= np.sqrt(r / (across**2).sum(axis=1))[:, None]
    readout = SMALL.readout_variance * solution.neurons.field[chosen] / count
    x = generator.standard_normal((inputs, dimension))
    hidden = erf(x @ np.concatenate([m[:, None], across], axis=1).T)
    z = x[:, 0]
    harmonic = (z**3 - 3 * z * (x**2).sum(axis=1) / (dimension + 2)) / harmonic_cubic_norm(dimension)
    found = observables(solution)
    for expected, mode in ((found.linear, z), (found.cubic, (z**3 - 3 * z) / 6), (found.harmonic, harmonic)):
        by_neuron, by_input = readout * (mode @ hidden) / inputs, mode * (hidden @ readout)
        error = math.hypot(by_neuron.std() * math.sqrt(count), by_input.std() / math.sqrt(inputs))
        assert abs(by_neuron.sum() - expected) < 4 * error
        assert error < 0.2 * abs(expected)
