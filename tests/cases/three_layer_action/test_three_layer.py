"""Three-layer networks: what theories say in their limits, the data sets, the drawn points."""

from dataclasses import replace

import numpy as np
import pytest

from cases.three_layer_action import theory
from cases.three_layer_action.experiment import Network, Published
from cases.three_layer_action.points import points
from cases.three_layer_action.task import linear_task

SMALL = Network(30, 8, 40, 60, 2.0, 0.3, sets=1)


def test_the_sign_moves_weights_and_traces_to_the_other_side_of_no_determinant():
    minus, none, plus = (theory.averaged(SMALL, determinant) for determinant in (1.0, 0.0, -1.0))
    for what in (Network.weights, Network.trace):
        assert np.all(minus[what] < none[what])
        assert np.all(none[what] < plus[what])


def test_infinitely_wide_all_theories_are_the_process():
    wide = replace(SMALL, first=10**9, second=10**9)
    for said in (theory.averaged(wide), theory.published(wide), theory.rescaling(wide)):
        for what, value in theory.gaussian_process(wide).items():
            if what in said:
                assert said[what] == pytest.approx(value, rel=1e-6)


def test_margins_fall_with_the_width():
    """At twice the width two to four times, as 2/n_eff or n_eff/N leads, but for a tenth from the next order."""
    sizes = []
    for factor in (4, 8):
        at = replace(SMALL, first=40 * factor, second=60 * factor)
        sizes.append(theory.with_margins_of(at, theory.averaged(at))[Network.output].sizes()["second order of n_eff/N"])
    assert 1.8 < sizes[0] / sizes[1] < 4.0


def test_the_published_teacher_and_its_variances():
    at = Published(40, 8, 50, 50, 256.0, 0.256, sets=1)
    assert at.variance == 2.0
    assert np.abs(at.task(0).targets).max() < 0.5 * 0.5205  # ½ erf(½)
    assert theory.prior_kernels(at, 0)[0] == pytest.approx(2.0 * at.task(0).inputs @ at.task(0).inputs.T / 8)


def test_data_are_the_same_whenever_asked_and_directions_have_unit_length():
    first = linear_task(0, 20, 6)
    assert np.array_equal(first.inputs, linear_task(0, 20, 6).inputs)
    assert not np.array_equal(first.inputs, linear_task(1, 20, 6).inputs)
    assert np.linalg.norm(first.directions, axis=0) == pytest.approx(np.ones(5))
    assert first.directions[:, 0] * np.linalg.norm(first.targets) == pytest.approx(first.targets)


def test_drawn_points_lie_in_their_box():
    assert points() == points()
    for at in points():
        assert 12 <= at.dimension <= 32
        assert 1.9 <= at.samples / at.dimension <= 5.1
        assert min(at.first, at.second) >= 80
        assert max(at.first, at.second) <= 320
        assert 1 <= at.chi <= 30
        assert 0.2 <= at.ridge <= 2
