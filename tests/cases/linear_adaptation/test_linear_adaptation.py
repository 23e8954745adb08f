"""Theories of the case in closed form, and the data sets on which they are asked."""

import numpy as np
import pytest

from cases.linear_adaptation import theory
from cases.linear_adaptation.experiment import Gibbs
from cases.linear_adaptation.task import ising_task

AT = Gibbs(60, 24, 60, 60, 10.0)


def test_spins_follow_their_class():
    inputs, targets, mean = ising_task(0, 4000, 10)
    assert set(np.unique(inputs)) == {-1.0, 1.0}
    # 40,000 spins of standard deviation .98: five standard errors.
    assert np.mean(inputs * targets[:, None]) == pytest.approx(mean[0], abs=0.025)
    assert targets.sum() == 0


def test_the_weights_gain_what_the_readouts_do():
    """tr dΣ − d = Q − 1: each layer's gain is counted by the same rescaling of both (the norm's balance)."""
    for said in (theory.one_scale(AT), theory.without_the_trace(AT), theory.integrated(AT)):
        gain = said[Gibbs.along] + (AT.dimension - 1) * said[Gibbs.across] - AT.dimension
        assert gain == pytest.approx(said[Gibbs.scale] - 1, rel=1e-9)


def test_process_is_no_feature_learning():
    wide = Gibbs(60, 30, 10**9, 1, 10.0)
    for what, value in theory.gaussian_process(wide).items():
        assert theory.one_scale(wide)[what] == pytest.approx(value, abs=1e-7)


def test_a_trace_of_each_mode_is_nearly_none():
    saddle, none, each = (
        of(AT)[Gibbs.train] for of in (theory.one_scale, theory.without_the_trace, theory.trace_mode_by_mode)
    )
    assert abs(each - none) < 0.15 * abs(saddle - none)
