"""Truncated against full regression: equal when nothing is cut off, else what the normal equations say."""

import numpy as np
import pytest
from helpers_population import synthetic

from cases.rg_cifar_mnist.paired_regressions import nested_predictions, paired_regressions, truncated_coefficients
from fieldbench.errors import BadInput
from fieldbench.regression import NestedCholesky

SIZE, RIDGE = 60, 1e-3


@pytest.fixture
def population():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(SIZE, 5))
    gram = np.exp(-((inputs[:, None] - inputs[None]) ** 2).sum(-1) / 10)
    return synthetic(gram, np.sign(inputs[:, 0]))


@pytest.fixture
def orders():
    return np.stack([np.random.default_rng(seed).permutation(SIZE) for seed in range(3)])


def test_nested_predictions_solve_the_normal_equations(population, orders):
    chosen = orders[0][:20]
    found = nested_predictions(NestedCholesky(), population, chosen, RIDGE, (8, 20))
    for means, size in zip(found, (8, 20), strict=True):
        inside = chosen[:size]
        weights = np.linalg.solve(
            population.gram[np.ix_(inside, inside)] + RIDGE * np.eye(size), population.targets[inside]
        )
        np.testing.assert_allclose(means, population.gram[:, inside] @ weights, atol=1e-9)


def test_truncated_regression_solves_the_normal_equations(population, orders):
    inside, keep, tail = orders[0][:15], 12, np.linspace(0.1, 0.3, 15)
    found = truncated_coefficients(NestedCholesky(), population, inside, keep, RIDGE, tail)
    low = population.modes.functions[:, :keep] * np.sqrt(population.modes.eigenvalues[:keep])
    kernel = low @ low.T
    weights = np.linalg.solve(kernel[np.ix_(inside, inside)] + np.diag(RIDGE + tail), population.targets[inside])
    np.testing.assert_allclose(population.modes.functions[:, :keep] @ found, kernel[:, inside] @ weights, atol=1e-10)


def test_nothing_changes_when_all_modes_are_kept(population, orders):
    found = paired_regressions(NestedCholesky(), population, orders, RIDGE, (10, 20), {10: [SIZE], 20: [SIZE]})
    assert found.error.shape == (3, 2)
    for change in (found.uniform, found.local):
        assert change.log_error.shape == change.low_modes.shape == (3, 2, 1)
        np.testing.assert_allclose(change.log_error, 0.0, atol=1e-9)
        np.testing.assert_allclose(change.low_modes, 0.0, atol=1e-9)


def test_each_entry_belongs_to_its_draw_size_and_cut(population, orders):
    together = paired_regressions(NestedCholesky(), population, orders, RIDGE, (10, 20), {10: [5, 9], 20: [7, 11]})
    alone = paired_regressions(NestedCholesky(), population, orders[1:2], RIDGE, (20,), {20: [11]})
    np.testing.assert_allclose(together.error[1, 1], alone.error[0, 0], rtol=1e-10)
    for all_cuts, one in (
        (together.uniform.log_error, alone.uniform.log_error),
        (together.local.low_modes, alone.local.low_modes),
    ):
        np.testing.assert_allclose(all_cuts[1, 1, 1], one[0, 0, 0], rtol=1e-8)


def test_the_tail_factor_scales_the_ridge_of_the_truncated_regression_only(population, orders):
    right = paired_regressions(NestedCholesky(), population, orders, RIDGE, (20,), {20: [6]})
    wrong = paired_regressions(NestedCholesky(), population, orders, RIDGE, (20,), {20: [6]}, tail_factor=0.0)
    np.testing.assert_array_equal(right.error, wrong.error)
    assert (np.abs(right.uniform.log_error - wrong.uniform.log_error) > 1e-3).all()
    np.testing.assert_allclose(wrong.uniform.log_error, wrong.local.log_error)


@pytest.mark.parametrize("cuts", [{}, {20: []}, {10: [5], 20: [7, 11]}, {15: [6]}])
def test_cuts_that_make_no_table_are_refused(population, orders, cuts):
    with pytest.raises(BadInput, match="need the same number of modes to keep"):
        paired_regressions(NestedCholesky(), population, orders, RIDGE, (10, 20), cuts)
