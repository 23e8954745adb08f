"""Quadrature and power by degree on the sphere |x|² = 3, on polynomials whose averages and harmonics are known."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.kernels import SphereQuadrature
from fieldbench.theory.kernels.sphere import zonal


def test_sphere_averages_polynomials():
    sphere = SphereQuadrature.exact_to(8)
    np.testing.assert_allclose((sphere.points**2).sum(axis=1), 3.0)
    # ⟨x²⟩ = 1, ⟨x⁴⟩ = 9/5, ⟨x²y²⟩ = 9/15, ⟨x⁴y²z²⟩ = 81·3/(3·5·7·9) on |x|² = 3, whatever the axis.
    for turned in range(3):
        x, y, z = np.roll(sphere.points.T, turned, axis=0)
        found = [sphere.weights @ f for f in (x**0, z, z**2, x**4, y**2 * z**2, x**4 * y**2 * z**2)]
        np.testing.assert_allclose(found, [1.0, 0.0, 1.0, 9 / 5, 9 / 15, 243 / 945], atol=1e-14)


def test_band_averages_polynomials():
    band = SphereQuadrature.exact_to(6, reach=0.5)
    cosine, across, other = band.points.T / 3.0**0.5
    assert np.abs(cosine).max() < 0.5
    # Uniform on (−r, r): ⟨t²⟩ = r²/3, ⟨t⁴⟩ = r⁴/5; what is left, 1 − t², is shared by the two other directions.
    found = [band.weights @ f for f in (cosine**0, cosine**2, across**2, other**2, (cosine * across) ** 2)]
    np.testing.assert_allclose(found, [1.0, 1 / 12, 11 / 24, 11 / 24, (1 / 12 - 1 / 80) / 2], atol=1e-14)


def test_power_of_zonal_harmonics():
    sphere = SphereQuadrature.exact_to(12)
    cosine = sphere.points @ np.array([0.6, 0.0, 0.8]) / 3.0**0.5
    values = np.stack([zonal(3, 3, cosine), 2.0 * zonal(1, 3, cosine) + zonal(3, 3, cosine)])
    # ⟨P_l²⟩ = 1/(2l+1), shared by 2l + 1 harmonics.
    found = sphere.power_by_degree(values, (1, 2, 3))
    np.testing.assert_allclose(found, [[0.0, 0.0, 1 / 49], [4 / 9, 0.0, 1 / 49]], atol=1e-14)


def test_bad_input_is_named():
    with pytest.raises(BadInput, match="-1"):
        SphereQuadrature.exact_to(-1)
    with pytest.raises(BadInput, match=r"reach 1\.5"):
        SphereQuadrature.exact_to(4, reach=1.5)
    with pytest.raises(BadInput, match="values"):
        SphereQuadrature.exact_to(4).power_by_degree(np.ones((2, 3)), (1,))
