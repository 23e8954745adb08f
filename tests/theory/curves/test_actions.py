"""Actions side by side: against the rooms they are put together from, limits, and the map of bands."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.curves import unevenness
from fieldbench.theory.curves.actions import bands, errors_by_action, own_bounds, uneven_ridge
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.decimation.running_ridge import decimate, decimated_curve, equivalent_kernel_at_cutoff
from fieldbench.theory.kernels import principal_components
from fieldbench.theory.kernels.spectrum import Spectrum

LEVELS = np.arange(1, 80.0) ** -1.7
TARGET = np.arange(1, 80.0) ** -1.2
SAMPLES, RIDGES = (10, 40), (0.01, 1.0, 1e6)


def test_decimation_is_that_of_the_other_room():
    found = errors_by_action(Spectrum(LEVELS), SAMPLES, RIDGES, TARGET, 0.05, population=200)
    for row, size in enumerate(SAMPLES):
        for column, ridge in enumerate(RIDGES[:2]):
            full = effective_ridge(LEVELS, size, ridge, target=TARGET, population=200)
            cut = decimate(LEVELS, full.learnability[0], ridge, 0.05)
            expected = decimated_curve(cut, size, TARGET, 200).test_error[0]
            assert found["decimation"][row, column] == pytest.approx(expected, rel=1e-12)
            expected = equivalent_kernel_at_cutoff(cut, size, TARGET)
            assert found["cutoff"][row, column] == pytest.approx(expected, rel=1e-12)
            assert found["effective_ridge"][row, column] == pytest.approx(full.test_error[0], rel=1e-12)


def test_all_actions_agree_at_an_enormous_ridge():
    found = errors_by_action(Spectrum(LEVELS), SAMPLES, RIDGES, TARGET, 1e-9)
    for errors in found.values():
        # They differ by the learned share times one loop: (PTr K/κ)².
        np.testing.assert_allclose(errors[:, 2], found["effective_ridge"][:, 2], rtol=(40 * 5 / 1e6) ** 2 * 10)


def test_they_are_ordered_where_nothing_is_lost():
    # κ < κ_1 < κ_eff, and E0 follows: each action errs on the low side, by more than rounding where the loop is seen.
    found = errors_by_action(Spectrum(LEVELS), SAMPLES, RIDGES[:2], TARGET, 0.05)
    assert np.all(found["equivalent_kernel"] < found["one_loop"])
    assert np.all(found["one_loop"] < found["effective_ridge"])


def test_bounds_hold_the_ends():
    found = errors_by_action(Spectrum(LEVELS), SAMPLES, RIDGES, TARGET, 0.05)
    for action, bound in own_bounds(Spectrum(LEVELS), SAMPLES, RIDGES).items():
        assert bound.shape == (2, 3)
        assert np.all(np.log(found["effective_ridge"] / found[action]) <= bound + 1e-12)


def test_bands_of_points_near_and_far_from_an_edge():
    inside, beyond = bands(
        np.array([0.0, 0.018, -0.022, -0.04, 0.099, 0.2, np.inf]), np.full(7, 0.005), (0.02, 0.05, 0.1)
    )
    assert inside.tolist() == [0.02, 0.05, 0.05, 0.05, np.inf, np.inf, np.inf]
    assert beyond.tolist() == [0.0, 0.0, 0.0, 0.02, 0.05, 0.1, 0.1]


@pytest.mark.parametrize("steps", [(0.05, 0.02), (0.0, 0.1)])
def test_bands_rise(steps):
    with pytest.raises(BadInput, match="rise"):
        bands(np.zeros(1), np.zeros(1), steps)


def test_an_uneven_ridge_matters_less_where_the_ridge_is_bare():
    rng = np.random.default_rng(0)
    points = rng.standard_normal((60, 5))
    modes = principal_components((points @ points.T / 5) ** 3 + np.eye(60))
    found = uneven_ridge(modes, (6, 12), (1e-3, 1.0, 1e3))
    assert found.shape == (2, 3)
    assert np.all(np.diff(found, axis=1) < 0.0)
    dressed = effective_ridge(modes.eigenvalues, 12, 1.0, population=60).effective_ridge[0]
    whole = unevenness.over_points(modes, 12, dressed) + unevenness.between_draws(modes, 12, dressed)
    assert found[1, 1] == pytest.approx((1.0 - 1.0 / dressed) * whole, rel=1e-12)


def test_points_that_are_all_alike_have_an_even_ridge():
    # On a regular polygon every point sees the same kernel: nothing varies over points, only between draws.
    angles = 2.0 * np.pi * np.arange(40) / 40
    modes = principal_components(np.exp(np.cos(angles[:, None] - angles[None, :])))
    dressed = effective_ridge(modes.eigenvalues, 5, 0.1, population=40).effective_ridge[0]
    between = unevenness.between_draws(modes, 5, dressed)
    assert uneven_ridge(modes, (5,), (0.1,))[0, 0] == pytest.approx((1.0 - 0.1 / dressed) * between, rel=1e-9)
