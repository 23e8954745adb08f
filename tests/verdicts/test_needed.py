"""How many replicates an open question would take: held against the rule itself."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from fieldbench.verdicts.needed import needed, needed_against, times
from fieldbench.verdicts.rule import Estimate, Verdict, judge


def check(deviation, error, margin, replicates=16, **changes):
    one = {
        "verdict": "inconclusive", "replicates": replicates, "reason": "", "side": "both", "labels": [""],
        "measured": [1.0 + deviation], "expected": [1.0], "standard_error": [error], "margin": [margin],
    }  # fmt: skip
    return SimpleNamespace(**{**one, **changes})


TWO = {
    "labels": ["a", "b"],
    "measured": [1.0, 1.05],
    "expected": [1.0, 1.0],
    "standard_error": [0.01, 0.04],
    "margin": [0.1, 0.1],
}


@pytest.mark.parametrize("room", [0.9, 0.5, 0.1, 0.02])
@pytest.mark.parametrize("replicates", [2, 8, 64])
def test_as_many_replicates_as_said_reproduce_and_slightly_fewer_do_not(room, replicates):
    error = 0.6
    factor = times(room, error, replicates)
    verdicts = []
    for share in (1.001, 0.999):
        count = replicates * factor * share
        measured = Estimate(np.array([1.0 - room]), np.array([error * math.sqrt(replicates / count)]), count)
        verdicts.append(judge(measured, np.zeros(1), np.array([-1.0]), np.array([1.0])))
    assert verdicts == [Verdict.REPRODUCED, Verdict.INCONCLUSIVE]


def test_where_the_interval_fits_already_nothing_more_is_needed():
    assert times(1.0, 0.1, 16) == 1.0
    assert times(0.0, 0.1, 16) == math.inf


def test_it_is_said_with_the_number_of_replicates():
    count = math.ceil(16 * times(0.05, 0.04, 16))
    said = needed(check(0.05, 0.04, 0.1))
    assert said.startswith(f"{count / 16:.2g} times the replicates ({count}), or draws in each,")


def test_the_point_that_needs_most_counts():
    several = SimpleNamespace(**{**vars(check(0.05, 0.04, 0.1)), **TWO})
    assert needed(several) == needed(check(0.05, 0.04, 0.1))


def test_a_deviation_on_the_wrong_side_of_the_margin_needs_none():
    said = needed(check(0.14, 0.04, 0.1))
    assert said == "no number of replicates would reproduce a deviation that stays 1 standard errors beyond the margin"
    assert needed(SimpleNamespace(**{**vars(check(0.05, 0.04, 0.1)), **TWO, "measured": [1.0, 1.2]})).endswith(" at b")


def test_a_bound_has_one_wrong_side():
    assert "times the replicates" in needed(check(0.02, 0.04, 0.0, side="above"))
    assert "no number" in needed(check(-0.02, 0.04, 0.0, side="above"))
    assert "no number" in needed(check(0.02, 0.04, 0.0, side="below"))


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "reproduced"},
        {"replicates": 0},
        {"reason": "guard failed: mixing"},
        {"measured": [math.nan]},
    ],
    ids=str,
)
def test_nothing_is_said_where_data_are_not_what_is_wanting(changes):
    assert needed(check(0.05, 0.04, 0.1, **changes)) == ""


def test_a_rival_that_is_not_excluded():
    told = check(0.0, 0.01, 0.1)
    rival = SimpleNamespace(rejected=False, free="", expected=[2.0], margin=[0.1], t=2.5)
    assert needed_against(told, rival).startswith("4 times the replicates")
    rival.t = 0.0
    assert needed_against(told, rival).startswith("the data lie within the rival's margin")
    rival.rejected = True
    assert needed_against(told, rival) == ""
