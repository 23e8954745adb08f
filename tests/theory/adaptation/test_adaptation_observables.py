"""Predicted observables against the numbers of record, and against networks drawn from the theory's own measure."""

import math

import numpy as np
import pytest
from helpers_adaptation import SMALL, slide_problem
from scipy.special import erf

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import (
    COMPLETE,
    KERNEL_RIDGE,
    RESPONSE,
    SLIDE,
    cubic_response,
    invariant_chi,
    observables,
    radial_contamination,
    rescaling,
    solve,
)
from fieldbench.theory.adaptation.overlaps import harmonic_cubic_norm

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
    np.testing.assert_allclose(cubic_response(slide_problem(0.08), KERNEL_RIDGE).cubic, 0.144, atol=1e-3)
    assert cubic_response(slide_problem(0.08), RESPONSE).cubic < 0.13


def test_response_reads_both_signs_whatever_the_sign_given():
    either = [cubic_response(slide_problem(0.08, cubic=sign * 0.1), RESPONSE) for sign in (1.0, -1.0)]
    assert either[0] == either[1]
    np.testing.assert_allclose(either[0].cubic, (either[0].positive.cubic - either[0].negative.cubic) / 0.2, rtol=1e-12)


def test_response_without_a_cubic_target_is_refused():
    with pytest.raises(BadInput, match="no He_3 part"):
        cubic_response(slide_problem(0.08, cubic=0.0), RESPONSE)


def test_invariant_strength_keeps_the_cubic_response_while_the_process_loses_it():
    betas = (0.08, 0.5, 4.0, 64.0)
    problems = [slide_problem(beta, chi=invariant_chi(round(700 * beta), beta)) for beta in betas]
    adapted = [cubic_response(problem, RESPONSE).harmonic for problem in problems]
    lazy = [rescaling.gaussian_process(problem).harmonic / -0.1 for problem in problems]
    assert np.all(np.diff(adapted) > 0)
    assert max(adapted) < 2 * min(adapted)
    # P/d³ ∝ β^{-1} in the learnable regime of the process: E[f h] falls at least as fast
    assert np.all(np.diff(np.log(lazy)) / np.diff(np.log(betas)) < -0.9)
    assert lazy[0] < 1e-3


def test_naive_cubic_of_the_process_is_its_radial_mode():
    # trap (b): E[f He_3]/(6ε) = .045 → .014 is no learning
    for beta, naive in ((0.08, 0.045), (1.0, 0.0137)):
        problem = slide_problem(beta)
        process = rescaling.gaussian_process(problem)
        np.testing.assert_allclose(abs(process.cubic) / 0.1, naive, rtol=0.03)
        contamination = radial_contamination(process.linear, problem.dimension, 0.1)
        np.testing.assert_allclose(contamination, naive, rtol=0.03)


def test_invariant_chi_starts_at_full_mean_field_scaling():
    np.testing.assert_allclose(invariant_chi(56, 0.08), 56.0)
    np.testing.assert_allclose(invariant_chi(560, 0.8), 560 / math.sqrt(10))
    with pytest.raises(BadInput, match="beta = 0"):
        invariant_chi(56, 0.0)


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
