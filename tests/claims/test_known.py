"""What a theory says, and a wrong theory with the margins of the right one."""

import numpy as np

from fieldbench.claims import Experiment, Known, Quantity, Remainder, with_margins, with_shares


class Line(Experiment, stream="line"):
    slope = Quantity()
    height = Quantity()


RIGHT = Remainder("next order", 0.1, order="1/n", got="bounded", relative=True)


def right(at):
    return {Line.slope: Known(2.0, RIGHT), Line.height: 1.0}


def test_a_wrong_theory_takes_the_remainders_and_keeps_its_values():
    def wrong(at):
        return {Line.slope: Known(5.0, Remainder("its own", 3.0)), Line.height: 2.0}

    said = with_margins(wrong, right)(None)
    assert list(said) == [Line.slope]  # of the height nobody knows how well it is known
    assert said[Line.slope].value == 5.0
    assert said[Line.slope].remainders == (RIGHT,)


def test_a_plain_number_will_do():
    said = with_margins(lambda at: {Line.slope: np.array([1.0, 2.0])}, right)(None)
    np.testing.assert_array_equal(said[Line.slope].sizes()["next order"], [0.1, 0.2])


def test_a_wrong_theory_has_the_right_ones_remainders_as_they_are_as_large_or_as_the_same_shares():
    part, fixed = Remainder("part", 0.1, relative=True), Remainder("fixed", 0.5)

    def right(_):
        return {Line.slope: Known([2.0, 4.0], part, fixed)}

    def wrong(_):
        return {Line.slope: [-1.0, 8.0]}

    def sizes(theory):
        return {name: size.tolist() for name, size in theory(None)[Line.slope].sizes().items()}

    assert sizes(with_margins(wrong, right)) == {"part": [0.1, 0.8], "fixed": [0.5, 0.5]}
    assert sizes(with_shares(wrong, right)) == {"part": [0.1, 0.8], "fixed": [0.25, 1.0]}
    assert sizes(with_shares(wrong, right, of=())) == {"part": [0.2, 0.4], "fixed": [0.5, 0.5]}
