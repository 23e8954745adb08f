"""Data sets with exact errors: quadratic targets are harmonics, powers are those of theory, limits of the ridge."""

import jax
import numpy as np
import pytest

from cases.three_actions.known_measure import DataSet, IndependentFeatures, UniformOnSphere
from cases.three_actions.random_harmonics import quadratic_targets
from fieldbench.data.synthetic import on_sphere
from fieldbench.errors import BadInput
from fieldbench.regression import NestedCholesky
from fieldbench.theory.kernels.sphere_quadrature import SphereQuadrature

SPHERE, FEATURES = UniformOnSphere(8, targets=5), IndependentFeatures(30, 1.5)


def test_covariance_of_quadratic_targets_is_the_zonal_harmonic():
    dimension, count = 4, 20_000
    inputs = np.asarray(on_sphere(jax.random.key(0), 600, dimension))[:6]
    values = quadratic_targets(jax.random.key(1), inputs, count)
    cosines = inputs @ inputs.T / dimension
    expected = (dimension * cosines**2 - 1) / (dimension - 1)  # P_2 with P_2(1) = 1
    # Five standard errors of a mean of products bounded by max|y|² = d(d−1)/2·… < 9.
    np.testing.assert_allclose(values @ values.T / count, expected, atol=5 * 3.0 / count**0.5)


def test_quadratic_targets_are_harmonics_of_unit_power():
    sphere = SphereQuadrature.exact_to(4)
    values = quadratic_targets(jax.random.key(2), sphere.points, 5)
    np.testing.assert_allclose(sphere.weights @ values**2, 1.0, atol=1e-12)
    np.testing.assert_allclose(sphere.weights @ values, 0.0, atol=1e-12)  # no constant part
    np.testing.assert_allclose(
        (sphere.weights[:, None] * sphere.points).T @ values, 0.0, atol=1e-12
    )  # nor a linear one


def test_blocks_of_rows_do_not_show():
    inputs = np.asarray(on_sphere(jax.random.key(2), 700, 5))
    together = quadratic_targets(jax.random.key(3), inputs, 2)
    np.testing.assert_allclose(together[600:], quadratic_targets(jax.random.key(3), inputs[600:], 2), atol=1e-13)


def test_points_off_the_sphere_are_refused():
    with pytest.raises(BadInput, match="√d"):
        quadratic_targets(jax.random.key(0), np.ones((3, 4)) * 2.0, 1)


def _drawn(measure) -> DataSet:
    return measure.draw(jax.random.key(4), 12)


@pytest.mark.parametrize("measure", [SPHERE, FEATURES])
def test_with_an_enormous_ridge_the_error_is_the_power_of_the_target(measure):
    errors = _drawn(measure).moments(NestedCholesky(), 1e9, (6, 12))[0]
    np.testing.assert_allclose(errors, measure.power.sum(), rtol=1e-7)  # the learned part is of order P Tr K/κ


@pytest.mark.parametrize(("measure", "kept"), [(SPHERE, 9), (FEATURES, 3)])
def test_a_kernel_of_which_everything_is_kept_is_the_kernel(measure, kept):
    low, noise = measure.truncated(kept, 10)
    data = _drawn(measure)
    whole = data.moments(NestedCholesky(), 1e-5 + noise, (10,))[0, 0]
    # On the sphere the series of ten degrees lacks a trace, by which the kernel's own diagonal exceeds it.
    assert data.truncated_error(NestedCholesky(), low, noise, 10) == pytest.approx(whole, abs=5 * noise + 1e-9)


def test_truncated_kernels_on_the_sphere_are_polynomials_with_the_rest_of_the_diagonal_as_noise():
    low, noise = SPHERE.truncated(2, 100)
    assert low.rank == 1 + 8 + 35
    assert noise == pytest.approx(SPHERE.kernel.of_cosine(np.ones(1))[0] - low.trace, abs=1e-12)
