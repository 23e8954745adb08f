"""The spectrum of a data set against closed forms (circle, linear kernel) and its own sum rules."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.kernels import Spectrum
from fieldbench.theory.kernels.empirical import gram_matrix, principal_components


def linear(left, right):
    return left @ right.T / left.shape[1]


def circle(size):
    """exp(cos) kernel on equidistant points of the circle: a circulant matrix, diagonal in Fourier modes."""
    angle = 2 * np.pi * np.arange(size) / size
    return np.exp(np.cos(angle[:, None] - angle[None, :]))


@pytest.fixture
def random_gram():
    inputs = np.random.default_rng(1).normal(size=(40, 6))
    return np.exp(-((inputs[:, None] - inputs[None]) ** 2).sum(-1) / 12)


def test_circle_has_the_fourier_spectrum():
    gram = circle(24)
    expected = np.sort(np.fft.fft(gram[0]).real)[::-1] / 24
    np.testing.assert_allclose(principal_components(gram).eigenvalues, expected, atol=1e-14)


def test_linear_kernel_is_principal_component_analysis():
    inputs = np.random.default_rng(0).normal(size=(50, 4))
    modes = principal_components(gram_matrix(linear, inputs))
    singular = np.linalg.svd(inputs, compute_uv=False) ** 2 / (50 * 4)
    np.testing.assert_allclose(modes.eigenvalues[:4], singular, rtol=1e-12)
    assert (modes.eigenvalues[4:] >= 0).all()
    assert modes.eigenvalues[4] < 1e-14


def test_sum_rules(random_gram):
    modes, size = principal_components(random_gram), len(random_gram)
    target = np.random.default_rng(2).normal(size=size)
    assert (np.diff(modes.eigenvalues) <= 0).all()
    np.testing.assert_allclose(modes.functions.T @ modes.functions / size, np.eye(size), atol=1e-12)
    np.testing.assert_allclose(modes.eigenvalues.sum(), np.trace(random_gram) / size, rtol=1e-13)
    np.testing.assert_allclose((modes.coefficients(target) ** 2).sum(), (target**2).mean(), rtol=1e-12)
    np.testing.assert_allclose(random_gram @ modes.functions[:, 3] / size, modes.eigenvalues[3] * modes.functions[:, 3])


def test_truncated_kernel_and_its_tail_make_up_the_kernel(random_gram):
    modes, rows = principal_components(random_gram), np.array([3, 1, 17])
    np.testing.assert_allclose(modes.kernel(rows, 40), random_gram[np.ix_(rows, rows)], atol=1e-13)
    for keep in (0, 7, 40):
        total = np.diag(modes.kernel(rows, keep)) + modes.local_tail(rows, keep)
        np.testing.assert_allclose(total, np.diag(random_gram)[rows], rtol=1e-12)
    tail = modes.local_tail(np.arange(40), 7)
    np.testing.assert_allclose(tail.mean(), modes.eigenvalues[7:].sum(), rtol=1e-12)


def test_gram_matrix_in_blocks_equals_the_whole_and_the_argument_is_kept():
    inputs = np.random.default_rng(3).normal(size=(33, 5))
    gram = gram_matrix(linear, inputs, block=8)
    np.testing.assert_allclose(gram, linear(inputs, inputs), rtol=1e-12, atol=1e-14)
    before = gram.copy()
    principal_components(gram)
    np.testing.assert_array_equal(gram, before)


@pytest.mark.parametrize(
    ("gram", "words"),
    [
        (np.ones((3, 4)), "square"),
        (np.diag([1.0, np.nan]), "NaN or infinity"),
        (np.array([[1.0, 0.5], [0.4, 1.0]]), "symmetric"),
        (np.array([[1.0, 2.0], [2.0, 1.0]]), "smallest eigenvalue -0.5 is below"),
    ],
)
def test_what_is_not_a_kernel_is_refused(gram, words):
    with pytest.raises(BadInput, match=words):
        principal_components(gram)


def test_what_rounding_made_negative_is_zero():
    assert Spectrum(np.array([1.0, -1e-18])).eigenvalues.tolist() == [1.0, 0.0]
    assert Spectrum(np.array([1.0, -1e-18])).rank == 1.0
