"""The theory of one data set: consistency of its parts, and exact regression on synthetic points."""

import numpy as np
import pytest

from fieldbench.theory.curves import learning_curves, unevenness
from fieldbench.theory.decimation import dataset_curves
from fieldbench.theory.decimation import running_ridge as decimation
from fieldbench.theory.decimation.cuts import cuts, finite_population_curve
from fieldbench.theory.decimation.local_ridge import local_ridge
from fieldbench.theory.kernels import principal_components

SIZE, RIDGE, SAMPLES = 150, 1e-6, (20, 40)


@pytest.fixture(scope="module")
def data_set():
    inputs = np.random.default_rng(0).normal(size=(SIZE, 8))
    inputs *= np.sqrt(8) / np.linalg.norm(inputs, axis=1, keepdims=True)
    gram = np.exp(inputs @ inputs.T / 8 - 1)
    target = np.sign(inputs[:, 0] * inputs[:, 1])
    modes = principal_components(gram)
    return gram, target, modes, modes.coefficients(target)


def test_errors_are_ordered_as_the_theories_are(data_set):
    _, _, modes, coefficients = data_set
    power, levels = coefficients**2, modes.eigenvalues
    full = finite_population_curve(modes, coefficients, SAMPLES, RIDGE)
    equivalent = learning_curves.equivalent_kernel(levels, SAMPLES, RIDGE, target=power).test_error
    loop = learning_curves.one_loop(levels, SAMPLES, RIDGE, target=power).test_error
    reduced = [(cuts(modes, coefficients, size, RIDGE, [0.01])[0], size) for size in SAMPLES]
    decimated = np.array([decimation.decimated_curve(cut, size, power, SIZE).test_error[0] for cut, size in reduced])
    cutoff = np.array([decimation.equivalent_kernel_at_cutoff(cut, size, power) for cut, size in reduced])
    assert (equivalent >= 0).all()
    assert (equivalent < loop).all()
    assert (loop < full.test_error / full.e0).all()
    assert (full.test_error / full.e0 < full.test_error).all()
    assert (cutoff < decimated).all()
    np.testing.assert_allclose(decimated, full.test_error, rtol=0.05)


def test_effective_ridge_predicts_the_held_out_error(data_set):
    gram, target, modes, coefficients = data_set
    full = finite_population_curve(modes, coefficients, SAMPLES, RIDGE)
    kappa = full.effective_ridge[1]
    uneven, jitter = unevenness.over_points(modes, 40, kappa), unevenness.between_draws(modes, 40, kappa)
    rng, errors = np.random.default_rng(1), []
    for _ in range(300):
        order = rng.permutation(SIZE)
        inside, outside = order[:40], order[40:]
        weights = np.linalg.solve(gram[np.ix_(inside, inside)] + RIDGE * np.eye(40), target[inside])
        errors.append(((gram[np.ix_(outside, inside)] @ weights - target[outside]) ** 2).mean())
    standard_error = np.std(errors) / np.sqrt(len(errors)) / np.mean(errors)
    margin = 4 * standard_error + uneven + jitter
    assert abs(full.test_error[1] / np.mean(errors) - 1) < margin < 0.25


def test_differences_have_the_fields_of_a_single_one(data_set):
    _, _, modes, coefficients = data_set
    found = dataset_curves.decimation_differences(modes, coefficients, SAMPLES, RIDGE, (0.1, 0.01))
    full = finite_population_curve(modes, coefficients, 40, RIDGE)
    cut = cuts(modes, coefficients, 40, RIDGE, (0.1, 0.01))[1]
    single = decimation.difference(full, cut, coefficients**2, SIZE)
    for name, value in vars(single).items():
        assert found[name][1, 1] == value
    assert (found["shift"][:, 0] > found["shift"][:, 1]).all()
    assert (found["uneven_tail"][:, 0] > found["uneven_tail"][:, 1]).all()
    np.testing.assert_allclose(found["rounding"][1] / found["rounding"][0], 2.0)


def test_local_difference_is_that_of_two_local_theories(data_set):
    gram, target, modes, coefficients = data_set
    found = dataset_curves.local_difference(gram, target, modes, 40, RIDGE, 0.1)
    cut = cuts(modes, coefficients, 40, RIDGE, (0.1,))[0]
    full = local_ridge(gram, target, 40, RIDGE, 0.1, 1e-8)
    reduced = local_ridge(modes.kernel(np.arange(SIZE), cut.keep), target, 40, cut.ridge, 0.1, 1e-8)
    np.testing.assert_allclose(found, np.log(reduced.test_error / full.test_error), atol=1e-4)
    uniform = dataset_curves.decimation_differences(modes, coefficients, (40,), RIDGE, (0.1,))["log_error"][0, 0]
    assert abs(found - uniform) < 0.1
