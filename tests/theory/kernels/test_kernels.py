"""Dual kernels against one-dimensional mpmath quadrature, Monte Carlo and their own power series."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf

from fieldbench.errors import BadInput
from fieldbench.theory.kernels.dual import DUALS, Kernel, arc_cosine

ACTIVATIONS = {"erf": erf, "relu": lambda u: np.maximum(u, 0.0), "linear": lambda u: u}


def _conditional_mean(activation, mean, variance):
    """E[φ(v)] for v ~ N(mean, variance), so that the Gaussian double integral becomes a single one."""
    if activation == "erf":
        return mpmath.erf(mean / mpmath.sqrt(1 + 2 * variance))
    scale = mpmath.sqrt(variance)
    return scale * mpmath.npdf(mean / scale) + mean * mpmath.ncdf(mean / scale)


@pytest.mark.parametrize("activation", ["erf", "relu"])
@pytest.mark.parametrize(("k12", "k11", "k22"), [(0.3, 0.8, 1.7), (-0.9, 1.0, 1.1), (0.0, 0.5, 2.0)])
def test_dual_equals_the_gaussian_integral(activation, k12, k11, k22):
    activate = {"erf": mpmath.erf, "relu": lambda u: max(u, mpmath.mpf(0))}[activation]

    def integrand(u):
        inner = _conditional_mean(activation, k12 / k11 * u, k22 - k12**2 / k11)
        return activate(u) * inner * mpmath.npdf(u, 0, mpmath.sqrt(k11))

    reference = float(mpmath.quad(integrand, [-12, -3, 0, 3, 12]))
    found = DUALS[activation](np.array(k12), np.array(k11), np.array(k22))
    np.testing.assert_allclose(found, reference, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("activation", sorted(DUALS))
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_kernel_is_the_covariance_of_random_layers(activation, depth):
    """Layer by layer, pre-activations drawn from the previous kernel; each mean within five standard errors."""
    rng = np.random.default_rng(7)
    inputs = rng.standard_normal((3, 5))
    covariance, samples = inputs @ inputs.T / 5.0, 200_000
    for layer in range(1, depth + 1):
        preactivations = rng.multivariate_normal(np.zeros(3), 1.4 * covariance, size=samples)
        features = ACTIVATIONS[activation](preactivations)
        products = features[:, :, None] * features[:, None, :]
        error = products.std(axis=0) / samples**0.5
        covariance = Kernel(activation, depth=layer, weight_variance=1.4)(inputs, inputs)
        assert np.all(np.abs(products.mean(axis=0) - covariance) < 5.0 * error)


@pytest.mark.parametrize("activation", sorted(DUALS))
@pytest.mark.parametrize("depth", [1, 3])
def test_jax_and_numpy_agree_and_keep_the_dtype(activation, depth):
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((4, 6)), rng.standard_normal((5, 6))
    kernel = Kernel(activation, depth=depth, weight_variance=0.7, readout_variance=1.9)
    ours = kernel(left, right)
    np.testing.assert_allclose(jax.jit(kernel)(jnp.asarray(left), jnp.asarray(right)), ours, rtol=1e-13)
    single = kernel(jnp.asarray(left, dtype=jnp.float32), jnp.asarray(right, dtype=jnp.float32))
    assert single.dtype == jnp.float32
    np.testing.assert_allclose(single, ours, rtol=2e-5, atol=1e-6)
    assert kernel(left.astype(np.float32), right.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("activation", sorted(DUALS))
def test_diagonal_and_sphere_are_the_same_kernel(activation):
    points = np.random.default_rng(1).standard_normal((6, 9))
    kernel = Kernel(activation, depth=2, weight_variance=1.3)
    np.testing.assert_allclose(kernel.diagonal(points), np.diagonal(kernel(points, points)), rtol=1e-13)
    points *= 3.0 / np.linalg.norm(points, axis=1, keepdims=True)
    np.testing.assert_allclose(kernel.of_cosine(points @ points.T / 9.0), kernel(points, points), atol=1e-13)


@given(seed=st.integers(0, 10_000), depth=st.integers(1, 4), activation=st.sampled_from(sorted(DUALS)))
@settings(max_examples=30, deadline=None)
def test_gram_is_positive_semidefinite(seed, depth, activation):
    """Symmetric to 8 roundings a layer: three of the cosine, which the dual at most doubles, and two after it."""
    points = np.random.default_rng(seed).standard_normal((12, 4))
    gram = Kernel(activation, depth=depth)(points, points)
    scale = np.sqrt(np.outer(np.diagonal(gram), np.diagonal(gram)))
    assert np.all(np.abs(gram - gram.T) <= 8 * depth * np.finfo(float).eps * scale)
    assert np.linalg.eigvalsh(gram).min() > -1e-13 * np.trace(gram)


@pytest.mark.parametrize("activation", sorted(DUALS))
@pytest.mark.parametrize("depth", [1, 2])
def test_power_series_is_the_kernel(activation, depth):
    kernel = Kernel(activation, depth=depth, weight_variance=1.2, readout_variance=0.6)
    series, cosine = kernel.power_series(500), np.array([-0.9, -0.2, 0.0, 0.7])
    assert series.min() >= 0.0
    np.testing.assert_allclose(np.polynomial.polynomial.polyval(cosine, series), kernel.of_cosine(cosine), atol=1e-12)


@pytest.mark.parametrize("activation", ["erf", "relu"])
def test_closed_series_equals_cauchys_integral(activation):
    kernel = Kernel(activation, weight_variance=2.0)
    np.testing.assert_allclose(kernel.power_series(200), kernel._series_by_cauchy(200), atol=1e-12)


def test_odd_kernels_have_odd_series():
    for kernel in (Kernel("erf"), Kernel("erf", depth=3), Kernel("linear")):
        assert kernel.is_odd
        assert not kernel.power_series(30)[::2].any()
    assert not Kernel("relu").is_odd


def test_derivative_of_relu_kernel_is_finite_on_the_diagonal():
    """d/dt of (sin θ + (π − θ) cos θ)/π is (π − θ)/π: one at t = 1, where arccos itself has no derivative."""
    slope = jax.vmap(jax.grad(arc_cosine))(jnp.array([1.0, 0.0, -1.0]))
    np.testing.assert_allclose(slope, [1.0, 0.5, 0.0], atol=1e-15)


def test_point_at_the_origin_has_kernel_zero():
    points = np.vstack([np.zeros(3), np.ones(3)])
    np.testing.assert_array_equal(Kernel("relu")(points, points)[0], 0.0)


def test_one_compilation_a_shape():
    traced = []

    @jax.jit
    def gram(points):
        traced.append(points.shape)
        return Kernel("erf", depth=2)(points, points)

    for seed in range(3):
        gram(jax.random.normal(jax.random.key(seed), (8, 4)))
    assert traced == [(8, 4)]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"activation": "tanh"}, "tanh.*choose one of"),
        ({"activation": ["erf"]}, r"activation \['erf'\] is unknown"),
        ({"depth": 0}, "depth 0"),
        ({"depth": 1.5}, "depth 1.5 is no whole number"),
        ({"depth": "2"}, "depth '2' is no whole number"),
        ({"weight_variance": "a"}, "variance 'a' must be a positive"),
        ({"readout_variance": float("inf")}, "must be a positive and finite number"),
        ({"weight_variance": -1.0}, "must be a positive"),
        ({"readout_variance": float("nan")}, "must be a positive"),
    ],
)
def test_bad_kernels_are_refused(options, message):
    with pytest.raises(BadInput, match=message):
        Kernel(**options)


def test_inputs_of_different_dimension_are_refused():
    with pytest.raises(BadInput, match=r"\(3, 2\) and \(3, 4\)"):
        Kernel()(np.ones((3, 2)), np.ones((3, 4)))
    with pytest.raises(BadInput, match="at least one"):
        Kernel().power_series(0)


def test_lists_of_numbers_are_inputs_too():
    points = [[1.0, 2.0], [0.5, -1.0]]
    np.testing.assert_array_equal(Kernel()(points, points), Kernel()(np.array(points), np.array(points)))
