"""The three-way rule on constructed estimates, and its power statements against simulation."""

import numpy as np
import pytest
from scipy import stats

from fieldbench.errors import BadInput
from fieldbench.verdicts.power import flip_rate, smallest_caught
from fieldbench.verdicts.rule import (
    Estimate,
    Rejection,
    Verdict,
    distances,
    estimate,
    exact,
    inside,
    judge,
    outside,
    reject,
)


def at(mean, error, replicates=8):
    """An estimate with the given means and standard errors."""
    return Estimate(np.atleast_1d(np.float64(mean)), np.atleast_1d(np.float64(error)), replicates)


HERE = np.array([True])
"""The rival can be told from the theory at the only point."""


def limits(margin, points=1):
    return np.full(points, -margin), np.full(points, margin)


@pytest.mark.parametrize(
    ("mean", "error", "verdict"),
    [
        (0.0, 0.1, "reproduced"),
        (0.69, 0.1, "reproduced"),  # 0.69 + 2.998·0.1 < 1
        (0.71, 0.1, "inconclusive"),  # the interval sticks out
        (0.0, 0.34, "inconclusive"),  # too noisy is never a pass
        (1.29, 0.1, "inconclusive"),
        (1.31, 0.1, "contradicted"),
        (-1.31, 0.1, "contradicted"),
        (np.nan, 0.1, "inconclusive"),
        (0.0, np.inf, "inconclusive"),
    ],
)
def test_one_point_against_student_quantiles_by_hand(mean, error, verdict):
    assert judge(at(mean, error), np.zeros(1), *limits(1.0)) == verdict


@pytest.mark.parametrize(("side", "worst"), [("both", 5.0), ("above", 0.9), ("below", 5.0)])
def test_an_exact_bound_is_judged_by_the_replicate_that_breaks_it(side, worst):
    values = np.array([[0.9], [1.5], [5.0]])
    assert exact(values, np.ones(1), side).mean.tolist() == [worst]


def test_student_quantile_is_the_tabulated_one():
    assert at(0, 1).quantile == pytest.approx(2.998, abs=5e-4)  # t(0.99, 7) in any table


def test_all_points_are_needed_and_one_contradicts():
    lower, upper = limits(1.0, 3)
    good = Estimate(np.zeros(3), np.full(3, 0.1), 8)
    assert judge(good, np.zeros(3), lower, upper) is Verdict.REPRODUCED
    one_off = Estimate(np.array([0.0, 0.0, 5.0]), np.full(3, 0.1), 8)
    assert judge(one_off, np.zeros(3), lower, upper) is Verdict.CONTRADICTED


def test_contradiction_is_corrected_for_the_number_of_points():
    """A point just outside by itself is not outside any more when it is the largest of twenty."""
    mean = np.zeros(20)
    mean[3] = 1.31
    many = Estimate(mean, np.full(20, 0.1), 8)
    assert judge(many, np.zeros(20), *limits(1.0, 20)) is Verdict.INCONCLUSIVE
    assert judge(at(1.31, 0.1), np.zeros(1), *limits(1.0)) is Verdict.CONTRADICTED


def test_one_sided_limits():
    lower, upper = np.zeros(1), np.full(1, np.inf)
    assert judge(at(0.5, 0.1), np.zeros(1), lower, upper) is Verdict.REPRODUCED
    assert judge(at(0.2, 0.1), np.zeros(1), lower, upper) is Verdict.INCONCLUSIVE
    assert judge(at(-0.5, 0.1), np.zeros(1), lower, upper) is Verdict.CONTRADICTED


def test_estimates_from_values():
    values = np.arange(8.0)[:, None]
    found = estimate(values)
    assert found.mean[0] == 3.5
    assert found.standard_error[0] == pytest.approx(stats.sem(values[:, 0]))
    with pytest.raises(BadInput, match="at least 2 independent replicates"):
        estimate(values[:1])


def test_an_exact_number_takes_the_worst_replicate():
    found = exact(np.array([[1.0, 2.0], [1.5, 2.1]]), np.array([1.0, 2.05]))
    assert found.mean.tolist() == [1.5, 2.1]
    assert judge(found, np.array([1.0, 2.05]), *limits(0.2, 2)) is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("replicates", "furthest"),
    [([0.5, 1.1], 0.5), ([1.5, 0.9], 1.5), ([1.0, -3.0, 2.0], -3.0), ([1.0, 1.0], 1.0), ([1.0, np.nan], np.nan)],
)
def test_an_exact_number_is_furthest_off_on_either_side(replicates, furthest):
    """Off what is expected, not large: a number below has the sign of what is missing."""
    found = exact(np.array(replicates)[:, None], np.ones(1))
    np.testing.assert_array_equal(found.mean, [furthest])
    np.testing.assert_array_equal(found.standard_error, [0.0])
    lower, upper = limits(0.4)
    assert outside(found, np.ones(1), lower, np.full(1, np.inf), points=1) == [furthest < 0.6]
    assert outside(found, np.ones(1), np.full(1, -np.inf), upper, points=1) == [furthest > 1.4]


