"""The operation that loses a value is named, with how often, where, and why."""

from dataclasses import dataclass

import numpy as np
import pytest

from fieldbench.claims import Experiment, Quantity, crossing, exponent, log
from fieldbench.judging.evaluation import World
from fieldbench.judging.missing import why_missing


@dataclass(frozen=True)
class Curve(Experiment):
    size: int
    samples = (1, 2, 4)
    learned = Quantity("samples")
    above = Quantity()
    below = Quantity()


MEASURED = {
    "learned": np.array([[0.1, 0.4, 0.8], [0.1, 0.2, 0.3], [0.6, 0.7, 0.8], [0.2, 0.6, 0.9]]),
    "above": np.array([1.0, 2.0, 3.0, 4.0]),
    "below": np.array([1.0, 0.0, -0.25, 2.0]),
}
WORLD = World(lambda expression, at: MEASURED.get(str(expression)), lambda theory: WORLD, "the measurement")
LEARNED = crossing(Curve.learned, 0.5)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (
            LEARNED,
            "2 of 4 replicates have no value of crossing(learned, 0.5) at size=10: "
            "the curve does not rise through that level between its first and its last point",
        ),
        (
            exponent(LEARNED, over=lambda at: at.size),  # the innermost one is meant, not what is made of it
            "2 of 4 replicates have no value of crossing(learned, 0.5) at size=10: the curve does not rise",
        ),
        (
            log(Curve.below) * 2.0,
            "2 of 4 replicates have no value of log(below) at size=10: it takes a logarithm, and below falls to -0.25",
        ),
        (
            exponent(Curve.below, over=lambda at: at.size),
            "2 of 4 replicates have no value of exponent(below) at exponent: it takes a logarithm, and below falls",
        ),
        (
            Curve.above / Curve.below,
            "1 of 4 replicates have no value of (above / below) at size=10: below is 0 there",
        ),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_the_operation_that_loses_a_value_is_named(expression, reason):
    assert why_missing(expression, [Curve(10), Curve(20)], WORLD).startswith(reason)
