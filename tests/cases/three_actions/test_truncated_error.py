"""What a truncation changes: first order in what is cut, corrections with their signs, nothing where all is kept."""

import numpy as np
import pytest

from cases.three_actions.experiment import GaussianFeatures, Sphere
from cases.three_actions.known_measure import NOISELESS
from cases.three_actions.truncation import change, log_error, resolved
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

    plain = log_error(levels, 10, 0.1, power, lambda *_: np.zeros(1))
    found = log_error(levels, 10, 0.1, power, correction)
    assert found.value - plain.value == pytest.approx(-0.03, abs=1e-12)
    assert (plain.correction, found.correction) == (0.0, pytest.approx(-0.03, abs=1e-12))


def test_left_open_are_the_sizes_of_both_corrections():
    at = GaussianFeatures(199, (30,), draws=1, exponent=2.0, kept=(4,))
    zero = effective_ridge(at.data.power, 30, NOISELESS, target=at.data.power)
    low, noise = at.data.truncated(4, 30)
    cut = effective_ridge(low, 30, NOISELESS + noise, target=at.data.power)
    corrections = change(at).value[0, 0] - np.log(cut.test_error[0] / zero.test_error[0])
    assert abs(corrections) <= change(at).left_open[0, 0]


def test_keeping_everything_changes_nothing():
    at = GaussianFeatures(40, (20,), draws=1, exponent=2.0, kept=(2,))
    assert change(at).value[0, 0] == pytest.approx(0.0, abs=1e-12)


def test_an_experiment_without_truncations_has_none_to_ask():
    at = Sphere(50, (50, 200), draws=1, kept=())
    assert change(at).value.shape == resolved(at).shape == (2, 0)


def test_more_data_sets_resolve_more():
    few, many = (GaussianFeatures(200, (25,), draws=n, exponent=2.0) for n in (1, 10_000))
    assert resolved(many).sum() >= resolved(few).sum()
    assert np.all(resolved(many))
