"""Actions side by side: against the rooms they are put together from, limits, and the unevenness of a ridge."""

from dataclasses import replace

import numpy as np
import pytest

from cases.three_actions.actions import (
    Problem,
    decimation,
    effective_ridge,
    equivalent_kernel,
    equivalent_kernel_at_cutoff,
    equivalent_kernel_bound,
    one_loop,
    one_loop_bound,
    uneven_ridge,
)
from fieldbench.theory import curves
from fieldbench.theory.curves import unevenness
from fieldbench.theory.decimation import decimate, decimated_curve
from fieldbench.theory.decimation import equivalent_kernel_at_cutoff as cutoff_of_one
from fieldbench.theory.kernels import EmpiricalSpectrum, Spectrum, principal_components

LEVELS, TARGET = np.arange(1, 80.0) ** -1.7, np.arange(1, 80.0) ** -1.2
ALONE = Problem(Spectrum(LEVELS), TARGET, samples=(10, 40), ridges=(0.01, 1.0, 1e6))
POPULATION = replace(ALONE, ridges=(0.01, 1.0), population=200)


def test_decimation_is_that_of_the_library_mode_by_mode():
    found, cutoff, whole = (a(POPULATION) for a in (decimation, equivalent_kernel_at_cutoff, effective_ridge))
    for row, size in enumerate(POPULATION.samples):
        for column, ridge in enumerate(POPULATION.ridges):
            full = curves.effective_ridge(LEVELS, size, ridge, target=TARGET, population=200)
            cut = decimate(LEVELS, full.learnability[0], ridge, 0.01)
            expected = decimated_curve(cut, size, TARGET, 200).test_error[0]
            assert found[row, column] == pytest.approx(expected, rel=1e-12)
            assert cutoff[row, column] == pytest.approx(cutoff_of_one(cut, size, TARGET), rel=1e-12)
            assert whole[row, column] == pytest.approx(full.test_error[0], rel=1e-12)


LEARNED = 40 * LEVELS.sum() / 1e6  # at most, P Tr K/κ


@pytest.mark.parametrize(
    ("action", "left"),
    # To first order all learn the same; they differ by one loop, and by what decimation has cut off and never learns.
    [
        (equivalent_kernel, LEARNED**2),
        (one_loop, LEARNED**2),
        (decimation, LEARNED),
        (equivalent_kernel_at_cutoff, LEARNED),
    ],
)
def test_all_actions_agree_at_an_enormous_ridge(action, left):
    np.testing.assert_allclose(action(ALONE)[:, 2], effective_ridge(ALONE)[:, 2], rtol=2.0 * left)


def test_they_are_ordered_where_nothing_is_lost():
    # κ < κ_1 < κ_eff, and E0 follows: each action errs on the low side, by more than rounding where the loop is seen.
    seen = replace(ALONE, ridges=(0.01, 1.0))
    assert np.all(equivalent_kernel(seen) < one_loop(seen))
    assert np.all(one_loop(seen) < effective_ridge(seen))


@pytest.mark.parametrize(
    ("action", "bound"), [(equivalent_kernel, equivalent_kernel_bound), (one_loop, one_loop_bound)]
)
def test_bounds_hold_the_ends(action, bound):
    assert bound(ALONE).shape == (2, 3)
    assert np.all(np.log(effective_ridge(ALONE) / action(ALONE)) <= bound(ALONE) + 1e-12)


def _of(modes: EmpiricalSpectrum, samples: tuple[int, ...], ridges: tuple[float, ...]) -> Problem:
    count = len(modes.eigenvalues)
    return Problem(Spectrum(modes.eigenvalues), np.ones(count), samples, ridges, population=count)


def test_an_uneven_ridge_matters_less_where_the_ridge_is_bare():
    rng = np.random.default_rng(0)
    points = rng.standard_normal((60, 5))
    modes = principal_components((points @ points.T / 5) ** 3 + np.eye(60))
    found = uneven_ridge(modes, _of(modes, (6, 12), (1e-3, 1.0, 1e3)))
    assert found.shape == (2, 3)
    assert np.all(np.diff(found, axis=1) < 0.0)
    dressed = curves.effective_ridge(modes.eigenvalues, 12, 1.0, population=60).effective_ridge[0]
    whole = unevenness.over_points(modes, 12, dressed) + unevenness.between_draws(modes, 12, dressed)
    assert found[1, 1] == pytest.approx((1.0 - 1.0 / dressed) * whole, rel=1e-12)


def test_points_that_are_all_alike_have_an_even_ridge():
    # On a regular polygon every point sees the same kernel: nothing varies over points, only between draws.
    angles = 2.0 * np.pi * np.arange(40) / 40
    modes = principal_components(np.exp(np.cos(angles[:, None] - angles[None, :])))
    dressed = curves.effective_ridge(modes.eigenvalues, 5, 0.1, population=40).effective_ridge[0]
    between = unevenness.between_draws(modes, 5, dressed)
    assert uneven_ridge(modes, _of(modes, (5,), (0.1,)))[0, 0] == pytest.approx(
        (1.0 - 0.1 / dressed) * between, rel=1e-9
    )
