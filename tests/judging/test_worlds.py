"""Data simulated from worlds in which a claim is false, judged by its check."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from fieldbench.claims import AtLeast, Case, Check, Control, Experiment, Known, Quantity, Remainder, Tier
from fieldbench.judging.predictions import predict
from fieldbench.judging.worlds import meet


@dataclass(frozen=True)
class Line(Experiment):
    size: int

    length = Quantity()

    def measure(self, key):
        raise AssertionError("judging measures nothing")


def theory(at):
    return {Line.length: Known(float(at.size), Remainder("x", 0.05, got="bounded", relative=True))}


def world(factor, of=lambda at: 1.0):
    return lambda at: {Line.length: float(at.size) * (1.0 + (factor - 1.0) * of(at))}


LENGTH = Check("length", Line.length, rivals={"half": world(0.5)}, statement=True)
LOGS = Check("logs", Line.length, rivals={"half": world(0.5)}, scale="log")
BOUND = AtLeast("bound", Line.length, 9.0)
CASE = Case(
    theories={Line: theory},
    tiers={"quick": Tier([Line(10), Line(20)], 12)},
    checks=(LENGTH, LOGS, BOUND),
    controls=(Control("half", contradicts=LENGTH, theory=world(0.5)),),
)
RNG = np.random.default_rng(3)
EXPERIMENTS = CASE.tier("quick").experiments


def met(check, false, noise=0.01):
    measured = {at: {"length": at.size * (1.0 + noise * RNG.standard_normal(12))} for at in EXPERIMENTS}
    return meet(CASE, check, false, measured, predict(CASE, "quick", EXPERIMENTS))


@pytest.mark.parametrize("check", [LENGTH, LOGS])
def test_a_far_world_is_contradicted_and_the_claims_own_is_not(check):
    far = met(check, world(1.12))
    assert far.margins == pytest.approx(2.4, rel=0.06)
    assert far.far
    assert far.contradicted == 1.0
    own = met(check, theory)
    assert own.margins == 0.0
    assert own.contradicted < 0.05
    assert own.verdicts["reproduced"] > 0.95
    assert not met(check, world(1.05)).far


def test_a_world_that_differs_at_one_point_is_as_far_as_it_is_there():
    found = met(LENGTH, world(1.2, lambda at: at.size == 20))
    assert found.margins == pytest.approx(4.0)
    assert found.contradicted == 1.0


def test_too_much_noise_hides_a_far_world():
    assert met(LENGTH, world(1.12), noise=0.5).contradicted < 0.1


def test_a_rival_as_a_world_says_what_was_predicted_and_is_not_asked_again():
    rival = LENGTH.rivals["half"]
    said = predict(CASE, "quick", EXPERIMENTS)
    doubled = {
        at: {what: replace(one, value=2.0 * one.value) for what, one in of.items()} for at, of in said["half"].items()
    }
    measured = {at: {"length": np.full(12, float(at.size))} for at in EXPERIMENTS}
    assert meet(CASE, LENGTH, rival, measured, said).margins == pytest.approx(10.0)
    assert meet(CASE, LENGTH, rival, measured, {**said, "half": doubled}).margins == 0.0
    assert meet(CASE, LENGTH, rival, measured, {**said, "half": {}}).margins == pytest.approx(10.0)  # asked


def test_a_number_is_a_world_and_a_bound_is_broken_in_half_intervals():
    assert met(BOUND, 8.0).contradicted == 1.0
    assert met(BOUND, 8.0).far
    assert met(BOUND, 9.5).margins < 0.0
