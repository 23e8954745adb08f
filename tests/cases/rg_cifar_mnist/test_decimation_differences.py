"""The theory of one population: consistency of its parts, and exact regression on synthetic points."""

import numpy as np
import pytest
from helpers_population import synthetic

from cases.rg_cifar_mnist.cuts import cuts, full_curve
from cases.rg_cifar_mnist.differences import decimated_minus_full, local_difference
from fieldbench.theory import curves, decimation
from fieldbench.theory.curves import unevenness

SIZE, RIDGE, SAMPLES = 150, 1e-6, (20, 40)


@pytest.fixture(scope="module")
def data_set():
    inputs = np.random.default_rng(0).normal(size=(SIZE, 8))
    inputs *= np.sqrt(8) / np.linalg.norm(inputs, axis=1, keepdims=True)
    gram = np.exp(inputs @ inputs.T / 8 - 1)
    return synthetic(gram, np.sign(inputs[:, 0] * inputs[:, 1]))


def test_errors_are_ordered_as_the_theories_are(data_set):
    power, levels = data_set.coefficients**2, data_set.modes.eigenvalues
    full = full_curve(data_set, SAMPLES, RIDGE)
    equivalent = curves.equivalent_kernel(levels, SAMPLES, RIDGE, target=power).test_error
    loop = curves.one_loop(levels, SAMPLES, RIDGE, target=power).test_error
    reduced = [(cuts(data_set, size, RIDGE, [0.01])[0], size) for size in SAMPLES]
    decimated = np.array([decimation.decimated_curve(cut, size, power, SIZE).test_error[0] for cut, size in reduced])
    cutoff = np.array([decimation.equivalent_kernel_at_cutoff(cut, size, power) for cut, size in reduced])
    assert (equivalent >= 0).all()
    assert (equivalent < loop).all()
    assert (loop < full.test_error / full.e0).all()
    assert (full.test_error / full.e0 < full.test_error).all()
    assert (cutoff < decimated).all()
    np.testing.assert_allclose(decimated, full.test_error, rtol=0.05)


def test_effective_ridge_predicts_the_held_out_error(data_set):
    gram, target = data_set.gram, data_set.targets
    full = full_curve(data_set, SAMPLES, RIDGE)
    kappa = full.effective_ridge[1]
    uneven, jitter = (
        unevenness.over_points(data_set.modes, 40, kappa),
        unevenness.between_draws(data_set.modes, 40, kappa),
    )
    rng, errors = np.random.default_rng(1), []
    for _ in range(300):
        order = rng.permutation(SIZE)
        inside, outside = order[:40], order[40:]
        weights = np.linalg.solve(gram[np.ix_(inside, inside)] + RIDGE * np.eye(40), target[inside])
        errors.append(((gram[np.ix_(outside, inside)] @ weights - target[outside]) ** 2).mean())
    standard_error = np.std(errors) / np.sqrt(len(errors)) / np.mean(errors)
    margin = 4 * standard_error + uneven + jitter
    assert abs(full.test_error[1] / np.mean(errors) - 1) < margin < 0.25


def test_differences_are_those_of_each_size_and_cut(data_set):
    found = decimated_minus_full(data_set, SAMPLES, RIDGE, (0.1, 0.01))
    full, cut = full_curve(data_set, 40, RIDGE), cuts(data_set, 40, RIDGE, (0.1, 0.01))[1]
    single = decimation.difference(full, cut, data_set.coefficients**2, SIZE)
    assert found.log_error[1, 1] == single.log_error
    assert found.low_modes[1, 1] == single.low_modes
    assert found.shift[1, 1] == single.shift
    assert found.error_response[1, 1] == single.error_response
    assert found.low_response[1, 1] == single.low_response
    assert found.uneven_tail[1, 1] == unevenness.of_tail(data_set.modes, cut.keep, full.effective_ridge[0])
    assert (found.shift[:, 0] > found.shift[:, 1]).all()
    assert (found.uneven_tail[:, 0] > found.uneven_tail[:, 1]).all()
    np.testing.assert_allclose(found.rounding[1], 40 * 2.0**-52 * np.trace(data_set.gram) / (SIZE * RIDGE))
    np.testing.assert_allclose(found.rounding[1] / found.rounding[0], 2.0)


def test_local_difference_is_that_of_two_local_theories(data_set):
    found = local_difference(data_set, 40, RIDGE, 0.1)
    cut = cuts(data_set, 40, RIDGE, (0.1,))[0]
    full = decimation.local_ridge(data_set.gram, data_set.targets, 40, RIDGE, 0.1, 1e-8)
    truncated = data_set.modes.kernel(np.arange(SIZE), cut.keep)
    reduced = decimation.local_ridge(truncated, data_set.targets, 40, cut.ridge, 0.1, 1e-8)
    np.testing.assert_allclose(found, np.log(reduced.test_error / full.test_error), atol=1e-4)
    uniform = decimated_minus_full(data_set, (40,), RIDGE, (0.1,)).log_error[0, 0]
    assert abs(found - uniform) < 0.1
