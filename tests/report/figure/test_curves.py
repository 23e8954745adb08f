"""Curves of a figure: what is joined, in which order, and what residuals are measured in."""

import numpy as np
import pytest
from helpers_figure import committed, figure, series

from fieldbench.report.figure.curves import exact, groups, shared_rival


def only(*members):
    """The one strand of the one group."""
    ((strand,),) = [group.strands for group in groups(figure(*members))]
    return strand


def test_experiments_with_one_point_each_are_one_curve_sorted_by_x():
    strand = only(series([3.0], [30.0]), series([1.0], [10.0]), series([2.0], [20.0]))
    np.testing.assert_array_equal(strand.x, [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(strand.measured, [10.0, 20.0, 30.0])
    assert strand.joined


def test_points_of_one_experiment_are_sorted_with_all_that_belongs_to_them():
    strand = only(series([2.0, 1.0], [20.0, 10.0], rivals={"r": [2.5, 1.5]}, curve=[[2.0, 1.0], [5.0, 4.0]]))
    np.testing.assert_array_equal(strand.rivals["r"], [1.5, 2.5])
    np.testing.assert_array_equal(strand.curves[0], [[1.0, 2.0], [4.0, 5.0]])


def test_what_has_two_theories_at_one_x_is_not_joined_and_what_agrees_within_margins_is():
    assert not only(series([1.0], [10.0]), series([1.0], [12.0])).joined
    assert only(series([1.0], [10.0]), series([1.0], [10.9])).joined


def test_a_zigzag_is_no_function_of_x():
    x = list(np.arange(8.0))
    assert not only(series(x, [0.0, 5.0] * 4)).joined
    assert only(series(x, [0.0, 1.0, 3.0, 9.0, 7.0, 2.0, 1.5, 0.4])).joined  # a peak is


def test_groups_keep_their_order_and_experiments_that_nobody_grouped_are_one():
    named = groups(figure(series([1.0], [1.0], group="b"), series([1.0], [1.0], group="a")))
    assert [group.name for group in named] == ["b", "a"]
    nobody = groups(figure(series([1.0], [1.0], group="Walk(length=16)"), series([2.0], [1.0], group="Walk(length=8)")))
    assert [(group.name, len(group.strands)) for group in nobody] == [("", 1)]


def test_curves_that_lie_within_another_are_drawn_once():
    strand = only(series([1.0], [1.0], curve=[[1.0, 2.0], [1.0, 2.0]]),
                  series([3.0], [3.0], curve=[[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]))  # fmt: skip
    assert [len(x) for x, _ in strand.curves] == [3]


def test_residuals_are_in_margins_or_in_standard_errors_where_these_are_larger():
    strand = only(series([1.0], [11.0], theory=[10.0], margin=0.5, error=0.1),
                  series([2.0], [11.0], theory=[10.0], margin=0.1, error=0.25))  # fmt: skip
    np.testing.assert_allclose(strand.residual, [2.0, 4.0])
    np.testing.assert_allclose(strand.residual_error, [0.2, 1.0])
    np.testing.assert_array_equal(strand.agrees, [False, False])
    assert exact(groups(figure(series([2.0], [11.0], margin=0.1, error=0.25))))
    assert not exact(groups(figure(series([2.0], [11.0], margin=0.25, error=0.1))))


def test_residuals_of_what_is_exact_are_not_numbers():
    strand = only(series([1.0], [10.0], margin=0.0, error=0.0))
    assert np.isnan(strand.residual).all()


def test_a_theory_without_remainder_has_the_margin_of_the_check_that_judges_the_same_number():
    check = committed("gp-cubic-staircase").checks[0]
    part = figure(series([1.0], [check.measured[0]], margin=0.0, error=1e-6))
    ((strand,),) = [group.strands for group in groups(part, [check])]
    assert strand.margin[0] == check.margin[0] > 0
    other = figure(series([1.0], [check.measured[0] * 1.001], margin=0.0, error=1e-6))
    ((strand,),) = [group.strands for group in groups(other, [check])]
    assert strand.margin[0] == 0.0


@pytest.mark.parametrize(("second", "shared"), [([2.0, 4.0], True), ([2.5, 0.5], False)])
def test_a_rival_that_is_one_function_of_x_is_drawn_once(second, shared):
    found = groups(figure(series([1.0, 3.0], [1.0, 1.0], group="a", rivals={"r": [1.0, 3.0]}),
                          series([2.0, 4.0], [1.0, 1.0], group="b", rivals={"r": second})))  # fmt: skip
    assert (shared_rival(found, "r") is not None) == shared
