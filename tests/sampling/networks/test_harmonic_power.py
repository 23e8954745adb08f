"""Quadrature and power by degree on the sphere |x|² = 3, on polynomials whose harmonics are known."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.sampling.networks.harmonic_power import power_by_degree, sphere_quadrature
from fieldbench.theory.kernels.sphere import zonal


def test_quadrature_averages_polynomials():
    points, weights = sphere_quadrature(8)
    np.testing.assert_allclose((points**2).sum(axis=1), 3.0)
    # ⟨x²⟩ = 1, ⟨x⁴⟩ = 9/5, ⟨x²y²⟩ = 9/15, ⟨x⁴y²z²⟩ = 81·3/(3·5·7·9) on |x|² = 3.
    x, y, z = points.T
    found = [weights @ f for f in (x**0, z, z**2, x**4, y**2 * z**2, x**4 * y**2 * z**2)]
    np.testing.assert_allclose(found, [1.0, 0.0, 1.0, 9 / 5, 9 / 15, 243 / 945], atol=1e-14)


def test_power_of_zonal_harmonics():
    points, weights = sphere_quadrature(12)
    cosine = points @ np.array([0.6, 0.0, 0.8]) / 3.0**0.5
    outputs = np.stack([zonal(3, 3, cosine), 2.0 * zonal(1, 3, cosine) + zonal(3, 3, cosine)])
    # ⟨P_l²⟩ = 1/(2l+1), shared by 2l + 1 harmonics.
    found = power_by_degree(outputs, points, weights, (1, 2, 3))
    np.testing.assert_allclose(found, [[0.0, 0.0, 1 / 49], [4 / 9, 0.0, 1 / 49]], atol=1e-14)


def test_bad_input_is_named():
    with pytest.raises(BadInput, match="-1"):
        sphere_quadrature(-1)
    points, weights = sphere_quadrature(4)
    with pytest.raises(BadInput, match="outputs"):
        power_by_degree(np.ones((2, 3)), points, weights, (1,))
