"""Overlaps against two-dimensional quadrature of their definition, in panels that end at the kinks."""

import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermeval
from scipy.special import erf

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import overlaps

NODES, WEIGHTS = np.polynomial.legendre.leggauss(120)
HALF_LINE = 6.5 * (NODES + 1.0)
LINE = np.concatenate([-HALF_LINE[::-1], HALF_LINE])
GAUSS = np.concatenate([WEIGHTS[::-1], WEIGHTS]) * 6.5 * np.exp(-(LINE**2) / 2) / math.sqrt(2 * math.pi)
NEURON, ACROSS = np.meshgrid(LINE, LINE, indexing="ij")  # u along w (kinks of φ at 0) and one direction across
PLANE = np.outer(GAUSS, GAUSS)

ACTIVATIONS = {"erf": overlaps.ERF, "relu": overlaps.RELU, "linear": overlaps.LINEAR}
FUNCTIONS = {"erf": erf, "relu": lambda u: np.maximum(u, 0.0), "linear": lambda u: u}
NEURONS = [(0.0, 1.0), (0.3, 0.8), (-0.7, 1.3), (1.5, 2.5), (0.9, 0.81)]


def mean(function, name, m, q):
    """E[function(z) φ(w·x)] by quadrature in the plane of v and w."""
    cosine = m / math.sqrt(q)
    z = cosine * NEURON + math.sqrt(max(0.0, 1.0 - cosine**2)) * ACROSS
    return float(np.sum(PLANE * function(z) * FUNCTIONS[name](math.sqrt(q) * NEURON)))


@pytest.mark.parametrize(("m", "q"), NEURONS)
@pytest.mark.parametrize("degree", range(8))
@pytest.mark.parametrize("name", ["erf", "relu", "linear"])
def test_hermite_overlap_is_its_definition(name, degree, m, q):
    expected = mean(lambda z: hermeval(z, [0.0] * degree + [1.0]), name, m, q)
    found = overlaps.hermite_overlap(ACTIVATIONS[name], degree, m, q)
    # rounding of the quadrature grows with the size of He_k at the edge
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10 * math.sqrt(math.factorial(degree)))


def test_erf_overlaps_have_the_published_forms():
    m, q = 0.6, 1.4
    s = 1.0 / math.sqrt(1.0 + 2.0 * q)
    published = {1: 2.0, 3: -4.0, 5: 24.0, 7: -240.0}
    for degree, factor in published.items():
        expected = factor / math.sqrt(math.pi) * (m * s) ** degree
        np.testing.assert_allclose(overlaps.hermite_overlap(overlaps.ERF, degree, m, q), expected, rtol=1e-14)


@pytest.mark.parametrize("degree", [9, 13])
def test_high_degrees_against_arbitrary_precision(degree):
    m, q = 0.8, 1.1
    with mpmath.workdps(40):
        rho = mpmath.mpf(m) / mpmath.sqrt(q)

        def integrand(u):
            # E[He_k(z) | u] = ρᵏ He_k(u), Mehler's formula, reduces the definition to one integral
            hermite = mpmath.hermite(degree, u / mpmath.sqrt(2)) / mpmath.power(2, mpmath.mpf(degree) / 2)
            return rho**degree * hermite * mpmath.erf(mpmath.sqrt(q) * u) * mpmath.npdf(u)

        expected = float(2 * mpmath.quad(integrand, [0, 2, 5, 16]))
    np.testing.assert_allclose(overlaps.hermite_overlap(overlaps.ERF, degree, m, q), expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["erf", "relu", "linear"])
@pytest.mark.parametrize("q", [0.2, 1.0, 3.7])
def test_second_moment(name, q):
    expected = float(np.sum(GAUSS * FUNCTIONS[name](math.sqrt(q) * LINE) ** 2))
    np.testing.assert_allclose(ACTIVATIONS[name].second_moment(q), expected, rtol=1e-12)


