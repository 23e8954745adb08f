"""Population errors against exact quadrature and known features; zonal series against the kernel."""

import jax
import numpy as np
import pytest

from fieldbench.data.synthetic import on_sphere
from fieldbench.errors import BadInput
from fieldbench.regression import NestedCholesky
from fieldbench.regression.modes.exact_error import (
    Integrals,
    population_errors,
    population_moments,
    with_features,
    with_harmonics,
    zonal_series,
)
from fieldbench.theory.kernels import sphere
from fieldbench.theory.kernels.dual import Kernel

DIMENSION, POINTS, RIDGE = 3, 20, 0.05


def _quadrature():
    """Points and weights on S² of radius √3, exact for polynomials of degree 59."""
    heights, weights = np.polynomial.legendre.leggauss(30)
    angles = 2.0 * np.pi * np.arange(60) / 60
    radius = np.sqrt(1.0 - heights**2)
    points = np.stack(
        [
            np.outer(radius, np.cos(angles)).ravel(),
            np.outer(radius, np.sin(angles)).ravel(),
            np.repeat(heights, 60),
        ],
        axis=1,
    )
    return np.sqrt(3.0) * points, np.repeat(weights / 120.0, 60)


def test_errors_are_the_integrals_over_the_sphere():
    # A kernel of degrees ≤ 5: f² and fy have degree ≤ 10, and the quadrature is exact.
    levels = sphere.eigenvalues(Kernel("relu"), DIMENSION, 6)
    inputs = np.asarray(on_sphere(jax.random.key(0), POINTS, DIMENSION))
    cosines = inputs @ inputs.T / DIMENSION
    points, weights = _quadrature()
    form = np.array([[0.3, 0.5, 0.0], [0.5, -0.7, 0.2], [0.0, 0.2, 0.4]])
    form *= np.sqrt(5 / 6 / (form**2).sum())
    targets = [lambda x: x[:, 1], lambda x: np.einsum("ni,ij,nj->n", x, form, x)]
    labels = np.stack([target(inputs) for target in targets], axis=1)
    integrals = with_harmonics(levels, DIMENSION, cosines, labels, np.array([1, 2]))
    found = population_errors(NestedCholesky(), integrals, RIDGE, [8, POINTS])
    for row, size in enumerate((8, POINTS)):
        alpha = np.linalg.solve(integrals.gram[:size, :size] + RIDGE * np.eye(size), labels[:size])
        fitted = zonal_series(levels, DIMENSION, points @ inputs[:size].T / DIMENSION) @ alpha
        for column, target in enumerate(targets):
            values = target(points)
            assert weights @ values**2 == pytest.approx(1.0, abs=1e-13)
            expected = weights @ (fitted[:, column] - values) ** 2
            # Rounding of the solves: condition ≤ K/κ ~ 200 times a few eps.
            assert found[row, column] == pytest.approx(expected, abs=1e-11)


def test_series_is_the_kernel():
    kernel, dimension = Kernel("erf"), 9
    cosines = np.linspace(-1.0, 1.0, 21)
    spectrum = sphere.spectrum(kernel, dimension)
    # |P_l| ≤ 1: what is not listed adds at most its trace, here about 1e-8; listed are all but 1e-13 of K(1) otherwise.
    remainder = spectrum.unresolved + 1e-12
    assert remainder < 1e-6
    found = zonal_series(spectrum.eigenvalues, dimension, cosines)
    assert np.abs(found - kernel.of_cosine(cosines)).max() <= remainder


@pytest.mark.parametrize("degree", range(6))
def test_one_coefficient_is_one_harmonic(degree):
    cosines = np.linspace(-1.0, 1.0, 11)
    coefficients = np.zeros(degree + 1)
    coefficients[degree] = 1.0
    expected = float(sphere.degeneracy(degree, 5)) * sphere.zonal(degree, 5, cosines)
    np.testing.assert_allclose(zonal_series(coefficients, 5, cosines), expected, atol=1e-12 * abs(expected).max())


def test_errors_with_known_features_are_those_of_the_coefficients():
    rng = np.random.default_rng(0)
    features, levels = rng.standard_normal((12, 7)), np.arange(1, 8.0) ** -1.5
    coefficients = rng.standard_normal((7, 3))
    found = population_errors(NestedCholesky(), with_features(features, levels, coefficients), RIDGE, [5, 12])
    for row, size in enumerate((5, 12)):
        seen = features[:size]
        # Ridge regression in feature space, where the penalty of f_k is κ/λ_k: no kernel matrix anywhere.
        learned = np.linalg.solve(seen.T @ seen + RIDGE * np.diag(1.0 / levels), seen.T @ seen @ coefficients)
        np.testing.assert_allclose(found[row], ((coefficients - learned) ** 2).sum(axis=0), atol=1e-11)


def test_with_an_enormous_ridge_nothing_is_learned():
    inputs = np.asarray(on_sphere(jax.random.key(1), 4, DIMENSION))
    cosines = inputs @ inputs.T / DIMENSION
    integrals = with_harmonics(np.array([0.5, 0.1, 0.05]), DIMENSION, cosines, inputs[:, :1], np.array([1]))
    found = population_errors(NestedCholesky(), integrals, 1e9, [4])
    assert found[0, 0] == pytest.approx(1.0, abs=1e-8)  # the learned part is of order PK/κ


@pytest.mark.parametrize("name", ["labels", "overlaps", "powers", "squared"])
def test_bad_shapes_are_refused(name):
    good = {"gram": np.eye(4), "squared": np.eye(4), "labels": np.ones((4, 2)), "overlaps": np.ones((4, 2))}
    broken = Integrals(**{**good, "powers": np.ones(2), name: np.ones((3, 3))})
    with pytest.raises(BadInput, match=name):
        population_errors(NestedCholesky(), broken, 0.1, [2])


def test_series_needs_a_sphere():
    with pytest.raises(BadInput, match="d ≥ 3"):
        zonal_series([1.0], 2, np.zeros(3))


def test_the_share_that_is_learned_is_read_off_the_coefficients():
    """∫fy = Σ_k f_ky_k with f_k = λ_kφ_k(X)ᵀα."""
    rng = np.random.default_rng(7)
    levels, features, target = np.array([1.0, 0.4, 0.1]), rng.normal(size=(6, 3)), rng.normal(size=(3, 2))
    errors, learned = population_moments(NestedCholesky(), with_features(features, levels, target), 0.3, [6])
    gram = (features * levels) @ features.T + 0.3 * np.eye(6)
    found = (levels[:, None] * features.T) @ np.linalg.solve(gram, features @ target)
    np.testing.assert_allclose(learned[0], (found * target).sum(axis=0), rtol=1e-10)
    np.testing.assert_allclose(errors[0], ((found - target) ** 2).sum(axis=0), rtol=1e-10)
