"""Learnability without a test set against explicit harmonics, conservation, and a test set after all."""

import jax.numpy as jnp
import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.regression import NestedCholesky
from fieldbench.regression.modes.zonal import harmonic, rotation_averaged_learnability, zonal_coefficients, zonal_matrix
from fieldbench.theory.kernels import sphere
from fieldbench.theory.kernels.dual import Kernel

DIMENSION, RIDGE, SIZES = 6, 0.05, [20, 60]


def _sphere(count, seed):
    points = np.random.default_rng(seed).standard_normal((count, DIMENSION))
    return points * DIMENSION**0.5 / np.linalg.norm(points, axis=1, keepdims=True)


def _averaged(kernel, inputs, degree):
    cosines = inputs @ inputs.T / DIMENSION
    return rotation_averaged_learnability(
        NestedCholesky(), kernel.of_cosine(cosines), cosines, RIDGE, SIZES, degree=degree, dimension=DIMENSION,
        eigenvalue=sphere.eigenvalues(kernel, DIMENSION, degree + 1)[degree],
    )  # fmt: skip


@pytest.mark.parametrize("activation", ["erf", "relu"])
def test_learnabilities_of_all_degrees_add_up(activation):
    """Σ_l deg_l L̄_l = Tr K(K + κ)⁻¹ on every data set."""
    kernel, inputs = Kernel(activation), _sphere(60, seed=0)
    spectrum = sphere.spectrum(kernel, DIMENSION)
    total = sum(
        multiplicity * _averaged(kernel, inputs, degree) for degree, multiplicity in enumerate(spectrum.degeneracies)
    )
    gram = kernel(inputs, inputs)
    exact = [np.trace(np.linalg.solve(gram[:p, :p] + RIDGE * np.eye(p), gram[:p, :p])) for p in SIZES]
    # What is not listed is at most the unresolved trace, seen P times against the ridge.
    tolerance = 1e-10 + spectrum.unresolved * np.array(SIZES) / RIDGE
    assert np.all(np.abs(total - exact) < tolerance)


def test_average_over_rotations_is_the_average_over_harmonics():
    """Degree 1 is spanned by the coordinates: the mean of their six learnabilities, one by one."""
    kernel, inputs = Kernel("erf"), _sphere(60, seed=1)
    gram = kernel(inputs, inputs)
    single = [
        zonal_coefficients(
            NestedCholesky(), gram, inputs, direction, RIDGE, SIZES, target_degrees=(1,), degree=1,
            eigenvalue=sphere.eigenvalues(kernel, DIMENSION, 2)[1],
        )[:, 0]
        for direction in np.eye(DIMENSION)
    ]  # fmt: skip
    np.testing.assert_allclose(np.mean(single, axis=0), _averaged(kernel, inputs, 1), rtol=1e-12)


@pytest.mark.parametrize(("target_degree", "degree"), [(1, 1), (3, 3), (1, 3), (3, 1)])
def test_coefficient_equals_that_of_a_test_set(target_degree, degree):
    kernel, inputs, tests = Kernel("erf"), _sphere(60, seed=2), _sphere(100_000, seed=3)
    gram, direction = kernel(inputs, inputs), np.eye(DIMENSION)[2]
    found = zonal_coefficients(
        NestedCholesky(), gram, inputs, direction, RIDGE, [60], target_degrees=(target_degree,), degree=degree,
        eigenvalue=sphere.eigenvalues(kernel, DIMENSION, degree + 1)[degree],
    )[0, 0]  # fmt: skip
    targets = harmonic(target_degree, DIMENSION, inputs[:, 2] / DIMENSION**0.5)
    posterior = kernel(tests, inputs) @ np.linalg.solve(gram + RIDGE * np.eye(60), targets)
    products = posterior * harmonic(degree, DIMENSION, tests[:, 2] / DIMENSION**0.5)
    assert abs(products.mean() - found) < 4.5 * products.std() / len(tests) ** 0.5


def test_linear_target_teaches_no_cubic_in_the_mean():
    """Exactly zero over rotations: the mean over data sets is within its standard error, one set is not zero."""
    kernel, eigenvalue = Kernel("erf"), sphere.eigenvalues(Kernel("erf"), DIMENSION, 4)[3]
    leaks = []
    for seed in range(100):
        inputs = _sphere(60, seed=seed)
        leaks.append(
            zonal_coefficients(
                NestedCholesky(), kernel(inputs, inputs), inputs, np.eye(DIMENSION)[0], RIDGE, [60],
                target_degrees=(1,), degree=3, eigenvalue=eigenvalue,
            )[0, 0]
        )  # fmt: skip
    assert abs(np.mean(leaks)) < 4.0 * np.std(leaks) / 10.0
    assert np.std(leaks) > 1e-4


def test_harmonics_have_unit_power():
    points = _sphere(200_000, seed=9)
    for degree in (1, 2, 3):
        squares = harmonic(degree, DIMENSION, points[:, 0] / DIMENSION**0.5) ** 2
        assert abs(squares.mean() - 1.0) < 4.5 * squares.std() / len(points) ** 0.5


@pytest.mark.usefixtures("unchecked")
def test_cosines_of_another_shape_are_refused():
    with pytest.raises(BadInput, match=r"\(3, 3\).*\(4, 4\)"):
        rotation_averaged_learnability(
            NestedCholesky(), np.eye(4), np.eye(3), 0.1, [2], degree=1, dimension=5, eigenvalue=1.0
        )


@pytest.mark.parametrize("rows", [1, 31, 32, 70])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_of_a_zonal_matrix_are_its_rows(rows, dtype):
    """The recursion sees the same numbers, whichever rows come together: equal to the last bit."""
    cosines = (_sphere(rows, 0) @ _sphere(50, 1).T / DIMENSION).astype(dtype)
    for degree in range(4):
        expected = sphere.zonal(degree, DIMENSION, cosines)
        for found in (zonal_matrix(degree, DIMENSION, cosines), zonal_matrix(degree, DIMENSION, jnp.asarray(cosines))):
            np.testing.assert_allclose(found, expected, rtol=0.0, atol=8 * np.finfo(dtype).eps)
        np.testing.assert_array_equal(zonal_matrix(degree, DIMENSION, cosines), expected)
