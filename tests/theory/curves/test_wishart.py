"""Exact averages over real Wishart matrices: moments, the smallest cases in closed form, and sampling."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.curves.wishart import mean_of_sum


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (3, 5), (16, 16), (25, 50), (50, 200)])
def test_moments(rows, columns):
    found = mean_of_sum(lambda s: np.stack([np.ones_like(s), s, s**2]), rows, columns)
    product = rows * columns
    np.testing.assert_allclose(found, [min(rows, columns), product, product * (rows + columns + 1)], rtol=1e-9)


def test_one_value_is_chi_square():
    # ⟨1/(s + r)⟩ of χ² with three degrees of freedom: 1 − √(πr/2) e^{r/2} erfc √(r/2).
    from scipy.special import erfcx

    r = 0.3
    expected = 1.0 - np.sqrt(np.pi * r / 2) * erfcx(np.sqrt(r / 2))
    np.testing.assert_allclose(mean_of_sum(lambda s: 1.0 / (s + r), 1, 3), expected, rtol=1e-9)


@pytest.mark.parametrize(("rows", "columns"), [(6, 6), (5, 9)])
def test_against_sampling(rows, columns):
    def statistic(s):
        return s / (s + 0.05) ** 2

    draws = np.random.default_rng(0).standard_normal((40_000, rows, columns))
    found = statistic(np.linalg.svd(draws, compute_uv=False) ** 2).sum(axis=1)
    error = found.std() / found.size**0.5
    assert abs(found.mean() - mean_of_sum(statistic, rows, columns, least=0.05**0.5)[0]) < 5.0 * error


def test_no_matrix_is_refused():
    with pytest.raises(BadInput, match="no singular values"):
        mean_of_sum(lambda s: s, 0, 3)
