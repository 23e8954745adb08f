"""The 1/P correction to the error, against regression, exact expansions and identities."""

import numpy as np
import pytest
from scipy import special

from fieldbench.errors import BadInput
from fieldbench.theory.curves.finite_size import learnability_correction
from fieldbench.theory.curves.finite_size_error import (
    gaussian_error_correction,
    gaussian_error_second_correction,
    gaussian_learnability_correction,
    gaussian_learnability_second_correction,
    sphere_error_correction,
)
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.kernels import sphere
from fieldbench.theory.kernels.dual import Kernel
from fieldbench.theory.kernels.spectrum import PowerLawTail, Spectrum


def _errors(features, eigenvalues, power, ridge):
    """Error averaged over targets of this power on each data set, by solves in feature space: no kernel matrix."""
    precision = np.einsum("snk,snl->skl", features, features) + ridge * np.diag(1.0 / eigenvalues)
    missed = np.linalg.inv(precision) * (ridge / eigenvalues)  # 1 − learned map, from target modes to error modes
    return (missed**2).sum(axis=1) @ power


def _regressed(eigenvalues, power, samples, ridge, *, sets, blocks):
    """Mean test error over blocks of data sets of Gaussian features, and its standard error."""
    rng = np.random.default_rng(samples)
    shape = (sets, samples, len(eigenvalues))
    found = np.concatenate([_errors(rng.standard_normal(shape), eigenvalues, power, ridge) for _ in range(blocks)])
    return found.mean(), found.std() / np.sqrt(found.size)


@pytest.mark.parametrize(("samples", "ridge"), [(8, 0.3), (12, 0.05), (12, 3.0), (30, 0.2)])
def test_gaussian_features_against_regression(samples, ridge):
    eigenvalues, power = np.arange(1, 25.0) ** -1.6, np.arange(1, 25.0) ** -1.0
    mean, error = _regressed(eigenvalues, power, samples, ridge, sets=500, blocks=20)
    leading = effective_ridge(eigenvalues, samples, ridge, target=power).test_error[0]
    correction = gaussian_error_correction(eigenvalues, samples, ridge, power)[0]
    # What is left is of order 1/P²: no larger than 3/P of the first correction, plus five standard errors.
    assert abs(mean - leading - correction) < 3.0 / samples * abs(correction) + 5.0 * error
    assert abs(correction) > 10.0 * error  # the correction is seen at all


def test_gaussian_learnabilities_still_add_up_without_ridge():
    # ΣL_k = P exactly at κ = 0, and already at leading order: the corrections must cancel.
    curve = effective_ridge(np.arange(1, 200.0) ** -2, [10, 40], 0.0)
    shift = gaussian_learnability_correction(curve)
    assert np.all(np.abs(shift.sum(axis=1)) < 1e-12)
    assert np.all(np.abs(shift).max(axis=1) > 1e-4)


def test_gaussian_learnability_at_large_ridge():
    # From E log det(1 + K/κ) to second order in 1/κ: −½[P²Σλ² + P(Σλ)² + PΣλ²]/κ²; the last term is the correction,
    # so that δL_k = λ_k ∂/∂λ_k = −Pλ_k²/κ².
    eigenvalues, ridge = np.array([1.0, 0.5, 0.2]), 1e5
    found = gaussian_learnability_correction(effective_ridge(eigenvalues, 7.0, ridge))[0]
    np.testing.assert_allclose(found, -7.0 * eigenvalues**2 / ridge**2, rtol=50 / ridge * 7)


