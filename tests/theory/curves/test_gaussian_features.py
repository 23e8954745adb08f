"""Orders in 1/P for Gaussian features, against exact averages, regression, identities and the known first order."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.curves import (
    effective_ridge,
    gaussian_error_correction,
    gaussian_error_second_correction,
    gaussian_learnability_correction,
    gaussian_learnability_second_correction,
    gaussian_orders,
    mean_of_sum,
)
from fieldbench.theory.kernels import Spectrum
from fieldbench.theory.kernels.spectrum import PowerLawTail

LAMBDA, POWER = np.arange(1, 25.0) ** -1.6, np.arange(1, 25.0) ** -1.0


def test_first_two_orders_are_the_effective_ridge_and_its_known_correction():
    found = gaussian_orders(LAMBDA, [8, 40], 0.2, POWER, 0.3)
    curve = effective_ridge(LAMBDA, [8, 40], 0.2, target=POWER, noise=0.3)
    np.testing.assert_allclose(found.learned[0], curve.learnability, rtol=1e-12)
    np.testing.assert_allclose(found.learned[1], gaussian_learnability_correction(curve), rtol=1e-9)
    np.testing.assert_allclose(found.error[0], curve.test_error, rtol=1e-12)
    padded, power = np.append(LAMBDA, 0.0), np.append(POWER, 0.3)
    # The known correction is a numerical derivative: (1e-4)² of truncation.
    np.testing.assert_allclose(found.error[1], gaussian_error_correction(padded, [8, 40], 0.2, power), rtol=1e-6)


@pytest.mark.parametrize(("rows", "modes", "ridge"), [(40, 20, 2.0), (20, 40, 2.0), (30, 30, 5.0), (31, 31, 5.0)])
def test_each_order_brings_flat_spectra_nearer_to_the_exact_mean(rows, modes, ridge):
    spectrum = Spectrum(np.array([1.0]), np.array([float(modes)]))
    found = gaussian_orders(spectrum, rows, ridge, [modes], 0.5)
    learned, missed, noise = mean_of_sum(
        lambda s: np.stack([s / (s + ridge), 1.0 - (ridge / (s + ridge)) ** 2, s / (s + ridge) ** 2]), rows, modes
    )
    for exact, terms in (
        (learned / modes, found.learned[:, 0, 0]),
        (modes - missed + 0.5 * noise + 0.5, found.error[:, 0]),
        ((rows - learned) / ridge, found.trace[:, 0]),
    ):
        left = np.abs(np.cumsum(terms) - exact)
        assert np.all(left[1:] < 0.35 * left[:-1])
        assert left[3] < np.abs(terms[3]) + np.abs(terms[2]) / min(rows, modes)


def test_mean_squares_against_regression():
    samples, ridge, sets = 8, 0.3, 20_000
    features = np.random.default_rng(1).standard_normal((sets, samples, 24))
    inverse = np.linalg.inv((features * LAMBDA) @ features.transpose(0, 2, 1) + ridge * np.eye(samples))
    seen = inverse @ features
    maps = LAMBDA[:, None] * (features.transpose(0, 2, 1) @ seen)
    squares = maps**2 @ POWER + 0.4 * LAMBDA**2 * (seen**2).sum(axis=1)
    error = squares.std(axis=0) / sets**0.5
    found = gaussian_orders(LAMBDA, samples, ridge, POWER, 0.4).squares[:, 0]
    assert np.all(np.abs(squares.mean(axis=0) - found.sum(axis=0)) < 5.0 * error + np.abs(found[3]))
    assert np.any(np.abs(found[2]) > 5.0 * error)  # the second order is seen


def test_learnabilities_add_up_and_power_without_modes_is_noise():
    found = gaussian_orders(LAMBDA, 12, 1e-12, POWER)
    np.testing.assert_allclose(found.learned.sum(axis=(0, 2)), 12.0, rtol=1e-9)
    lacking = gaussian_orders(np.append(LAMBDA, 0.0), 12, 0.1, np.append(POWER, 0.7))
    np.testing.assert_allclose(lacking.error, gaussian_orders(LAMBDA, 12, 0.1, POWER, 0.7).error, rtol=1e-12)


def test_degenerate_spaces_are_lists_of_equal_modes():
    listed = gaussian_orders([1.0, 1.0, 0.2, 0.2, 0.2], 6, 0.1, [0.5, 0.5, 1.0, 1.0, 1.0])
    spaces = gaussian_orders(Spectrum(np.array([1.0, 0.2]), np.array([2.0, 3.0])), 6, 0.1, [1.0, 3.0])
    np.testing.assert_allclose(spaces.error, listed.error, rtol=1e-11)
    np.testing.assert_allclose(spaces.squares[:, :, 1], listed.squares[:, :, 4], rtol=1e-11)


def test_bad_input_is_named():
    for spectrum, ridge in ((LAMBDA, 0.0), (Spectrum(np.array([1.0]), tail=PowerLawTail(1.0, 2.0, 1)), 0.1)):
        with pytest.raises(BadInput, match="need a ridge"):
            gaussian_orders(spectrum, 5, ridge)


def test_the_orders_are_those_of_another_derivation():
    """Two loops around the Gram matrix of n fields (finite_size_error.py), against the expansion in Q = exp X here."""
    spectrum, power = np.arange(1, 60.0) ** -1.6, np.arange(1, 60.0) ** -1.1
    for ridge in (0.01, 1.0):
        curve = effective_ridge(spectrum, [8, 40], ridge)
        found = gaussian_orders(spectrum, [8, 40], ridge, power)
        for order, (of_modes, of_error) in enumerate(
            (
                (gaussian_learnability_correction, gaussian_error_correction),
                (gaussian_learnability_second_correction, gaussian_error_second_correction),
            ),
            start=1,
        ):
            np.testing.assert_allclose(found.learned[order], of_modes(curve), rtol=1e-8, atol=1e-13)
            np.testing.assert_allclose(found.error[order], of_error(spectrum, [8, 40], ridge, power), rtol=1e-4)
