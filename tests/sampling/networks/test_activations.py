"""Activations against SciPy in float64, slopes against differences."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special

from fieldbench.errors import BadInput
from fieldbench.sampling.networks.activations import function_and_slope, gaussian

POINTS = np.linspace(-9.0, 9.0, 200_001)


@pytest.mark.parametrize("gaussian", [gaussian, jax.jit(gaussian)], ids=["as-written", "compiled"])
def test_the_gaussian_is_accurate_to_rounding(gaussian):
    """Compiled too: a compiler that rearranges floating-point sums must not reach the rounding in it.

    Rounding z² log₂e shifts the exponent by up to 2⁻²⁴ z² log₂e, hence the value by z² ln 2 log₂e 2⁻²⁴, twice.
    """
    z = POINTS.astype(np.float32)
    exact = np.exp(-(z.astype(np.float64) ** 2))
    error = np.abs(np.asarray(gaussian(jnp.asarray(z)), np.float64) / exact - 1)
    assert np.all(error < 4e-7 * (1 + z.astype(np.float64) ** 2))
    np.testing.assert_allclose(gaussian(jnp.asarray(POINTS)), np.exp(-(POINTS**2)), rtol=1e-13)
    assert 0 <= float(gaussian(jnp.float32(50))) < 2e-38
    assert np.isnan(gaussian(jnp.float32(np.nan)))


def test_erf_and_its_slope():
    function, slope = (jax.jit(part) for part in function_and_slope("erf"))
    z = POINTS.astype(np.float32)
    np.testing.assert_allclose(function(jnp.asarray(z)), special.erf(z.astype(np.float64)), atol=3e-7)
    exact = 2 / np.sqrt(np.pi) * np.exp(-(z.astype(np.float64) ** 2))
    np.testing.assert_allclose(slope(jnp.asarray(z)), exact, atol=5e-7)


@pytest.mark.parametrize("activation", ["erf", "relu", "linear"])
def test_slopes_are_derivatives(activation):
    function, slope = function_and_slope(activation)
    z = jnp.asarray(np.linspace(-3, 3, 60))  # no point on the kink of relu
    step = 1e-5
    difference = (function(z + step) - function(z - step)) / (2 * step)
    np.testing.assert_allclose(slope(z), difference, atol=1e-9)  # step²·φ‴/6 and rounding 1e-16/step


def test_an_unknown_name_is_refused():
    with pytest.raises(BadInput, match="choose one of"):
        function_and_slope("sine")