def test_without_ridge_the_error_of_targets_drawn_from_the_process_is_its_posterior_variance():
    # p_k = λ_k: the error is ⟨Σλ_k(1 − L_k)⟩ exactly, so its correction is −Σλ_kδL_k. Truncation of the derivative:
    # relative (1e-4)², rounding 1e-16/1e-4.
    eigenvalues = np.arange(1, 60.0) ** -1.5
    curve = effective_ridge(eigenvalues, [5, 20], 0.0)
    expected = -gaussian_learnability_correction(curve) @ eigenvalues
    np.testing.assert_allclose(gaussian_error_correction(eigenvalues, [5, 20], 0.0, eigenvalues), expected, rtol=1e-6)
    spectrum = sphere.spectrum(Kernel("relu"), 5, degrees=20)
    listed = Spectrum(spectrum.eigenvalues, spectrum.degeneracies)
    power, ridge = listed.eigenvalues * listed.degeneracies, 1e-9
    curve = effective_ridge(listed, [30, 90], ridge)
    expected = -learnability_correction(curve, 5) @ power
    found = sphere_error_correction(listed, [30, 90], ridge, power, 5)
    # The ridge is not quite zero: relative κ/κ_eff on the error, of which the corrections are a few per cent.
    scale = ridge / curve.effective_ridge.min() * 1e3
    np.testing.assert_allclose(found, expected, rtol=max(scale, 1e-5))


def test_sphere_against_regression():
    dimension, samples, ridge, sets = 6, 40, 0.05, 2500
    kernel = Kernel("relu")
    spectrum = sphere.spectrum(kernel, dimension, degrees=24)
    power = np.zeros(24)
    power[1:3] = 0.4, 0.6
    points = np.random.default_rng(3).standard_normal((sets, samples, dimension))
    points /= np.linalg.norm(points, axis=2, keepdims=True)
    cosines = points @ points.transpose(0, 2, 1)
    inverse = np.linalg.inv(kernel.of_cosine(cosines) + ridge * np.eye(samples))
    harmonics = [sphere.zonal(l, dimension, cosines) for l in range(24)]
    squared = sum(e**2 * g * h for e, g, h in zip(spectrum.eigenvalues, spectrum.degeneracies, harmonics, strict=True))
    found = np.full(sets, power.sum())
    for l in (1, 2):
        found -= 2.0 * power[l] * spectrum.eigenvalues[l] * np.einsum("sij,sij->s", harmonics[l], inverse)
        found += power[l] * np.einsum("sij,sij->s", inverse @ squared @ inverse, harmonics[l])
    error = found.std() / sets**0.5
    leading = effective_ridge(spectrum, samples, ridge, target=power).test_error[0]
    correction = sphere_error_correction(spectrum, samples, ridge, power, dimension)[0]
    assert abs(found.mean() - leading - correction) < 3.0 / samples * abs(correction) + 5.0 * error
    assert abs(correction) > 10.0 * error


def test_unresolved_trace_is_ridge():
    with_trace = Spectrum(np.array([1.0, 0.3]), unresolved=0.2)
    found = gaussian_error_correction(with_trace, 5, 0.1, [0.5, 0.5])
    np.testing.assert_allclose(found, gaussian_error_correction([1.0, 0.3], 5, 0.1 + 0.2, [0.5, 0.5]), rtol=1e-12)


def test_power_that_the_kernel_lacks_is_label_noise():
    eigenvalues, samples, ridge = np.arange(1, 9.0) ** -1.0, 12, 0.1
    rng = np.random.default_rng(5)
    features = rng.standard_normal((20_000, samples, 8))
    inverse = np.linalg.inv(np.einsum("snk,k,smk->snm", features, eigenvalues, features) + ridge * np.eye(samples))
    mapped = np.einsum("k,snk,snm->skm", eigenvalues, features, inverse)
    found = 1.0 + (mapped**2).sum(axis=(1, 2))  # labels of variance one, independent of the kernel's features
    padded, power = np.append(eigenvalues, 0.0), np.append(np.zeros(8), 1.0)
    leading = effective_ridge(padded, samples, ridge, target=power).test_error[0]
    correction = gaussian_error_correction(padded, samples, ridge, power)[0]
    error = found.std() / np.sqrt(found.size)
    assert abs(found.mean() - leading - correction) < 3.0 / samples * abs(correction) + 5.0 * error
    assert abs(correction) > 10.0 * error


def test_a_tail_is_refused():
    tailed = Spectrum(np.array([1.0]), tail=PowerLawTail(1.0, 2.0, 1))
    with pytest.raises(BadInput, match="one by one"):
        gaussian_error_correction(tailed, 5, 0.1, [1.0])


def _of_one_mode(samples, ridge, function):
    """⟨f(s)⟩ over s ~ χ² of P degrees of freedom, which is all that one mode of eigenvalue 1 knows of its data."""
    nodes, weights = special.roots_genlaguerre(150, samples / 2 - 1)
    return weights @ function(2.0 * nodes, ridge) / weights.sum()


