"""Each routine on a block of a larger array against NumPy: the block changes, what lies around it does not."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.regression.tiled.blas import Blas

DTYPES = [np.float32, np.float64]


def _block(values, dtype):
    """A Fortran-ordered array with a frame of ones around a block that holds the values; and the block's address."""
    rows, columns = values.shape
    frame = np.ones((rows + 3, columns + 2), dtype=dtype, order="F")
    block = frame[1 : rows + 1, 1 : columns + 1]
    block[...] = values
    return frame, block, (block.ctypes.data, rows + 3)


def _frame_is_untouched(frame, shape):
    frame[1 : shape[0] + 1, 1 : shape[1] + 1] = 1.0
    return bool((frame == 1.0).all())


def _normal(*shape):
    return np.random.default_rng(0).standard_normal(shape)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sides", ["NN", "NT", "TN", "TT"])
def test_product(sides, dtype):
    m, n, k = 4, 3, 5
    left, right, start = _normal(m, k), _normal(k, n), _normal(m, n)
    _, _, a = (kept_a := _block(left.T if sides[0] == "T" else left, dtype))
    _, _, b = (kept_b := _block(right.T if sides[1] == "T" else right, dtype))
    frame, block, c = _block(start, dtype)
    Blas(dtype).subtract_product(sides, (m, n, k), a, b, c)
    # k + 1 roundings of sums whose terms, normals and their products, stay below 8.
    np.testing.assert_allclose(block, start - left @ right, atol=40 * np.finfo(dtype).eps)
    assert _frame_is_untouched(frame, (m, n))
    assert _frame_is_untouched(kept_a[0], kept_a[1].shape)
    assert _frame_is_untouched(kept_b[0], kept_b[1].shape)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("half", ["U", "L"])
@pytest.mark.parametrize("side", ["N", "T"])
def test_square(side, half, dtype):
    n, k = 4, 6
    left, start = _normal(n, k), _normal(n, n)
    kept = _block(left.T if side == "T" else left, dtype)
    frame, block, c = _block(start, dtype)
    Blas(dtype).subtract_square(half, side, (n, k), kept[2], c)
    cut = np.triu if half == "U" else np.tril
    expected = np.where(cut(np.ones((n, n))) > 0, start - left @ left.T, start)
    np.testing.assert_allclose(block, expected, atol=60 * np.finfo(dtype).eps)
    assert _frame_is_untouched(frame, (n, n))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("form", ["LUT", "RLT", "RUN", "RLN", "RUT"])
def test_solve(form, dtype):
    m, n = (4, 3) if form[0] == "L" else (3, 4)
    triangle = (np.triu if form[1] == "U" else np.tril)(_normal(4, 4)) + 4.0 * np.eye(4)
    start = _normal(m, n)
    kept = _block(triangle, dtype)
    frame, block, x = _block(start, dtype)
    Blas(dtype).solve(form, (m, n), kept[2], x)
    factor = triangle.T if form[2] == "T" else triangle
    expected = np.linalg.solve(factor, start) if form[0] == "L" else np.linalg.solve(factor.T, start.T).T
    np.testing.assert_allclose(block, expected, atol=40 * np.finfo(dtype).eps)
    assert _frame_is_untouched(frame, (m, n))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("half", ["U", "L"])
def test_factor_and_the_number_of_the_bad_pivot(half, dtype):
    matrix = _normal(5, 9) @ _normal(5, 9).T + np.eye(5)
    frame, block, a = _block(matrix, dtype)
    assert Blas(dtype).factorise(half, 5, a) == 0
    lower = np.linalg.cholesky(matrix)
    found = np.triu(block).T if half == "U" else np.tril(block)
    np.testing.assert_allclose(found, lower, atol=60 * np.finfo(dtype).eps)
    assert _frame_is_untouched(frame, (5, 5))
    matrix[3, 3] = -1.0
    kept = _block(matrix, dtype)
    assert Blas(dtype).factorise(half, 5, kept[2]) == 4


def test_other_dtypes_are_refused():
    with pytest.raises(BadInput, match="dtype complex128"):
        Blas(np.complex128)
