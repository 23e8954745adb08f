"""Closures on a data set's own z: the population's is the polynomial one, a drawn one solves its equation."""

import numpy as np
import pytest
from scipy.special import erf

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import RESPONSE, linear_and_cubic, solve, staircase
from fieldbench.theory.adaptation.overlaps import LINEAR
from fieldbench.theory.transition import averaged, neurons_on, population

SOURCE = {
    "dimension": 53, "samples": 375, "width": 88, "chi": 88.0, "cubic": -0.3, "weight_variance": 0.5,
    "readout_variance": 2.86,
}  # fmt: skip


@pytest.fixture(scope="module")
def solution():
    return solve(staircase(ridge=13.0, **SOURCE), RESPONSE)


def test_all_of_z_is_the_closure_in_polynomials(solution):
    found = linear_and_cubic(solution.problem, neurons_on(solution, *population()))
    expected = linear_and_cubic(solution.problem, solution.neurons)
    np.testing.assert_allclose(found[:2], expected[:2], rtol=3e-3)


def test_a_drawn_set_solves_its_equation(solution):
    """f from the neurons, t from f, and the field from t: as it was."""
    problem, grid = solution.problem, solution.neurons.grid
    z = np.random.default_rng(3).standard_normal(problem.samples)
    neurons = neurons_on(solution, z)
    features = erf(np.outer(z, grid.m / np.sqrt(1 + 2 * grid.r)))
    f = problem.readout_variance * features @ (neurons.weights * neurons.field)
    t = problem.samples / solution.effective_ridge * (z - 0.3 * (z**3 - 3 * z) - f)
    held = neurons.weights > 1e-9
    np.testing.assert_allclose((t @ features / len(z))[held], neurons.field[held], rtol=2e-3, atol=2e-3)


def test_the_shift_is_of_order_one_over_n():
    def shift(samples, sets):
        network = {**SOURCE, "samples": samples}
        solution = solve(staircase(ridge=13.0 * samples / 375, **network), RESPONSE)
        return averaged(solution, lambda n: np.array([linear_and_cubic(solution.problem, n)[0]]), sets, seed=1)

    (_, few, error), (_, many, smaller) = shift(375, 200), shift(3000, 100)
    assert abs(few[0] - 8 * many[0]) < 4 * np.hypot(error[0], 8 * smaller[0])
    assert abs(few[0]) > 3 * error[0]


def test_what_it_cannot_do_is_refused(solution):
    linear = solve(staircase(ridge=13.0, activation=LINEAR, **{**SOURCE, "chi": 1.0}), RESPONSE)
    with pytest.raises(BadInput, match="erf only"):
        neurons_on(linear, np.ones(3))
