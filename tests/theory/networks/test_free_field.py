"""Cumulants of random erf networks: closed forms, limits, and an independent integral."""

import numpy as np
import pytest
from scipy import integrate, special

from fieldbench.errors import BadInput
from fieldbench.theory.kernels.dual import Kernel
from fieldbench.theory.networks.free_field import READOUT_KURTOSIS, neuron_moments, pairings

INPUTS = np.array([[2.0**0.5, 0.0], [1.0, 1.0], [-0.6, 1.0], [0.3, -0.2]])


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_gaussian_weights_give_the_arcsine_kernel(dimension):
    inputs = np.concatenate([INPUTS, INPUTS], axis=1)[:, :dimension]
    variance = 0.9
    found = neuron_moments(inputs, "gaussian", weight_variance=variance).covariance()
    np.testing.assert_allclose(found, Kernel("erf", weight_variance=variance)(inputs, inputs), rtol=0.0, atol=1e-9)


def test_one_point_by_adaptive_quadrature():
    def moment(power):
        return (
            2.0
            * integrate.quad(
                lambda u: special.erf(u) ** power * np.exp(-(u**2) / 2.0) / np.sqrt(2.0 * np.pi),
                0.0,
                12.0,
                epsabs=1e-13,
            )[0]
        )

    found = neuron_moments(INPUTS[:1], "gaussian").four_point((0, 0, 0, 0), 3.0)
    np.testing.assert_allclose(found, 3.0 * (moment(4) - moment(2) ** 2), rtol=1e-8)
    # The excess kurtosis 1.68/N of the literature's parameters, σ_w²|x|²/d = 1.
    assert found / moment(2) ** 2 == pytest.approx(1.68, abs=0.005)


def test_uniform_weights_along_an_axis_by_primitive():
    # u uniform on ±b, b = √3: ∫ erf² = u erf² + (2/√π) e^{−u²} erf − √(2/π) erf(√2 u).
    bound = 3.0**0.5
    primitive = (
        bound * special.erf(bound) ** 2
        + 2.0 / np.pi**0.5 * np.exp(-(bound**2)) * special.erf(bound)
        - (2.0 / np.pi) ** 0.5 * special.erf(2.0**0.5 * bound)
    )
    found = neuron_moments(INPUTS[:1], "uniform").covariance()[0, 0]
    np.testing.assert_allclose(found, primitive / bound, rtol=1e-12)


@pytest.mark.parametrize("law", ["gaussian", "uniform"])
def test_small_weights_give_the_linear_network(law):
    # φ → 2u/√π: E u⁴ factorises over the axes, here for two points along different axes and for coinciding ones.
    variance = 1e-8
    moments = neuron_moments(np.eye(2), law, weight_variance=variance)
    unit = (2.0 / np.pi**0.5) ** 4 * (variance / 2.0) ** 2
    kurtosis = READOUT_KURTOSIS[law]
    assert moments.four_point((0, 0, 1, 1), kurtosis) == pytest.approx(unit * (kurtosis - 1.0), rel=1e-6)
    assert moments.four_point((0, 0, 0, 0), kurtosis) == pytest.approx(unit * (kurtosis**2 - 3.0), rel=1e-6)


def test_gaussian_readouts_sum_over_pairings():
    moments = neuron_moments(INPUTS, "gaussian")
    points = (0, 1, 2, 3)
    expected = sum(moments.moment(points) - moments.moment(a) * moments.moment(b) for a, b in pairings(points))
    assert moments.four_point(points, 3.0) == pytest.approx(expected, rel=1e-12)


def test_bad_input_is_named():
    with pytest.raises(BadInput, match="cauchy"):
        neuron_moments(INPUTS, "cauchy")
    with pytest.raises(BadInput, match="dimension 4"):
        neuron_moments(np.ones((1, 4)), "gaussian")
    with pytest.raises(BadInput, match="variance up to 9"):
        neuron_moments(INPUTS[:1], "gaussian", weight_variance=9.0)
    with pytest.raises(BadInput, match="3 points"):
        neuron_moments(INPUTS, "gaussian").four_point((0, 1, 2), 3.0)
    with pytest.raises(BadInput, match="kurtosis"):
        neuron_moments(INPUTS, "gaussian").four_point((0, 0, 0, 0), 0.5)
