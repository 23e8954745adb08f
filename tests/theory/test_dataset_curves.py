"""The theory of one data set: consistency of its parts, and exact regression on synthetic points."""

import numpy as np
import pytest

from fieldbench.theory import dataset_curves, decimation
from fieldbench.theory.empirical import spectrum
from fieldbench.theory.local_ridge import local_ridge

SIZE, RIDGE, SAMPLES = 150, 1e-6, (20, 40)


@pytest.fixture(scope="module")
def data_set():
    inputs = np.random.default_rng(0).normal(size=(SIZE, 8))
    inputs *= np.sqrt(8) / np.linalg.norm(inputs, axis=1, keepdims=True)
    gram = np.exp(inputs @ inputs.T / 8 - 1)
    target = np.sign(inputs[:, 0] * inputs[:, 1])
    modes = spectrum(gram)
    return gram, target, modes, modes.coefficients(target)


def test_error_curves_are_ordered_as_the_theories_are(data_set):
    _, _, modes, coefficients = data_set
    found = dataset_curves.error_curves(modes, coefficients, SAMPLES, RIDGE, 0.01)
    for values in found.values():
        assert values.shape == (2,)
        assert (values >= 0).all()
    assert (found["error_ek"] < found["error_one_loop"]).all()
    assert (found["error_one_loop"] < found["error_no_e0"]).all()
    assert (found["error_no_e0"] < found["error"]).all()
    assert (found["error_cutoff_ek"] < found["error_decimated"]).all()
    np.testing.assert_allclose(found["error_decimated"], found["error"], rtol=0.05)


def test_effective_ridge_predicts_the_held_out_error(data_set):
    gram, target, modes, coefficients = data_set
    found = dataset_curves.error_curves(modes, coefficients, SAMPLES, RIDGE, 0.01)
    rng, errors = np.random.default_rng(1), []
    for _ in range(300):
        order = rng.permutation(SIZE)
        inside, outside = order[:40], order[40:]
        weights = np.linalg.solve(gram[np.ix_(inside, inside)] + RIDGE * np.eye(40), target[inside])
        errors.append(((gram[np.ix_(outside, inside)] @ weights - target[outside]) ** 2).mean())
    standard_error = np.std(errors) / np.sqrt(len(errors)) / np.mean(errors)
    margin = 4 * standard_error + found["uneven"][1] + found["jitter"][1]
    assert abs(found["error"][1] / np.mean(errors) - 1) < margin < 0.25


def test_differences_have_the_fields_of_a_single_one(data_set):
    _, _, modes, coefficients = data_set
    found = dataset_curves.decimation_differences(modes, coefficients, SAMPLES, RIDGE, (0.1, 0.01))
    full = dataset_curves.finite_population_curve(modes, coefficients, 40, RIDGE)
    cut = dataset_curves.cuts(modes, coefficients, 40, RIDGE, (0.1, 0.01))[1]
    single = decimation.difference(full, cut, coefficients**2, SIZE)
    for name, value in vars(single).items():
        assert found[name][1, 1] == value
    assert (found["shift"][:, 0] > found["shift"][:, 1]).all()
    assert (found["uneven_tail"][:, 0] > found["uneven_tail"][:, 1]).all()
    np.testing.assert_allclose(found["rounding"][1] / found["rounding"][0], 2.0)


def test_local_difference_is_that_of_two_local_theories(data_set):
    gram, target, modes, coefficients = data_set
    found = dataset_curves.local_difference(gram, target, modes, 40, RIDGE, 0.1)
    cut = dataset_curves.cuts(modes, coefficients, 40, RIDGE, (0.1,))[0]
    full = local_ridge(gram, target, 40, RIDGE, 0.1, 1e-8)
    reduced = local_ridge(modes.kernel(np.arange(SIZE), cut.keep), target, 40, cut.ridge, 0.1, 1e-8)
    np.testing.assert_allclose(found, np.log(reduced.test_error / full.test_error), atol=1e-4)
    uniform = dataset_curves.decimation_differences(modes, coefficients, (40,), RIDGE, (0.1,))["log_error"][0, 0]
    assert abs(found - uniform) < 0.1
