"""Time left, by a clock that is set by hand."""

import json

import pytest

from fieldbench.report.pace import PRIOR, Pace, duration, seconds_of


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def paced(expected, workers=1):
    clock = Clock()
    return Pace(expected, workers, clock), clock


def test_the_reference_is_taken_at_its_word_until_this_machine_shows_its_own_pace():
    pace, clock = paced({"a": 10.0, "b": 30.0, "c": 60.0})
    assert pace.left() == pytest.approx(100.0)
    pace.start("a")
    clock.now = 20.0
    pace.finish("a")  # twice as slow
    slower = (PRIOR + 20.0) / (PRIOR + 10.0)
    assert pace.left() == pytest.approx(90.0 * slower)
    pace.start("b")
    clock.now = 30.0
    assert pace.left() == pytest.approx((30.0 * slower - 10.0) + 60.0 * slower)
    pace.at("b", 0.25)  # a quarter of its cells in ten seconds
    assert pace.left() == pytest.approx(30.0 + 60.0 * slower)
    assert pace.running == ["b"]
    assert pace.line(80).startswith("1 of 3 claims, about ")
    assert pace.line(80).endswith(" left: b")
    assert len(pace.line(20)) < 20


def test_what_is_overdue_shows_the_pace_before_it_is_done():
    pace, clock = paced({"a": 10.0, "b": 100.0})
    pace.start("a")
    clock.now = 30.0
    slower = (PRIOR + 30.0) / (PRIOR + 10.0)
    assert pace.left() == pytest.approx(0.1 * 30.0 + 100.0 * slower)


def test_workers_share_what_is_left_but_nobody_is_faster_than_the_longest():
    pace, _ = paced({"a": 10.0, "b": 10.0, "c": 40.0}, workers=2)
    assert pace.left() == pytest.approx(40.0)
    pace, _ = paced({"a": 30.0, "b": 30.0, "c": 40.0}, workers=2)
    assert pace.left() == pytest.approx(50.0)


def test_without_records_nothing_is_said_of_the_time_and_an_unknown_claim_counts_as_the_mean():
    pace, clock = paced({"a": 0.0, "b": 0.0})
    assert pace.left() is None
    pace.start("a")
    clock.now = 3.0
    pace.finish("a")
    assert pace.said("a") == "[1 of 2] a: 3.0 s"
    assert paced({"a": 10.0, "b": 20.0, "new": 0.0})[0].left() == pytest.approx(45.0)


def test_what_is_done_leaves_nothing():
    pace, _ = paced({"a": 10.0})
    pace.finish("a")
    assert pace.left() == 0.0
    assert pace.line() == "1 of 1 claims"


@pytest.mark.parametrize(("seconds", "text"), [(4.2, "4.2 s"), (99.6, "100 s"), (150, "2 min"), (9000, "2.5 h")])
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_the_newest_record_of_the_first_place_that_has_one_says_how_long_a_claim_takes(tmp_path):
    for place, name, times in (("mine", "2", [1.0, 2.0]), ("mine", "1", [9.0]), ("theirs", "1", [5.0])):
        path = tmp_path / place / "claim" / "r1" / "quick" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"cells": [{"wall_time": time} for time in times]}))
    places = [tmp_path / name for name in ("none", "mine", "theirs")]
    assert seconds_of("claim", "quick", places) == 3.0
    assert seconds_of("claim", "quick", places[2:]) == 5.0
    assert seconds_of("claim", "paper", places) == seconds_of("other", "quick", places) == 0.0
    for text in ("", "[]", '{"cells": [{}]}', '{"cells": 3}'):
        (tmp_path / "theirs" / "claim" / "r1" / "quick" / "1.json").write_text(text)
        assert seconds_of("claim", "quick", places[2:]) == 0.0