@pytest.mark.parametrize(("m", "q"), NEURONS)
@pytest.mark.parametrize("dimension", [4, 50])
def test_harmonic_cubic_overlap(dimension, m, q):
    cosine = m / math.sqrt(q)
    z = cosine * NEURON + math.sqrt(max(0.0, 1.0 - cosine**2)) * ACROSS
    # |x|² in the plane, plus its mean over the other d − 2 directions, on which φ does not depend
    square = NEURON**2 + ACROSS**2 + dimension - 2
    expected = np.sum(PLANE * (z**3 - 3 * z * square / (dimension + 2)) * erf(math.sqrt(q) * NEURON))
    found = overlaps.harmonic_cubic_overlap(overlaps.ERF, m, q, dimension)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("dimension", [4, 7])
def test_harmonic_cubic_norm(dimension):
    # E over z by quadrature, over |x_⊥|² by its moments D and D(D+2)
    transverse = dimension - 1
    a, b = LINE**3 - 3 * LINE**3 / (dimension + 2), -3 * LINE / (dimension + 2)
    expected = np.sum(GAUSS * (a**2 + 2 * a * b * transverse + b**2 * transverse * (transverse + 2)))
    np.testing.assert_allclose(overlaps.harmonic_cubic_norm(dimension), expected, rtol=1e-12)


@pytest.mark.parametrize(("m", "q"), NEURONS)
def test_relu_fold_overlap(m, q):
    across = math.sqrt(max(0.0, q - m**2))
    # polar coordinates in the plane, so that the kinks of |z| and of φ both lie at the ends of panels
    kink = math.atan2(across, m)
    folds = [0.5 * math.pi, 1.5 * math.pi, kink + 0.5 * math.pi, kink - 0.5 * math.pi]
    ends = np.sort(np.mod(folds, 2 * math.pi))
    panels = list(zip(ends, np.append(ends[1:], ends[0] + 2 * math.pi), strict=True))
    angles = np.concatenate([0.5 * (stop - start) * (NODES + 1.0) + start for start, stop in panels])
    weights = np.concatenate([0.5 * (stop - start) * WEIGHTS for start, stop in panels]) / (2 * math.pi)
    cosines, direction = np.cos(angles), np.maximum(m * np.cos(angles) + across * np.sin(angles), 0.0)
    # radial moments of the plane: E[R²] = 2 and E[R] = √(π/2)
    expected = np.sum(weights * direction * (2.0 * np.abs(cosines) - math.sqrt(2 / math.pi) * math.sqrt(math.pi / 2)))
    np.testing.assert_allclose(overlaps.relu_fold_overlap(m, q), expected, atol=1e-13)


def test_fold_norm():
    expected = np.sum(GAUSS * (np.abs(LINE) - math.sqrt(2 / math.pi)) ** 2)
    np.testing.assert_allclose(overlaps.fold_norm(), expected, rtol=1e-12)


@pytest.mark.parametrize(
    "function",
    [
        lambda m, q: overlaps.hermite_overlap(overlaps.ERF, 3, m, q),
        lambda m, q: overlaps.hermite_overlap(overlaps.RELU, 2, m, q),
        lambda m, q: overlaps.harmonic_cubic_overlap(overlaps.ERF, m, q, 30),
        overlaps.relu_fold_overlap,
        lambda m, q: overlaps.ERF.second_moment(q),
    ],
)
def test_jax_arrays_keep_their_kind_and_dtype(function):
    m, q = jnp.asarray([0.1, -0.5], jnp.float32), jnp.asarray([1.0, 1.2], jnp.float32)
    found = jax.jit(function)(m, q)
    assert isinstance(found, jax.Array)
    assert found.dtype == jnp.float32
    expected = function(np.asarray(m, np.float64), np.asarray(q, np.float64))
    np.testing.assert_allclose(found, expected, rtol=2e-6, atol=1e-7)


def test_negative_degrees_are_refused():
    for activation in ACTIVATIONS.values():
        with pytest.raises(BadInput, match="-1"):
            overlaps.hermite_overlap(activation, -1, 0.1, 1.0)
