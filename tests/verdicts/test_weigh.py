"""One check on constructed values: outcome, rivals, resolution, words."""

import numpy as np
import pytest
from scipy import stats

from fieldbench.errors import BadInput
from fieldbench.verdicts.outcome import ExitCode, Judgement, Part, Terms, hold, worst
from fieldbench.verdicts.rule import Verdict
from fieldbench.verdicts.weigh import RivalNumbers, not_run, weigh
from fieldbench.verdicts.words import check_text, rival_text, worst_point

POINTS = ("a", "b")
EXPECTED = np.array([1.0, 2.0])
QUANTILE = stats.t.ppf(0.99, 7)
SPREAD = np.array([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0])
"""Eight values of mean zero; their standard error is 1/√7."""


def around(mean, error=0.01):
    """Eight replicates whose mean and standard error are exactly these, at each point."""
    return np.asarray(mean, np.float64) + error * np.sqrt(7.0) * SPREAD[:, None]


def part(size, name="a cause"):
    return Part(name, np.broadcast_to(np.float64(size), (2,)), "1/n", "bounded")


def weighed(values, *rivals, margin=0.2, **terms):
    return weigh(Terms("a-check", **terms), POINTS, values, EXPECTED, (part(margin),), rivals)


def test_the_margin_is_the_sum_of_its_parts():
    parts = (part(0.1), part(0.05, "another"))
    found = weigh(Terms("a-check"), POINTS, around(EXPECTED), EXPECTED, parts)
    np.testing.assert_allclose(found.margin, 0.15)
    assert found.parts == parts
    assert found.verdict is Verdict.REPRODUCED
    np.testing.assert_allclose(found.standard_error, 0.01)
    np.testing.assert_allclose(found.interval, QUANTILE * 0.01)
    for bad in (-0.1, np.nan, np.inf):
        with pytest.raises(BadInput, match="a-check: part 'a cause' of the margin is negative or not finite"):
            weighed(around(EXPECTED), margin=bad)


def test_a_part_of_size_zero_is_legal_and_leaves_nothing_to_spare():
    held = weighed(np.stack([EXPECTED, EXPECTED]), RivalNumbers("same", EXPECTED, (part(0.0),)), margin=0.0, exact=True)
    assert held.verdict is Verdict.COMPATIBLE  # with the rival as well
    np.testing.assert_array_equal(held.margin, [0.0, 0.0])
    np.testing.assert_array_equal(held.rivals[0].distance, [0.0, 0.0])
    assert not held.rivals[0].as_declared
    assert "margin 0 at a" in check_text(held)
    off = weighed(np.stack([EXPECTED, np.nextafter(EXPECTED, [1.0, 9.0])]), margin=0.0, exact=True)
    assert off.verdict is Verdict.CONTRADICTED
    assert worst_point(off) == 1
    noisy = weighed(around(EXPECTED), margin=0.0)
    assert noisy.verdict is Verdict.INCONCLUSIVE
    one = weigh(Terms("a-check"), POINTS, around(EXPECTED), EXPECTED, (part([0.0, 0.2]), part(0.1, "another")))
    np.testing.assert_allclose(one.margin, [0.1, 0.3])
    assert one.verdict is Verdict.REPRODUCED


def test_a_rival_has_its_distance_at_each_point_beyond_its_own_margin():
    rival = RivalNumbers("near", np.array([1.1, 2.5]), (part(0.02),))
    (found,) = weighed(around(EXPECTED), rival, margin=0.05).rivals
    np.testing.assert_allclose(found.distance, [8.0, 48.0])
    np.testing.assert_allclose(found.margin, 0.02)
    assert found.rejection.point == 1
    assert found.rejection.standard_errors == pytest.approx(48.0)
    assert found.as_declared


@pytest.mark.parametrize(("moved", "rejected"), [(0.049, False), (0.0551, False), (0.0651, True)])
def test_a_rival_is_rejected_by_distance_and_by_significance(moved, rejected):
    """By t(7) and corrected for two points, p = 1e-3 needs 6.1 standard errors of 0.01."""
    rival = RivalNumbers("near", EXPECTED + moved, (part(0.0),))
    (found,) = weighed(around(EXPECTED), rival, margin=0.01).rivals
    assert found.rejection.standard_errors == pytest.approx(100 * moved)
    assert found.as_declared is rejected


