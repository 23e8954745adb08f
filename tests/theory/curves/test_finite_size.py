"""The 1/P correction against exact regression on small spheres, and the sample complexity built on it."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.curves.finite_size import _Grid, learnability_correction, leverage_scatter
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.curves.sample_complexity import relative_to_limit, samples_to_learn
from fieldbench.theory.kernels import sphere
from fieldbench.theory.kernels.dual import Kernel
from fieldbench.theory.kernels.spectrum import Spectrum


def _learnability(kernel, dimension, samples, ridge, degree, sets, seed):
    """Rotation-averaged learnability of many data sets by plain linear solves: mean and standard error."""
    points = np.random.default_rng(seed).standard_normal((sets, samples, dimension))
    points /= np.linalg.norm(points, axis=2, keepdims=True)
    cosines = points @ points.transpose(0, 2, 1)
    inverse = np.linalg.inv(kernel.of_cosine(cosines) + ridge * np.eye(samples))
    eigenvalue = sphere.eigenvalues(kernel, dimension, degree + 1)[degree]
    found = eigenvalue * np.einsum("sij,sij->s", sphere.zonal(degree, dimension, cosines), inverse)
    return found.mean(), found.std() / sets**0.5


@pytest.mark.parametrize(
    ("kernel", "dimension", "samples", "ridge", "degree"),
    [
        (Kernel("erf"), 5, 60, 0.03, 3),
        (Kernel("erf"), 8, 80, 0.1, 1),
        (Kernel("relu"), 6, 60, 0.05, 2),
        (Kernel("linear"), 30, 60, 0.3, 1),
    ],
)
def test_correction_is_what_small_samples_lack(kernel, dimension, samples, ridge, degree):
    """The effective ridge alone is excluded; what is left after the correction is a small part of it."""
    mean, error = _learnability(kernel, dimension, samples, ridge, degree, sets=3_000, seed=11)
    curve = effective_ridge(sphere.spectrum(kernel, dimension), samples, ridge)
    correction = learnability_correction(curve, dimension)[0, degree]
    missing = mean - curve.learnability[0, degree]
    assert abs(missing) > 10.0 * error
    # The next order in 1/P is smaller by the first one's own relative size, of which there is no better bound than ⅓.
    assert abs(missing - correction) < 4.0 * error + abs(correction) / 3.0


@pytest.mark.parametrize(("dimension", "samples", "seed"), [(5, 30, 1), (5, 60, 2), (6, 60, 3)])
def test_what_follows_the_correction_is_within_its_bound(dimension, samples, seed):
    """6v/(1+r)² of the correction, where v is largest; and half of that is needed, so that the bound is not idle."""
    mean, error = _learnability(Kernel(), dimension, samples, 0.01, 3, sets=3_000, seed=seed)
    curve = effective_ridge(sphere.spectrum(Kernel(), dimension), samples, 0.01)
    correction = learnability_correction(curve, dimension)[0, 3]
    bound = 6.0 * leverage_scatter(curve, dimension)[0] * abs(correction)
    left = abs(mean - curve.learnability[0, 3] - correction)
    assert 0.1 * bound - 3.0 * error < left < bound + 3.0 * error
    assert bound < 0.5 * abs(correction)


def test_leverage_scatters_less_as_one_over_p():
    """At P ∝ d³ and a fixed learnability v/(1+r)² falls with P, and vanishes where nothing is learned."""
    found = []
    for dimension in (8, 16, 32):
        spectrum = sphere.spectrum(Kernel(), dimension)
        samples = samples_to_learn(spectrum, 3, 0.5, 0.01)
        found.append(samples * leverage_scatter(effective_ridge(spectrum, samples, 0.01), dimension)[0])
    assert max(found) < 2.0 * min(found) * (32 / 8) ** 1.0
    assert found[0] / 124 > found[1] / 850 > found[2] / 6346
    nothing = effective_ridge(sphere.spectrum(Kernel(), 8), 1.0, 1e6)
    assert leverage_scatter(nothing, 8)[0] < 1e-9


def test_correction_falls_as_one_over_p_along_a_fixed_learnability():
    """At P ∝ d³ and L_3 near one half P·δL varies slowly while P grows sixteenfold."""
    scaled = []
    for dimension in (12, 20, 30):
        spectrum = sphere.spectrum(Kernel(), dimension)
        samples = samples_to_learn(spectrum, 3, 0.5, 0.01)
        curve = effective_ridge(spectrum, samples, 0.01)
        scaled.append(samples * learnability_correction(curve, dimension)[0, 3])
    assert -1.3 < min(scaled) < max(scaled) < -0.7


@pytest.mark.parametrize("dimension", [2, 3, 12, 1000])
def test_quadrature_integrates_products_of_harmonics(dimension):
    grid = _Grid(dimension, 8)
    overlaps = grid.harmonics * grid.weights @ grid.harmonics.T
    np.testing.assert_allclose(overlaps, np.diag(1.0 / grid.degeneracies), atol=1e-13)


@pytest.mark.parametrize("dimension", [2, 3, 8])
def test_correction_without_ridge_is_its_limit_and_conserves_learnability(dimension):
    degrees, samples = 24, 20
    counts = np.array([float(sphere.degeneracy(l, dimension)) for l in range(degrees)])
    spectrum = Spectrum((1.0 + np.arange(degrees)) ** -2.0 / counts, counts)
    without = learnability_correction(effective_ridge(spectrum, samples, 0.0), dimension)[0]
    hardly = learnability_correction(effective_ridge(spectrum, samples, 1e-9), dimension)[0]
    # κ acts through κ/κ_eff; ΣL = P on every data set, and already at leading order.
    np.testing.assert_allclose(without, hardly, rtol=1e-4, atol=1e-7)
    assert abs(counts @ without) < 1e-9 * (counts @ np.abs(without))


def test_correction_refuses_what_it_does_not_hold_for():
    with pytest.raises(BadInput, match="κ_eff > 0"):
        learnability_correction(effective_ridge(Spectrum(np.ones(2), np.array([1.0, 8.0])), 50, 0.0), 8)
    with pytest.raises(BadInput, match="not one of the sphere"):
        learnability_correction(effective_ridge(np.ones(4), 50, 0.1), 8)


@pytest.mark.parametrize(("dimension", "expected"), [(8, 124), (12, 377), (16, 850), (20, 1613), (32, 6346)])
def test_samples_for_half_of_the_cubic_part(dimension, expected):
    """Numbers computed independently when the claim was written down; rounded to whole samples."""
    assert round(samples_to_learn(sphere.spectrum(Kernel(), dimension), 3, 0.5, 0.01)) == expected


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_limit_is_approached_as_one_over_d(level):
    near, far = (relative_to_limit(Kernel(), 3, level, 0.01, d) - 1.0 for d in (10**5, 10**6))
    np.testing.assert_allclose(far, near / 10.0, rtol=1e-3)
    assert abs(far) < 1e-5


def test_impossible_levels_are_refused():
    spectrum = sphere.spectrum(Kernel(), 8)
    with pytest.raises(BadInput, match="0 < L < 1"):
        samples_to_learn(spectrum, 3, 1.0, 0.01)
    with pytest.raises(BadInput, match=r"eigenvalue 0\.0"):
        samples_to_learn(spectrum, 2, 0.5, 0.01)
