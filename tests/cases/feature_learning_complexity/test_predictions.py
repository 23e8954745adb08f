"""The theory's remainders and limits against independent computations: regression, closures on drawn moments."""

from __future__ import annotations

import math
from dataclasses import replace

import jax
import numpy as np
import pytest
from scipy import special

from cases.feature_learning_complexity.control_variates import controls, expected_controls
from cases.feature_learning_complexity.experiment import Network, Process
from cases.feature_learning_complexity.predictions import (
    alone,
    bounded,
    complete,
    falling,
    limit_of_process,
    limit_of_share,
)
from cases.feature_learning_complexity.process import ProcessAndSquares
from cases.feature_learning_complexity.share_of_the_process import even
from cases.feature_learning_complexity.theory import LEFT, SADDLE, adapted, harmonic_share, problem, process
from fieldbench.sampling.networks import mean_harmonic_response
from fieldbench.theory.adaptation import solve
from fieldbench.theory.adaptation.learnabilities import of_predictor
from fieldbench.theory.adaptation.neurons import tilted

SMALLEST = Network(0.08)


@pytest.mark.parametrize(("beta", "draws"), [(0.04, 150), (0.08, 80)])
def test_exact_regression_stays_within_the_processes_remainder(beta, draws):
    at, rng = Process(beta), np.random.default_rng(0)
    found = [mean_harmonic_response(rng.normal(size=(at.samples, at.dimension)), ridge=at.ridge) for _ in range(draws)]
    error = np.std(found) / math.sqrt(draws)
    assert error < 0.004 * process(at)
    assert abs(np.mean(found) - process(at)) < 4 / at.samples * process(at) + 3 * error
    assert abs(np.mean(found) - process(at, at.ridge)) > 20 * error, "κ in place of the effective ridge"


def test_lengths_of_inputs_are_most_of_the_processes_scatter():
    at = ProcessAndSquares(0.04)
    found = [at.measure(key) for key in jax.random.split(jax.random.key(5), 60)]
    share, squares = (np.array([each[q] for each in found]) for q in (at.harmonic_response, at.squares))
    np.testing.assert_allclose(
        share[0], Process(0.04).measure(jax.random.split(jax.random.key(5), 60)[0])[at.harmonic_response]
    )
    # Mean of n d squares of normal numbers.
    assert abs(squares.mean()) < 4 * math.sqrt(2 / (at.samples * at.dimension * len(found)))
    left = even.function(at, share, squares)[:, 0]
    assert left.std() < share.std() / 3
    assert abs(left.mean() - share.mean()) < 4 * share.std() / math.sqrt(len(found)), "no bias"


def test_the_laws_of_the_limit():
    np.testing.assert_allclose(limit_of_process(), -2.0, atol=0.012)
    np.testing.assert_allclose(limit_of_share(), 0.0, atol=0.0125)
    for mean_field in (False, True):
        assert harmonic_share(Network(64.0, mean_field=mean_field)) < 0.6, "never 90 %"
    lost = falling(-1.0)(Network(0.32))[Network.harmonic_response]
    np.testing.assert_allclose(lost, adapted(SMALLEST, SADDLE)[Network.harmonic_response] / 2)


def test_what_is_left_is_named_and_a_statement_asks_for_no_more_than_is_resolved():
    own, tight, wide = alone(SMALLEST), complete(SMALLEST), bounded(SMALLEST)
    for quantity in (Network.linear, Network.overlap, Network.radius, Network.hermite):
        np.testing.assert_array_equal(tight[quantity].value, wide[quantity].value)
        sizes = own[quantity].sizes()
        assert set(sizes) == {name for name, _ in LEFT}
        assert all(np.all(size >= 0) for size in sizes.values())
        (name,) = set(tight[quantity].sizes()) - set(sizes)
        np.testing.assert_allclose(2 * tight[quantity].sizes()[name], wide[quantity].sizes()[name])
    assert {r.got for r in own[Network.linear].remainders} == {"computed", "bounded"}
    assert {r.got for r in wide[Network.linear].remainders} == {"computed", "bounded", "chosen"}


