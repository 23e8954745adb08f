"""Lines over commits: where points stand, where a line breaks, what is said in words."""

import re

import pytest

from fieldbench.report.site.lines import EDGE, HEIGHT, strains, trend


def heights(drawn):
    return [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', drawn)]


def test_a_factor_of_two_fills_the_height_and_a_tenth_does_not():
    assert heights(trend([1.0, 2.0], "")) == [HEIGHT - EDGE, EDGE]
    low, high = heights(trend([1.0, 1.1], ""))
    assert low - high == pytest.approx((HEIGHT - 2 * EDGE) * 0.1375, abs=0.1)  # ln 1.1/ln 2
    first, between, last = heights(trend([1.0, 10.0, 100.0], ""))
    assert between == pytest.approx((first + last) / 2)


def test_a_line_breaks_where_a_commit_has_no_value():
    drawn = trend([1.0, 1.0, None, 1.0], "words <&>")
    assert [len(points.split()) for points in re.findall(r'<polyline points="([^"]*)"', drawn)] == [2, 1]
    assert 'role="img" aria-label="words &lt;&amp;&gt;"' in drawn


def test_values_of_either_sign_stand_on_a_linear_scale():
    first, second, third = heights(trend([-1.0, 0.0, 1.0], ""))
    assert first - second == pytest.approx(second - third)


def test_records_stand_in_their_band_or_at_the_edge():
    drawn = strains([("a&b", 0.5, 0.2), ("c", -7.0, 1.0)], "words")
    inside, outside = heights(drawn)
    top, height = map(float, re.search(r'<rect x="28" y="(\d+)" width="\d+" height="(\d+)"', drawn).groups())
    assert top < inside < top + height
    assert outside > top + height
    assert "a&amp;b" in drawn
