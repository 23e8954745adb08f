"""What a truncation changes: first order in what is cut, corrections with their signs, nothing where all is kept."""

import numpy as np
import pytest

from cases.three_actions.experiment import GaussianFeatures, Sphere
from cases.three_actions.known_measure import NOISELESS
from cases.three_actions.truncation import RESOLUTION, change, log_error, told
from fieldbench.theory.curves import effective_ridge
from fieldbench.theory.decimation import ridge_shift
from fieldbench.theory.kernels import Spectrum


def test_it_is_first_order_in_what_is_cut():
    at = GaussianFeatures(199, (30,), draws=1, exponent=2.0, kept=(4,))
    full = effective_ridge(at.data.power, 30, NOISELESS, target=at.data.power)
    # δ ln κ_eff = E0 Σ_{k>Λ} λ_kL_k/κ_eff, and the error responds by at most twice that in (1−L)² and as much in E0.
    shift = ridge_shift(at.data.power, 30, full, 120)
    found = change(at)
    assert found.value.shape == found.left_open.shape == (1, 1)
    assert 0.0 < abs(found.value[0, 0]) < 4.0 * shift + found.left_open[0, 0]


def test_a_correction_enters_with_its_sign():
    levels = Spectrum(np.arange(1, 50.0) ** -2)
    power = levels.eigenvalues

    def correction(spectrum, samples, ridge, target):
        return -0.03 * effective_ridge(spectrum, samples, ridge, target=target).test_error

    plain = log_error(levels, 10, 0.1, power, [])
    found = log_error(levels, 10, 0.1, power, [correction, correction])
    assert plain.leading == found.leading
    assert plain.orders.size == 0
    np.testing.assert_allclose(found.orders, np.diff(np.log([1.0, 0.97, 0.94])), atol=1e-12)


def test_orders_are_those_of_the_difference_and_leave_less_than_they_bring():
    at = GaussianFeatures(199, (30,), draws=1, exponent=2.0, kept=(4,))
    zero = effective_ridge(at.data.power, 30, NOISELESS, target=at.data.power)
    low, noise = at.data.truncated(4, 30)
    cut = effective_ridge(low, 30, NOISELESS + noise, target=at.data.power)
    found = change(at)
    assert found.leading[0, 0] == pytest.approx(np.log(cut.test_error[0] / zero.test_error[0]), abs=1e-10)
    assert 0.0 < found.left_open[0, 0] < abs(found.value[0, 0] - found.leading[0, 0])


def test_keeping_everything_changes_nothing():
    at = GaussianFeatures(40, (20,), draws=1, exponent=2.0, kept=(2,))
    assert change(at).value[0, 0] == pytest.approx(0.0, abs=1e-12)


def test_an_experiment_without_truncations_has_none_to_ask():
    at = Sphere(50, (50, 200), draws=1, kept=())
    assert change(at).value.shape == told(at).shape == (2, 0)


def test_what_is_told_is_four_margins_from_no_difference():
    at = GaussianFeatures(200, (25,), draws=1, exponent=2.0)
    assert np.all(np.abs(change(at).value[told(at)]) > 4.0 * RESOLUTION)
    assert not np.any(np.abs(change(at).value[~told(at)]) > 8.0 * (RESOLUTION + change(at).left_open[~told(at)]))