@pytest.mark.parametrize("per_sample", [0.1, 1.0])
def test_two_orders_leave_the_third_of_a_single_mode(per_sample):
    """At the same κ/P, and so at the same L."""
    left = []
    for samples in (80, 160):
        ridge = per_sample * samples
        curve = effective_ridge([1.0], samples, ridge, target=[1.0])
        orders = (gaussian_learnability_correction, gaussian_learnability_second_correction)
        found = curve.learnability[0, 0] + sum(float(order(curve)[0, 0]) for order in orders)
        errors = (gaussian_error_correction, gaussian_error_second_correction)
        error = curve.test_error[0] + sum(float(order([1.0], samples, ridge, [1.0])[0]) for order in errors)
        exact = _of_one_mode(samples, ridge, lambda s, k: s / (s + k))
        exact_error = _of_one_mode(samples, ridge, lambda s, k: (k / (s + k)) ** 2)
        left.append((abs(found - exact) / exact, abs(error - exact_error) / exact_error))
    # Of order 1/P³: doubling P divides by 8, give or take the order after it.
    np.testing.assert_allclose(np.divide(*left), 8.0, atol=2.5)


def test_orders_of_many_modes_without_ridge_add_up_to_nothing():
    """ΣL_k = P on every data set once P is below the rank, so that no order may change it."""
    curve = effective_ridge(np.arange(1.0, 31.0) ** -1.5, 8, 0.0)
    second = gaussian_learnability_second_correction(curve)[0]
    assert abs(second.sum()) < 1e-12 * np.abs(second).sum() * 30
    assert np.abs(second).max() > 1e-4


def test_what_lies_beyond_the_first_order_is_no_more_than_it_times_itself_or_one_in_p():
    """The rule by which the sphere's next order is estimated, where the next order is known."""
    for exponent in (1.5, 2.0):
        levels = np.arange(1.0, 201.0) ** -exponent
        for ridge in (1e-3, 0.1, 1.0, 10.0, 100.0):
            for samples in (10.0, 50.0):
                leading = effective_ridge(levels, samples, ridge, target=levels).test_error[0]
                first, second = (
                    abs(float(order(levels, samples, ridge, levels)[0]) / leading)
                    for order in (gaussian_error_correction, gaussian_error_second_correction)
                )
                assert second <= first * max(first, 1.0 / samples)


ORDERS = (gaussian_error_correction, gaussian_error_second_correction)


@pytest.mark.parametrize(("samples", "ridge"), [(6, 0.05), (8, 0.3)])
def test_second_order_against_regression(samples, ridge):
    eigenvalues, power = np.arange(1, 13.0) ** -1.6, np.arange(1, 13.0) ** -1.0
    mean, error = _regressed(eigenvalues, power, samples, ridge, sets=1000, blocks=30)
    leading = effective_ridge(eigenvalues, samples, ridge, target=power).test_error[0]
    first, second = (order(eigenvalues, samples, ridge, power)[0] for order in ORDERS)
    # Left is the third order, as the square of the second over the first, twice that allowed; plus five errors.
    assert abs(mean - leading - first - second) < 2.0 * second**2 / abs(first) + 5.0 * error
    assert abs(mean - leading - first) > 5.0 * error  # the second order is seen


def test_second_order_of_a_single_scale_in_closed_form():
    # D equal modes without ridge, P > D + 3: labels of an absent mode leave σ²(1 + E Tr W⁻¹), E Tr W⁻¹ = D/(P − D − 1)
    # exactly for a Wishart matrix of P samples, whose expansion in 1/P is D/(P−D) + D/(P−D)² + D/(P−D)³.
    modes, samples = 6, np.array([40.0, 80.0])
    levels, power = np.append(np.ones(modes), 0.0), np.append(np.zeros(modes), 1.0)
    gap = samples - modes
    for order, correction in enumerate(ORDERS, start=1):
        found = correction(levels, samples, 1e-4, power)
        np.testing.assert_allclose(found, modes / gap ** (order + 1.0), rtol=1e-3)  # κ is 1e-4 of λ
