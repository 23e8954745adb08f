"""Random quadratic harmonics: law and bad input; that they are harmonics is in tests/regression/test_exact_error.py."""

import jax
import numpy as np
import pytest

from fieldbench.data.harmonics import quadratic_targets
from fieldbench.data.synthetic import on_sphere
from fieldbench.errors import BadInput


def test_covariance_of_the_targets_is_the_zonal_harmonic():
    dimension, count = 4, 20_000
    inputs = np.asarray(on_sphere(jax.random.key(0), 600, dimension))[:6]
    values = quadratic_targets(jax.random.key(1), inputs, count)
    cosines = inputs @ inputs.T / dimension
    expected = (dimension * cosines**2 - 1) / (dimension - 1)  # P_2 with P_2(1) = 1
    # Five standard errors of a mean of products bounded by max|y|² = d(d−1)/2·… < 9.
    np.testing.assert_allclose(values @ values.T / count, expected, atol=5 * 3.0 / count**0.5)


def test_blocks_of_rows_do_not_show():
    inputs = np.asarray(on_sphere(jax.random.key(2), 700, 5))
    together = quadratic_targets(jax.random.key(3), inputs, 2)
    np.testing.assert_allclose(together[600:], quadratic_targets(jax.random.key(3), inputs[600:], 2), atol=1e-13)


def test_points_off_the_sphere_are_refused():
    with pytest.raises(BadInput, match="√d"):
        quadratic_targets(jax.random.key(0), np.ones((3, 4)) * 2.0, 1)