def test_a_rival_without_a_budget_of_its_own_is_allowed_the_theorys():
    (alike,) = weighed(around(EXPECTED), RivalNumbers("near", EXPECTED + 0.5)).rivals
    np.testing.assert_array_equal(alike.margin, [0.2, 0.2])
    np.testing.assert_allclose(alike.distance, [30.0, 30.0])
    assert alike.as_declared
    (hidden,) = weighed(around(EXPECTED), RivalNumbers("near", EXPECTED + 0.39)).rivals
    assert (hidden.as_declared, hidden.survives) == (False, False)  # nothing could exclude it
    np.testing.assert_allclose(hidden.distance, [19.0, 19.0])
    (alive,) = weighed(around(EXPECTED + 0.3), RivalNumbers("near", EXPECTED + 0.5)).rivals
    assert (alive.as_declared, alive.survives) == (False, True)  # the data had their say


@pytest.mark.parametrize("free", ["", "offset"])
def test_data_that_reproduce_the_theory_never_exclude_it(free):
    """The theory itself as a rival, however small its margin is beside the sampling error."""
    for margin in (0.0, 1e-9, 0.2):
        (found,) = weighed(around(EXPECTED + 0.1), RivalNumbers("itself", EXPECTED, free=free), margin=margin).rivals
        assert not found.as_declared
        assert not found.survives


def test_a_check_that_cannot_tell_its_rival_is_only_compatible():
    near = RivalNumbers("near", EXPECTED + 0.39)
    found = weighed(around(EXPECTED), near)
    assert found.verdict is Verdict.COMPATIBLE
    assert "takes 0.51 of the way to the nearest rival" in found.reason
    assert found.as_declared
    assert Judgement((found,), (), ()).exit_code is ExitCode.AS_DECLARED
    assert Judgement((found,), (), ()).summary() == "compatible (1 of 1 checks compatible only)"
    assert weighed(around(EXPECTED), RivalNumbers("near", EXPECTED + 0.41)).verdict is Verdict.REPRODUCED
    assert weighed(around(EXPECTED + 1.0), near).verdict is Verdict.CONTRADICTED
    assert weighed(around(EXPECTED, 1.0), near).verdict is Verdict.INCONCLUSIVE
    assert weighed(around(EXPECTED)).verdict is Verdict.REPRODUCED  # no rival is named


def test_an_effect_of_interest_stands_for_a_rival():
    def with_effect(*effect):
        parts = (part(0.2),)
        return weigh(Terms("a-check"), POINTS, around(EXPECTED), EXPECTED, parts, (), (), np.array(effect))

    assert with_effect(0.5, 1.0).resolution == pytest.approx(0.4)
    assert with_effect(0.5, 1.0).verdict is Verdict.REPRODUCED
    assert with_effect(0.5, 0.3).verdict is Verdict.COMPATIBLE


def test_a_statement_is_evidence_or_not_as_declared():
    """It needs a rival that it can tell, and no guess in its margin."""
    far = RivalNumbers("far", EXPECTED + 1.0)
    assert weighed(around(EXPECTED), far, statement=True).as_declared
    alone = weighed(around(EXPECTED), statement=True)
    assert (alone.verdict, alone.as_declared) == (Verdict.COMPATIBLE, False)
    assert "without a rival" in alone.reason
    guess = Part("a hunch", np.full(2, 0.01), "1/n", "guessed")

    def guessed(statement, size=1.0):
        parts = (part(0.1), Part(guess.name, size * guess.values, guess.order, guess.got))
        return weigh(Terms("a-check", statement=statement), POINTS, around(EXPECTED), EXPECTED, parts, (far,))

    assert guessed(True).verdict is Verdict.COMPATIBLE
    assert guessed(True).reason == "a guess carries no statement: a hunch"
    assert guessed(True, size=0.0).verdict is Verdict.REPRODUCED
    assert guessed(False).verdict is Verdict.REPRODUCED
    assert Judgement((guessed(True),), (), ()).exit_code is ExitCode.INCONCLUSIVE