@pytest.mark.parametrize(("deviation", "margin"), [(0.0, 0.0), (1.0, 1.0), (-1.0, 1.0)])
def test_what_lies_on_its_limit_is_inside_and_not_outside(deviation, margin):
    """Also where the limit is zero: an identity that holds to the last bit needs no budget."""
    number, zero = at(deviation, 0.0, replicates=0), np.zeros(1)
    assert inside(number, zero, *limits(margin)).all()
    assert not outside(number, zero, *limits(margin), points=1).any()
    assert judge(number, zero, *limits(margin)) is Verdict.REPRODUCED
    beyond = at(np.nextafter(deviation, 2.0 * deviation or 1.0), 0.0, replicates=0)
    assert judge(beyond, zero, *limits(margin)) is Verdict.CONTRADICTED


@pytest.mark.parametrize(("mean", "rival"), [(3.0, 3.0), (3.0, 2.5), (2.5, 3.0), (-3.0, -2.5)])
def test_a_number_on_the_edge_of_a_rivals_margin_is_within_it(mean, rival):
    """Without sampling error the distance is all or nothing; nothing at the edge, also of a margin of zero."""
    number, margin = at(mean, 0.0, replicates=0), np.full(1, abs(mean - rival))
    assert distances(number, np.full(1, rival), margin) == [0.0]
    found = reject(number, np.full(1, rival), margin, HERE)
    assert (found.standard_errors, found.p_value, found.rejected) == (0.0, 1.0, False)
    further = np.full(1, np.nextafter(rival, rival + np.sign(rival - mean or 1.0)))
    assert distances(number, further, margin) == [np.inf]
    found = reject(number, further, margin, HERE)
    assert (found.standard_errors, found.p_value, found.rejected) == (np.inf, 0.0, True)


def test_five_standard_errors_and_one_in_a_thousand_are_enough():
    assert Rejection(5.0, 1e-3, 0).rejected
    assert not Rejection(np.nextafter(5.0, 0.0), 1e-3, 0).rejected
    assert not Rejection(5.0, np.nextafter(1e-3, 1.0), 0).rejected


def test_rejection_needs_both_distance_and_significance():
    margin = np.zeros(1)
    assert reject(at(6.0, 1.0), np.zeros(1), margin, HERE).rejected
    assert not reject(
        at(4.9, 1.0), np.zeros(1), margin, HERE
    ).rejected  # p < 1e-3 (two-sided 0.0018 > 1e-3) and below five
    assert not reject(at(6.0, 1.0), np.zeros(1), np.full(1, 1.5), HERE).rejected  # the rival has a budget, too
    tail = reject(at(6.0, 1.0), np.zeros(1), margin, HERE).p_value
    assert tail == pytest.approx(2 * stats.t.sf(6.0, 7))
    many = Estimate(np.r_[6.0, np.zeros(9)], np.ones(10), 8)
    assert reject(many, np.zeros(10), np.zeros(10), np.full(10, True)).p_value == pytest.approx(10 * tail)


def test_a_rival_is_excluded_only_where_it_can_be_told_from_the_theory():
    """The telling point is the furthest of those where the two differ by more than both margins."""
    data = Estimate(np.array([50.0, 8.0]), np.ones(2), 8)
    found = reject(data, np.zeros(2), np.zeros(2), np.array([False, True]))
    assert (found.standard_errors, found.point, found.told) == (8.0, 1, True)
    hidden = reject(data, np.zeros(2), np.zeros(2), np.array([False, False]))
    assert (hidden.standard_errors, hidden.told, hidden.rejected) == (0.0, False, False)


def test_a_rival_needs_eight_replicates():
    with pytest.raises(BadInput, match="at least 8 replicates, not 7"):
        reject(at(100.0, 1.0, 7), np.zeros(1), np.zeros(1), HERE)


@pytest.mark.parametrize("ratio", [2.5, 4.0, 6.0])
def test_the_stated_flip_rate_is_that_of_simulated_claims(ratio):
    """Flip rate at margin = ratio standard errors, truth in the middle, against 40,000 simulated claims."""
    rng = np.random.default_rng(5)
    count = 40_000
    values = rng.standard_normal((8, count)) * np.sqrt(8.0)
    found = estimate(values)
    lower, upper = np.full(count, -ratio), np.full(count, ratio)
    simulated = 1.0 - inside(found, np.zeros(count), lower, upper).mean()
    stated = flip_rate(at(0.0, 1.0), np.zeros(1), *limits(ratio), Verdict.REPRODUCED)
    # The binomial error, plus the midpoint rule's bias on 400 quantiles of the chi distribution.
    assert stated == pytest.approx(simulated, abs=4 * np.sqrt(simulated * (1 - simulated) / count) + 1 / 400)


def test_the_smallest_caught_deviation_is_contradicted_nine_times_in_ten():
    rng = np.random.default_rng(7)
    count, margin = 40_000, 3.0
    deviation = smallest_caught(at(0.0, 1.0), np.full(1, margin))[0]
    values = deviation + rng.standard_normal((8, count)) * np.sqrt(8.0)
    caught = outside(
        estimate(values), np.zeros(count), np.full(count, -margin), np.full(count, margin), points=1
    ).mean()
    # t-quantiles in place of the noncentral law: an approximation of a few per cent on the safe side or off it.
    assert 0.85 < caught < 0.95
