"""Spectra on the sphere against mpmath quadrature, classical polynomials and counting."""

import math

import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import eval_chebyt, eval_gegenbauer, eval_legendre

from fieldbench.errors import BadInput
from fieldbench.theory.kernels import sphere
from fieldbench.theory.kernels.dual import Kernel

COSINES = np.linspace(-1.0, 1.0, 9)


def _funk_hecke(kernel, degree, dimension):
    """∫ K(t) P_l(t) (1−t²)^{(d−3)/2} dt / ∫ (1−t²)^{(d−3)/2} dt, with P_l from mpmath's Gegenbauer polynomials."""
    order = mpmath.mpf(dimension - 2) / 2
    closed = {
        "erf": lambda t: 2 / mpmath.pi * mpmath.asin(mpmath.mpf(2) / 3 * t),
        "relu": lambda t: (mpmath.sqrt(1 - t * t) + (mpmath.pi - mpmath.acos(t)) * t) / (2 * mpmath.pi),
    }[kernel.activation]

    def harmonic(t):
        return mpmath.gegenbauer(degree, order, t) / mpmath.gegenbauer(degree, order, 1)

    def weight(t):
        return (1 - t * t) ** (mpmath.mpf(dimension - 3) / 2)

    numerator = mpmath.quad(lambda t: closed(t) * harmonic(t) * weight(t), [-1, -0.5, 0, 0.5, 1])
    return float(numerator / mpmath.quad(weight, [-1, 0, 1]))


@pytest.mark.parametrize("activation", ["erf", "relu"])
@pytest.mark.parametrize("dimension", [3, 8, 40])
@pytest.mark.parametrize("degree", [0, 1, 3, 4])
def test_eigenvalues_equal_funk_hecke_quadrature(activation, dimension, degree):
    kernel = Kernel(activation)
    found = sphere.eigenvalues(kernel, dimension, degree + 1)[degree]
    reference = _funk_hecke(kernel, degree, dimension)
    # ReLU in d = 3: Σ_{m > 2048} a_m ∫t^m P_l dμ with a_m ≈ m^{−5/2}/(√2π^{3/2}), ∫ ≈ 1/m, m even, is 1.4e-10.
    tolerance = 1.4e-10 if activation == "relu" and dimension == 3 else 1e-16
    np.testing.assert_allclose(found, reference, rtol=1e-11, atol=tolerance)


@pytest.mark.parametrize("dimension", [2, 3, 8, 100, 10**4, 10**6])
@pytest.mark.parametrize("kernel", [Kernel("erf"), Kernel("relu"), Kernel("erf", depth=3), Kernel("linear")])
def test_traces_add_up(kernel, dimension):
    spectrum = sphere.spectrum(kernel, dimension)
    total = float(kernel.of_cosine(np.ones(1))[0])
    np.testing.assert_allclose(spectrum.trace, total, rtol=1e-12)
    listed = spectrum.eigenvalues @ spectrum.degeneracies
    # erf's degrees fall geometrically and are all listed; what is left of ReLU's is a ridge, and small.
    assert 0.0 <= spectrum.unresolved < (1e-11 if kernel.activation != "relu" else 0.02) * total
    assert listed <= total * (1.0 + 1e-12)


def test_degeneracies_count_harmonics():
    for d in (2, 3, 8, 20, 10**6):
        assert sphere.degeneracy(0, d) == 1
        assert sphere.degeneracy(1, d) == d
        assert sphere.degeneracy(2, d) == (d + 2) * (d - 1) // 2
        assert sphere.degeneracy(3, d) == d * (d + 4) * (d - 1) // 6
    assert [sphere.degeneracy(l, 3) for l in range(6)] == [1, 3, 5, 7, 9, 11]
    assert [sphere.degeneracy(l, 2) for l in range(4)] == [1, 2, 2, 2]


@pytest.mark.parametrize("dimension", [2, 3, 11])
@pytest.mark.parametrize("degrees", [1, 2, 12])
def test_all_degrees_at_once_are_each_alone(degrees, dimension):
    found = list(sphere.zonals(degrees, dimension, COSINES))
    expected = [sphere.zonal(degree, dimension, COSINES) for degree in range(degrees)]
    np.testing.assert_allclose(found, expected, atol=1e-14)