def test_resolution_is_the_margin_over_the_nearest_rivals_distance_at_the_worst_point():
    far = RivalNumbers("far", np.array([3.0, 2.8]))
    near = RivalNumbers("near", np.array([1.5, 4.0]))
    # At a: 0.2/0.5; at b the far one is the nearer: 0.2/0.8.
    assert weighed(around(EXPECTED), far, near).resolution == pytest.approx(0.4)
    assert weighed(around(EXPECTED), far).resolution == pytest.approx(0.25)
    assert weighed(around(EXPECTED)).resolution is None


def test_a_rival_with_a_free_constant_is_told_by_its_shape():
    same_shape = RivalNumbers("same-shape", EXPECTED + 5.0, free="offset")
    outcome = weighed(around(EXPECTED), same_shape)
    assert not outcome.rivals[0].as_declared
    assert outcome.resolution == np.inf  # it is nowhere told apart
    flat = RivalNumbers("flat", np.array([7.0, 7.0]), free="offset")
    outcome = weighed(around(EXPECTED), flat)
    assert outcome.rivals[0].as_declared
    # Theory less its mean is ∓0.5, the flat rival's 0.
    assert outcome.resolution == pytest.approx(0.2 / 0.5)


def test_a_free_constant_fits_a_single_point():
    rival = RivalNumbers("any", np.array([9.0]), free="offset")
    found = weigh(Terms("a-check"), ("a",), around([1.0]), EXPECTED[:1], (Part("x", np.array([0.1])),), (rival,))
    assert not found.rivals[0].as_declared


def test_resolution_of_a_one_sided_check_is_half_the_interval_over_the_distance_from_the_bound():
    found = weigh(Terms("a-check", side="above"), POINTS, around(EXPECTED), EXPECTED - [0.5, 0.1], ())
    assert found.verdict is Verdict.REPRODUCED
    assert found.resolution == pytest.approx(QUANTILE * 0.01 / 0.1)
    noisy = weigh(Terms("a-check", side="above"), POINTS, around(EXPECTED), EXPECTED - [0.5, 0.05], ())
    assert noisy.verdict is Verdict.COMPATIBLE  # above, and by less than two half intervals
    below = weigh(Terms("a-check", side="below"), POINTS, around(EXPECTED), EXPECTED - [0.5, 0.1], ())
    assert below.verdict is Verdict.CONTRADICTED


def test_a_failed_guard_decides_and_a_value_that_is_not_a_number_is_said():
    guarded = weigh(Terms("a-check"), POINTS, around(EXPECTED), EXPECTED, (part(0.2),), (), ("tight",))
    assert (guarded.verdict, guarded.reason) == (Verdict.INCONCLUSIVE, "guard failed: tight")
    values = around(EXPECTED)
    values[3, 0] = np.nan
    found = weighed(values)
    assert (found.verdict, found.reason) == (
        Verdict.INCONCLUSIVE,
        "some replicate has no finite value of this observable",
    )


def test_exact_numbers_have_no_replicates():
    found = weighed(np.stack([EXPECTED, EXPECTED + 0.1]), exact=True)
    assert (found.verdict, found.replicates) == (Verdict.REPRODUCED, 0)
    np.testing.assert_allclose(found.measured, EXPECTED + 0.1)  # the furthest


def test_an_exact_number_below_what_is_expected_shows_as_below():
    """The replicate furthest from the theory is judged, the one furthest from a rival excludes it."""
    values = np.array([[0.75, 2.0], [1.125, 2.0]])
    for room, distance in ((0.5, 0.0), (0.25, np.inf)):
        rival = RivalNumbers("near", np.array([1.25, 2.0]), (part([room, 0.0]),))
        found = weighed(values, rival, margin=0.3, exact=True)
        np.testing.assert_array_equal(found.measured - found.expected, [-0.25, 0.0])
        assert found.verdict is Verdict.COMPATIBLE
        np.testing.assert_array_equal(found.rivals[0].distance, [distance, 0.0])
    assert weighed(values, margin=0.2, exact=True).verdict is Verdict.CONTRADICTED


