"""Decimation: exact identities of the flow, first-order shifts against exact solutions, published ratios."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.decimation import running_ridge as decimation

MODES = np.arange(1, 4001)
POWER_LAW = MODES**-1.5 / (MODES**-1.5).sum()
RIDGE, SAMPLES = 1e-8, 100.0


def full(ridge=RIDGE, population=None):
    return effective_ridge(POWER_LAW, SAMPLES, ridge, target=POWER_LAW, population=population)


def cut(threshold, curve=None):
    curve = curve or full()
    return decimation.decimate(POWER_LAW, curve.learnability[0], curve.ridge, threshold)


def test_cut_off_is_where_the_learnability_falls_to_the_threshold():
    learned = full().learnability[0]
    decimated = cut(0.1)
    assert learned[decimated.keep - 1] >= 0.1 > learned[decimated.keep]
    np.testing.assert_array_equal(decimated.eigenvalues[: decimated.keep], POWER_LAW[: decimated.keep])
    assert not decimated.eigenvalues[decimated.keep :].any()


@pytest.mark.parametrize("threshold", [0.1, 0.01, 0.001])
def test_what_leaves_the_kernel_enters_the_ridge(threshold):
    decimated = cut(threshold)
    np.testing.assert_allclose(decimated.ridge + decimated.eigenvalues.sum(), RIDGE + POWER_LAW.sum(), rtol=1e-13)


@pytest.mark.parametrize("threshold", [0.1, 0.01, 0.001])
def test_effective_ridge_equation_after_decimation(threshold):
    """κ_eff(1 − Σ_{k≤Λ} L_k/P) = T(Λ) − Σ_{k>Λ} λ_kL_k, exactly: the flow of one coupling and what it leaves out."""
    curve, decimated = full(), cut(threshold)
    learned, keep = curve.learnability[0], decimated.keep
    left = curve.effective_ridge[0] * (1 - learned[:keep].sum() / SAMPLES)
    right = decimated.ridge - (POWER_LAW * learned)[keep:].sum()
    np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-15)  # differences of numbers of order one


def test_first_order_shift_is_exact_to_second_order():
    curve = full()
    errors = []
    for threshold in (0.03, 0.01, 0.003):
        decimated = cut(threshold)
        shift = decimation.ridge_shift(POWER_LAW, SAMPLES, curve, decimated.keep)
        reduced = effective_ridge(decimated.eigenvalues, SAMPLES, decimated.ridge)
        exact = np.log(reduced.effective_ridge[0] / curve.effective_ridge[0])
        assert exact > 0
        errors.append(abs(exact / shift - 1) / shift)
    assert max(errors) < 2  # relative error of the first order is a constant of order one times the shift


def test_learnability_shift_is_the_derivative():
    curve, step = full(), 1e-6
    learned = curve.learnability[0]
    gain = SAMPLES * POWER_LAW
    moved = gain / (gain + curve.effective_ridge[0] * np.exp(step))
    np.testing.assert_allclose(decimation.learnability_shift(learned, step), moved - learned, rtol=1e-4, atol=1e-15)


@pytest.mark.parametrize(("threshold", "ratio", "digits"), [(0.5, 0.86, 0.02), (0.1, 0.45, 0.03), (0.01, 0.25, 0.01)])
def test_equivalent_kernel_at_the_cutoff_is_biased_low_as_known(threshold, ratio, digits):
    """Error over true error for a ridgeless power law with α = 1/2 and a few thousand modes, from other code."""
    curve = full()
    literal = decimation.equivalent_kernel_at_cutoff(cut(threshold), SAMPLES, POWER_LAW)
    assert abs(literal / curve.test_error[0] - ratio) < digits


@pytest.mark.parametrize("population", [None, 4000])
@pytest.mark.parametrize("threshold", [0.1, 0.01, 0.001])
def test_finishing_with_the_effective_ridge_repairs_it(threshold, population):
    curve = full(population=population)
    reduced = decimation.decimated_curve(cut(threshold, curve), SAMPLES, POWER_LAW, population)
    e0 = SAMPLES / (SAMPLES - (curve.learnability[0] ** 2).sum())
    assert abs(np.log(reduced.test_error[0] / curve.test_error[0])) < e0 * threshold


def test_difference_vanishes_when_nothing_is_cut_off():
    curve = full(population=4000)
    everything = decimation.Decimation(4000, RIDGE, POWER_LAW)
    found = decimation.difference(curve, everything, POWER_LAW, 4000)
    assert abs(found.log_error) < 1e-12
    assert abs(found.low_modes) < 1e-12
    assert found.shift == 0.0
    assert found.error_response > 0
    assert found.low_response > 0


def test_difference_agrees_with_the_first_order_in_a_large_population():
    curve = effective_ridge(POWER_LAW, SAMPLES, RIDGE, target=POWER_LAW, population=10**9)
    decimated = cut(0.01)
    found = decimation.difference(curve, decimated, POWER_LAW, 10**9)
    low = slice(decimated.keep)
    moved = decimation.learnability_shift(curve.learnability[0, low], found.shift)
    expected = moved @ POWER_LAW[low] / POWER_LAW[low].sum()
    assert abs(found.low_modes / expected - 1) < 3 * found.shift


@pytest.mark.parametrize(
    ("eigenvalues", "threshold", "words"),
    [
        (POWER_LAW, 0.0, "threshold 0.0 is not a learnability"),
        (POWER_LAW, 1.0, "threshold 1.0"),
        (POWER_LAW[::-1], 0.1, "must fall"),
        (POWER_LAW, 0.9999, "no mode reaches"),
    ],
)
def test_bad_cut(eigenvalues, threshold, words):
    with pytest.raises(BadInput, match=words):
        decimation.decimate(eigenvalues, 0.99 * full().learnability[0], RIDGE, threshold)