@pytest.mark.parametrize("degree", range(7))
def test_zonal_harmonics_are_the_classical_polynomials(degree):
    np.testing.assert_allclose(sphere.zonal(degree, 3, COSINES), eval_legendre(degree, COSINES), atol=1e-14)
    np.testing.assert_allclose(sphere.zonal(degree, 2, COSINES), eval_chebyt(degree, COSINES), atol=1e-14)
    ultraspherical = eval_gegenbauer(degree, 4.5, COSINES) / eval_gegenbauer(degree, 4.5, 1.0)
    np.testing.assert_allclose(sphere.zonal(degree, 11, COSINES), ultraspherical, atol=1e-14)


@pytest.mark.parametrize("degree", range(5))
def test_zonal_harmonics_keep_array_type_and_dtype(degree):
    single = sphere.zonal(degree, 6, jnp.asarray(COSINES, dtype=jnp.float32))
    assert single.dtype == jnp.float32
    np.testing.assert_allclose(single, sphere.zonal(degree, 6, COSINES), atol=1e-6)


def test_zonal_harmonics_become_hermite_in_high_dimension():
    """d^{3/2} P_3(z/√d) → He_3(z) = z³ − 3z, with corrections of order 1/d."""
    z = np.linspace(-2.0, 2.0, 5)
    np.testing.assert_allclose(1e9 * sphere.zonal(3, 10**6, z / 1e3), z**3 - 3 * z, atol=2e-5)


def test_addition_theorem_on_explicit_harmonics():
    """Degree 1 in any d: Σ_m φ_1m(x)φ_1m(z) = d·x·z/d, with φ_1m = x_m."""
    x, z = np.random.default_rng(0).standard_normal((2, 7))
    x, z = (v * 7**0.5 / np.linalg.norm(v) for v in (x, z))
    np.testing.assert_allclose(x @ z, 7 * sphere.zonal(1, 7, x @ z / 7))


@given(power=st.integers(0, 12), degree=st.integers(0, 12), dimension=st.integers(3, 60))
@settings(max_examples=40, deadline=None)
def test_moments_equal_the_gamma_formula(power, degree, dimension):
    found = sphere.zonal_moments(power + 1, degree + 1, dimension)[degree, power]
    if power < degree or (power - degree) % 2:
        assert found == -np.inf
        return
    m, l, d = power, degree, dimension
    gamma = mpmath.gamma
    reference = mpmath.factorial(m) * gamma(mpmath.mpf(d) / 2) * gamma(mpmath.mpf(m - l + 1) / 2)
    reference /= 2**l * mpmath.factorial(m - l) * mpmath.sqrt(mpmath.pi) * gamma(mpmath.mpf(m + l + d) / 2)
    np.testing.assert_allclose(math.exp(found), float(reference), rtol=1e-12)


def test_eigenvalue_in_a_million_dimensions():
    """d³λ_3 → 3! a_3, with a relative correction of order 1/d."""
    kernel = Kernel("erf")
    found = sphere.eigenvalues(kernel, 10**6, 4)[3]
    np.testing.assert_allclose(found * 1e18, 6.0 * kernel.power_series(4)[3], rtol=2e-5)


def test_constants_of_the_closed_limit():
    coefficient, extra = sphere.closed_limit(Kernel("erf"), 3)
    np.testing.assert_allclose(coefficient, 2 / math.pi * (2 / 3) ** 3 / 6, rtol=1e-14)
    np.testing.assert_allclose(extra, 2 / math.pi * (math.asin(2 / 3) - 2 / 3 - (2 / 3) ** 3 / 6), rtol=1e-12)
    np.testing.assert_allclose(sphere.limiting_samples(Kernel("erf"), 3, 0.5, 0.01), 0.1825, atol=5e-5)
    np.testing.assert_allclose(sphere.limiting_samples(Kernel("erf"), 3, 0.9, 0.01), 1.043, atol=5e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sphere.degeneracy(-1, 5), "degree -1"),
        (lambda: sphere.spectrum(Kernel(), 9.0), "dimension 9.0 is no whole number"),
        (lambda: sphere.degeneracy(2.5, 9), "degree 2.5 is no whole number"),
        (lambda: sphere.zonal(3, 1, COSINES), "dimension 1"),
        (lambda: sphere.spectrum(Kernel(), 10**6, degrees=100), "below 1e260"),
        (lambda: sphere.eigenvalues(Kernel(), 5, 0), "negative"),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_bad_input_is_refused(call, message):
    with pytest.raises(BadInput, match=message):
        call()