def test_beyond_a_transition_all_that_fluctuates_is_open():
    """ε = +.2 at strong coupling: samples and neurons do not settle, the first order of the fluctuations stands."""
    at = replace(SMALLEST, cubic=0.2)
    left, flat = complete(at)[Network.overlap], adapted(at, SADDLE)[Network.overlap]
    np.testing.assert_allclose(left.sizes()[LEFT[0][0]][-1], abs(left.value[-1] - flat[-1]), rtol=0.2)


def on_drawn_moments(solution, gram):
    """L1, R_h's coefficient and d⟨m²⟩ where the modes have the moments S over the data set: (K + κ_eff S⁻¹/n) u = y."""
    equations, strength = solution.equations, solution.problem.strength
    noise = solution.effective_ridge / solution.problem.samples * np.linalg.inv(gram)

    def slopes(u):
        neurons = tilted(equations.grid, u @ equations.overlaps, strength)
        learned = equations.overlaps @ (neurons.weights * neurons.field)
        weighted = equations.overlaps * (neurons.weights * (1 + strength * neurons.field**2))
        response = weighted @ equations.overlaps.T - strength * np.outer(learned, learned)
        return learned + noise @ u - equations.target, response + noise, learned, neurons

    u = solution.discrepancy
    error, matrix, learned, neurons = slopes(u)
    while np.max(np.abs(error)) > 1e-8:
        step, fraction = -np.linalg.solve(matrix, error), 1.0
        while slopes(u + fraction * step)[0] @ step > -0.5 * (error @ step):
            fraction /= 2
        u = u + fraction * step
        error, matrix, learned, neurons = slopes(u)
    found = of_predictor(solution, learned, square=neurons.mean(neurons.grid.m**2), transverse=1.0)
    return [found.linear, found.harmonic, found.overlap_variance]


def test_drawn_moments_along_the_teacher_shift_a_few_in_n():
    """The luck of z and |x_⊥| on 240 inputs, everything else in its mean; what they do to linear order is known."""
    few = replace(SADDLE, degree=5)  # moments of higher polynomials say nothing: they have hardly a variance
    solved = [solve(problem(SMALLEST, sign), few) for sign in (-1.0, 0.0, 1.0)]
    rng, samples, across = np.random.default_rng(3), SMALLEST.samples, SMALLEST.dimension - 1
    found, moments = [], []
    for _ in range(150):
        z, r = rng.normal(size=samples), rng.chisquare(across, samples)
        wick = {0: 1.0, 1: r - across, 2: r * r - 2 * (across + 2) * r + across * (across + 2)}
        modes = [
            special.eval_hermitenorm(m.power, z) * wick[m.radial] / math.sqrt(m.square_norm(across + 1))
            for m in solved[0].equations.modes
        ]
        values = np.array([on_drawn_moments(each, np.array(modes) @ np.array(modes).T / samples) for each in solved])
        found.append([*values[:, 0], (values[2, 1] - values[0, 1]) / 0.2, *values[:, 2]])
        cubic = z**3 - 3 * z
        moments.append([np.mean(z * z), np.mean(z * cubic), np.mean(cubic * cubic) / 6])
    values, excess = np.array(found), controls(np.array(moments)) - np.array(expected_controls(samples))
    design = np.column_stack([np.ones(len(values)), excess])
    means = np.linalg.lstsq(design, values, rcond=None)[0]
    error = np.std(values - design @ means, axis=0) / math.sqrt(len(values))
    plain = adapted(SMALLEST, few)
    centre = np.array([*plain[Network.linear], plain[Network.harmonic_response], *plain[Network.overlap]])
    # A few in n of what is not learned of z, of what is learned of the cubic, and of d⟨m²⟩.
    limit = np.array([*(5 * (1 - centre[:3])), 8 * centre[3], *(4 * centre[4:])]) / samples
    assert np.all(np.abs(means[0] - centre) < limit + 3 * error)
    assert np.all(error[:3] < limit[:3])


def test_a_source_of_other_variances_is_solved_with_them():
    other = replace(SMALLEST, cubic=0.3, hidden_variance=0.5, readout_variance=8.0, mean_field=True)
    assert problem(other, 1.0).weight_variance == 0.5
    assert adapted(other, SADDLE)[Network.harmonic_response] > 2 * adapted(SMALLEST, SADDLE)[Network.harmonic_response]
