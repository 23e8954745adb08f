"""Synthetic inputs: moments within their standard errors, never exact draws."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from fieldbench.data.drawn import directions, generator, normals
from fieldbench.data.synthetic import gaussian, on_band, on_sphere
from fieldbench.errors import BadInput

COUNT, DIMENSION = 40_000, 5


def test_gaussian_inputs_are_standard_normal():
    points = np.asarray(gaussian(jax.random.key(0), COUNT, DIMENSION))
    assert points.dtype == np.float64
    for column in points.T:
        assert stats.kstest(column, "norm").pvalue > 1e-4
    covariance = points.T @ points / COUNT
    np.testing.assert_allclose(covariance, np.eye(DIMENSION), atol=5.0 * (2.0 / COUNT) ** 0.5)


def test_sphere_is_uniform():
    """(1 + t)/2 of a coordinate t = x_i/√d has the Beta((d−1)/2, (d−1)/2) distribution."""
    points = np.asarray(on_sphere(jax.random.key(1), COUNT, DIMENSION))
    np.testing.assert_allclose((points**2).sum(axis=1), DIMENSION, rtol=1e-13)
    for column in points.T:
        share = 0.5 + 0.5 * column / DIMENSION**0.5
        assert stats.kstest(share, stats.beta(0.5 * (DIMENSION - 1), 0.5 * (DIMENSION - 1)).cdf).pvalue > 1e-4
    covariance = points.T @ points / COUNT
    np.testing.assert_allclose(covariance, np.eye(DIMENSION), atol=5.0 * (2.0 / COUNT) ** 0.5)


@pytest.mark.parametrize("reach", [0.2, 1.0])
def test_a_band_has_uniform_latitudes_and_uniform_longitudes(reach):
    points = np.asarray(on_band(jax.random.key(2), COUNT, DIMENSION, reach))
    np.testing.assert_allclose((points**2).sum(axis=1), DIMENSION, rtol=1e-13)
    cosines = points[:, 0] / DIMENSION**0.5
    assert stats.kstest(cosines, stats.uniform(-reach, 2.0 * reach).cdf).pvalue > 1e-4
    around = points[:, 1:] / np.sqrt((points[:, 1:] ** 2).sum(axis=1, keepdims=True))
    share = stats.beta(0.5 * (DIMENSION - 2), 0.5 * (DIMENSION - 2))
    for column in around.T:
        assert stats.kstest(0.5 + 0.5 * column, share.cdf).pvalue > 1e-4


@pytest.mark.parametrize(("dimension", "reach"), [(5, 0.0), (5, 1.5), (5, float("nan")), (1, 0.5)])
def test_a_band_that_is_none_is_refused(dimension, reach):
    with pytest.raises(BadInput, match="cosines lie within 0 and 1"):
        on_band(jax.random.key(0), 3, dimension, reach)


@pytest.mark.parametrize("draw", [gaussian, on_sphere, lambda *args: on_band(*args, 0.5)])
def test_keys_decide_the_draw(draw):
    first, again, other = (np.asarray(draw(jax.random.key(seed), 4, 3)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


@pytest.mark.parametrize("draw", [gaussian, on_sphere])
def test_dtype_is_as_asked(draw):
    assert draw(jax.random.key(0), 4, 3, dtype=jnp.float32).dtype == jnp.float32
    with jax.enable_x64(False), pytest.raises(BadInput, match="x64"):
        draw(jax.random.key(0), 4, 3)


@pytest.mark.parametrize(("count", "dimension"), [(0, 3), (3, 0), (-1, 2)])
def test_empty_draws_are_refused(count, dimension):
    with pytest.raises(BadInput, match="at least 1"):
        on_sphere(jax.random.key(0), count, dimension)


def test_directions_are_uniform_and_drawn_with_the_normals():
    found = directions(jax.random.key(3), 4, COUNT // 4, DIMENSION)
    drawn = normals(jax.random.key(3), 4, COUNT // 4, DIMENSION)
    np.testing.assert_allclose(found * np.linalg.norm(drawn, axis=2, keepdims=True), drawn, rtol=1e-13)
    np.testing.assert_allclose(np.sum(found**2, axis=2), 1.0, rtol=1e-13)


def test_a_purpose_has_numbers_of_its_own():
    key = jax.random.key(4)
    first, second = (generator(key, purpose).standard_normal(1000) for purpose in (0, 1))
    np.testing.assert_array_equal(first, normals(key, 1000))
    assert abs(np.corrcoef(first, second)[0, 1]) < 5.0 / 1000**0.5
