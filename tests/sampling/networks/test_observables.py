"""The exact overlaps of a network and of a Gaussian process against a Monte-Carlo test set."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import linalg, special

from fieldbench.errors import BadInput
from fieldbench.sampling.networks.infinite_width import harmonic_embedding, harmonic_overlap, mean_harmonic_response
from fieldbench.sampling.networks.order_parameters import erf_network, harmonic_norm, order_parameters
from fieldbench.sampling.networks.two_layer import Weights, fully_connected

DIMENSION = 6
TEST_SET = np.random.default_rng(0).normal(size=(400_000, DIMENSION))


def components(inputs):
    """z, H_3(z) and the cubic harmonic h."""
    z = inputs[:, 0]
    return {"linear": z, "hermite": z**3 - 3 * z, "harmonic": z**3 - 3 * z * (inputs**2).sum(1) / (inputs.shape[1] + 2)}


def test_overlaps_of_a_network_agree_with_a_test_set():
    rng = np.random.default_rng(1)
    hidden, readout = rng.normal(size=(3, DIMENSION)), rng.normal(size=(3, 1))
    exact = erf_network(Weights(jnp.asarray(hidden), jnp.asarray(readout)))
    outputs = special.erf(TEST_SET @ hidden.T) @ readout[:, 0]
    for name, component in components(TEST_SET).items():
        products = outputs * component
        error = products.std() / np.sqrt(len(products))
        assert abs(products.mean() - float(exact[name])) < 4 * error, name
    np.testing.assert_allclose(exact["overlap"], DIMENSION * (hidden[:, 0] ** 2).mean())
    np.testing.assert_allclose(exact["radius"], DIMENSION / (DIMENSION - 1) * (hidden[:, 1:] ** 2).sum(1).mean())


def test_the_harmonic_is_orthogonal_to_what_rides_on_the_linear_part():
    parts = components(TEST_SET)
    z, radius = parts["linear"], (TEST_SET**2).sum(1)
    for other in (z, z * (radius - DIMENSION - 2), z * radius**2):
        products = parts["harmonic"] * other
        assert abs(products.mean()) < 4 * products.std() / np.sqrt(len(products))
    squares = parts["harmonic"] ** 2
    assert abs(squares.mean() - harmonic_norm(DIMENSION)) < 4 * squares.std() / np.sqrt(len(squares))


def arcsine_kernel(left, right):
    """(2/π) asin(2 x·x'/d / √((1 + 2|x|²/d)(1 + 2|x'|²/d))), the infinitely wide erf network."""
    d = left.shape[1]
    norms = [np.sqrt(1 + 2 * (x**2).sum(1) / d) for x in (left, right)]
    return 2 / np.pi * np.arcsin(2 * left @ right.T / d / np.outer(*norms))


def test_the_embedding_of_the_harmonic_agrees_with_the_kernel_on_a_test_set():
    """Plain Monte Carlo would drown in noise: what polynomials of the kernel explain is integrated exactly."""
    inputs = 2.5 * np.eye(DIMENSION)[:1] + 0.3
    products = components(TEST_SET)["harmonic"] * (kernel := arcsine_kernel(TEST_SET, inputs)[:, 0])
    linear = TEST_SET @ inputs[0]
    features = np.stack([linear, linear**3, linear * (TEST_SET**2).sum(1)], axis=1)
    slopes = np.linalg.lstsq(features, kernel, rcond=None)[0]
    # E[h·(features)] is known: only the cubic has a harmonic part, E[h (x·u)³] = 6(d−1)/(d+2)·(zonal cubic of u).
    u, d = inputs[0], DIMENSION
    known = 6 * (u[0] ** 3 - 3 * u[0] * (u @ u) / (d + 2))
    rest = products - components(TEST_SET)["harmonic"] * (features @ slopes)
    expected = rest.mean() + slopes[1] * known
    error = rest.std() / np.sqrt(len(rest))
    found = harmonic_embedding(inputs)[0]
    assert abs(found - expected) < 4 * error
    assert error < 0.1 * abs(found)


def test_the_gaussian_process_is_kernel_ridge_regression():
    rng = np.random.default_rng(2)
    inputs, targets = rng.normal(size=(40, DIMENSION)), rng.normal(size=40)
    weights = linalg.solve(arcsine_kernel(inputs, inputs) + 0.3 * np.eye(40), targets)
    expected = harmonic_embedding(inputs) @ weights
    np.testing.assert_allclose(harmonic_overlap(inputs, targets, ridge=0.3), expected, rtol=1e-9)
    # Output scale and ridge only matter through their ratio, up to the scale itself.
    scaled = harmonic_overlap(inputs, targets, ridge=0.6, readout_variance=2.0)
    np.testing.assert_allclose(scaled, expected, rtol=1e-9)


def test_the_mean_response_is_that_over_directions_of_the_teacher():
    """Directions as rotations of the inputs: h is that of the first coordinate."""
    rng = np.random.default_rng(4)
    inputs = rng.normal(size=(30, DIMENSION))
    found = []
    for _ in range(3000):
        rotated = inputs @ np.linalg.qr(rng.normal(size=(DIMENSION, DIMENSION)))[0]
        cubic = rotated[:, 0] ** 3 - 3 * rotated[:, 0]
        found.append(harmonic_overlap(rotated, cubic, ridge=0.3) / harmonic_norm(DIMENSION))
    error = np.std(found) / np.sqrt(len(found))
    mean = mean_harmonic_response(inputs, ridge=0.3)
    assert abs(np.mean(found) - mean) < 4 * error
    assert error < 0.03 * mean
    np.testing.assert_allclose(mean_harmonic_response(inputs, ridge=0.6, readout_variance=2.0), mean, rtol=1e-9)
    with pytest.raises(BadInput):
        mean_harmonic_response(inputs, ridge=0.0)
    with pytest.raises(BadInput):
        mean_harmonic_response(inputs[0], ridge=1.0)


@pytest.mark.parametrize(
    ("inputs", "targets", "ridge"),
    [
        (np.ones((3, 5)), np.ones(4), 1.0),
        (np.full((3, 5), np.nan), np.ones(3), 1.0),
        (np.ones((3, 5)), np.ones(3), 0.0),
    ],
)
def test_bad_data_are_refused(inputs, targets, ridge):
    with pytest.raises(BadInput):
        harmonic_overlap(inputs, targets, ridge=ridge)


def test_whitened_weights_are_observed_as_physical_ones():
    energy = fully_connected(jnp.ones((4, DIMENSION)), jnp.ones(4), width=3, ridge=1.0, feature_scale=2.0)
    weights = energy.prior(jax.random.key(0))
    expected = erf_network(Weights(weights.hidden / np.sqrt(DIMENSION), weights.readout / np.sqrt(2.0 * 3)))
    for name, value in order_parameters(energy, weights).items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-12)
