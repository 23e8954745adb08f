"""The map of bands: points near and far from an edge, and the theories and checks that are made of it."""

import numpy as np
import pytest

from cases.three_actions.actions import effective_ridge, equivalent_kernel, one_loop
from cases.three_actions.bands import WIDTHS, around, edge, left, place, told, with_next_orders, within
from cases.three_actions.experiment import GaussianFeatures, Regression
from cases.three_actions.theory import best, problem

FEATURES = GaussianFeatures(100, (20, 40), draws=1, ridges=(0.01, 1.0, 1000.0), kept=())


def test_points_near_and_far_from_an_edge():
    found = place(np.array([0.0, 0.018, -0.022, -0.04, 0.099, 0.2, np.inf]), np.full(7, 0.005))
    assert found.inside.tolist() == [0.02, 0.05, 0.05, 0.05, np.inf, np.inf, np.inf]
    assert found.beyond.tolist() == [0.0, 0.0, 0.0, 0.02, 0.05, 0.1, 0.1]


@pytest.mark.parametrize("action", [equivalent_kernel, one_loop, effective_ridge])
def test_the_best_known_error_lies_where_the_map_places_it(action):
    deviation = np.abs(np.log(best(FEATURES).error / action(problem(FEATURES))))
    assert np.all(deviation < around(action)(FEATURES))
    assert np.all(deviation >= left(action)(FEATURES))


def test_the_equivalent_kernel_is_left_behind_at_small_ridge_only():
    assert left(equivalent_kernel)(FEATURES)[:, 0].tolist() == [WIDTHS[-1]] * 2
    assert around(equivalent_kernel)(FEATURES)[:, 2].tolist() == [WIDTHS[0]] * 2


def test_a_theory_within_a_band_has_it_for_its_remainder_wherever_there_is_one():
    known = within(equivalent_kernel, around(equivalent_kernel))(FEATURES)[Regression.error]
    (size,) = known.sizes().values()
    assert np.all(size[:, 0] == 0.0)  # outside the widest band: not asked
    np.testing.assert_allclose(size[:, 2], WIDTHS[0] * known.value[:, 2])
    upper = edge(equivalent_kernel, left(equivalent_kernel))(FEATURES)[Regression.error]
    np.testing.assert_allclose(upper[:, 0], known.value[:, 0] * np.exp(WIDTHS[-1]))


def test_a_rung_is_asked_where_the_action_below_is_four_margins_off():
    """And its margin holds the best that is known of the error."""
    known = with_next_orders(one_loop)(FEATURES)[Regression.error]
    margin = sum(known.sizes().values()) / known.value
    assert np.all(np.abs(np.log(best(FEATURES).error / known.value)) <= margin)
    asked = told(one_loop, equivalent_kernel).function(FEATURES, np.ones((1, *known.value.shape)))
    gap = np.abs(np.log(known.value / equivalent_kernel(problem(FEATURES))))
    apart = (gap > 4.0 * margin) & (np.abs(np.log(best(FEATURES).error / known.value)) < WIDTHS[-1])
    assert asked.size == apart.sum() > 0