def test_one_replicate_is_no_sample():
    with pytest.raises(BadInput, match="at least 2 independent replicates"):
        weighed(EXPECTED[None])


def test_guards_hold_extremes_and_refuse_what_is_not_a_number():
    held = hold("g", "residual", [np.array([0.1, 0.4]), np.array([[0.2]])], 0.5, 0.0)
    assert (held.smallest, held.largest, held.passed) == (0.1, 0.4, True)
    assert not hold("g", "residual", [np.array([0.1, np.nan])], 0.5, None).passed
    assert not hold("g", "residual", [np.array([0.6])], 0.5, None).passed
    assert hold("g", "residual", [np.array([0.5])], 0.5, 0.5).passed
    assert hold("g", "residual", [], 0.5, None) is None
    assert hold("g", "residual", [np.zeros(2)], 0.0, 0.0).passed  # zero is a limit, not the absence of one
    assert not hold("g", "residual", [np.array([0.1])], 0.0, None).passed
    assert not hold("g", "residual", [np.array([-0.1])], None, 0.0).passed


def test_a_judgement_says_what_did_not_run():
    absent = not_run(Terms("absent"), "no experiment")
    assert absent.as_declared
    good, odd = weighed(around(EXPECTED)), weighed(around(EXPECTED + 1.0))
    assert Judgement((good,), (), ()).summary() == "reproduced"
    assert Judgement((good, absent), (), ()).summary() == "reproduced; not run: absent"
    assert Judgement((good, absent), (), ()).summary(("no moon",)) == "reproduced; not run: no moon"
    assert Judgement((absent,), (), ()).exit_code is ExitCode.COULD_NOT_RUN
    assert Judgement((good,), (), ()).summary((), ("digits",)) == "reproduced on digits"
    odd_one = "NOT AS DECLARED: a-check contradicted, declared reproduced; statement "
    assert Judgement((good, odd), (), ()).summary() == odd_one + "contradicted"
    assert Judgement((good, odd), (), ()).exit_code is ExitCode.CONTRADICTED
    statement = weighed(around(EXPECTED), RivalNumbers("far", EXPECTED + 1.0), statement=True)
    assert Judgement((statement, odd), (), ()).summary() == odd_one + "reproduced"
    declared = weighed(around(EXPECTED + 1.0), expect="contradicted", because="it is one more")
    assert Judgement((statement, declared), (), ()).summary() == "reproduced (a-check contradicted)"


def test_the_worst_wins_and_what_data_contradict_outranks_what_they_leave_open():
    odd, open_ = weighed(around(EXPECTED + 1.0)), weighed(around(EXPECTED, 1.0))
    assert Judgement((open_,), (), ()).exit_code is ExitCode.INCONCLUSIVE
    assert Judgement((open_, odd), (), ()).exit_code is ExitCode.CONTRADICTED
    assert [worst(codes) for codes in ([0, 4], [4, 3, 0], [3, 5], [])] == [4, 3, 5, 5]


def test_words_name_the_point_that_strains_its_margin_most():
    values = around(EXPECTED + np.array([0.05, 0.12]))
    found = weighed(values, RivalNumbers("near", EXPECTED + 0.5, (part(0.26),)))
    assert worst_point(found) == 1
    text = check_text(found)
    assert text.startswith("a-check: reproduced; measured 2.12 ± 0.01, expected 2, margin 0.2 at b (8 replicates)")
    assert rival_text(found, found.rivals[0]).startswith("a-check: rival near rejected: 19 standard errors, p = ")
    hidden = weighed(values, RivalNumbers("near", EXPECTED))
    assert "rival near cannot be told from the theory" in rival_text(hidden, hidden.rivals[0])
    assert "declared reproduced" in check_text(weighed(around(EXPECTED + 1.0)))
    because = weighed(around(EXPECTED + 1.0), expect="contradicted", because="it is one more")
    assert "as declared, because it is one more" in check_text(because)
    logs = weigh(Terms("a-check", scale="log"), ("a",), np.log(around([1.0])), np.zeros(1), (Part("x", np.ones(1)),))
    assert "(relative)" in check_text(logs)
