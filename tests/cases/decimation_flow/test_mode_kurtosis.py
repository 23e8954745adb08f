"""Kernel modes continued to other points, and the kurtosis of modes by blocks of k."""

import jax
import numpy as np
import pytest

from cases.decimation_flow.kurtosis import (
    continued_modes,
    kurtosis_by_block,
    modes_on_subsets,
    rank_trend,
    shared_excess,
)
from fieldbench.errors import BadInput
from fieldbench.theory.kernels import Kernel, gram_matrix, principal_components


def test_on_the_reference_itself_the_modes_are_the_modes():
    inputs = np.random.default_rng(0).standard_normal((40, 6))
    kernel = Kernel("erf")
    expected = principal_components(gram_matrix(kernel, inputs))
    found = continued_modes(kernel, inputs, inputs, 10)
    # Dividing by λ_k magnifies the rounding of the product by λ_1/λ_k.
    tolerance = 100 * 40 * np.finfo(float).eps * expected.eigenvalues[0] / expected.eigenvalues[9]
    np.testing.assert_allclose(found, expected.functions[:, :10], rtol=0.0, atol=tolerance)


def test_linear_kernel_continues_to_projections():
    rng = np.random.default_rng(1)
    reference, others = rng.standard_normal((50, 4)), rng.standard_normal((7, 4))
    found = continued_modes(lambda a, b: a @ b.T, reference, others, 4)
    _, _, axes = np.linalg.svd(reference, full_matrices=False)
    scale = np.sqrt((reference @ axes.T * (reference @ axes.T)).mean(axis=0))
    np.testing.assert_allclose(np.abs(found), np.abs(others @ axes.T) / scale, rtol=1e-9)


def test_modes_of_each_subset_are_those_of_its_key():
    """Another key for the second subset changes its reference, and nothing of the first."""
    pixels = np.random.default_rng(5).integers(0, 255, (60, 9)).astype(np.uint8)
    keys, others = jax.random.split(jax.random.key(0), 2), jax.random.split(jax.random.key(1), 2)
    found = modes_on_subsets(pixels, Kernel("erf"), keys, 16, 10)
    again = modes_on_subsets(pixels, Kernel("erf"), jax.numpy.stack([keys[0], others[1]]), 16, 10)
    assert found.shape == (2, 10, 4)
    np.testing.assert_array_equal(found[0], again[0])
    assert not np.allclose(found[1], again[1])


def test_blocks_of_known_laws():
    rng, count = np.random.default_rng(2), 200_000
    laws = [rng.uniform(-1, 1, count), *rng.standard_normal((3, count)), *rng.laplace(size=(2, count))]
    # Uniform −6/5, normal 0, Laplace 3; standard errors √(24/n) = .011 for the normal, some .07 for Laplace.
    np.testing.assert_allclose(kurtosis_by_block(np.stack(laws, axis=1)), [-1.2, 0.0, 3.0], rtol=0.0, atol=0.4)


def test_blocks_and_trend():
    modes = np.random.default_rng(3).standard_normal((5, 30, 20))
    assert kurtosis_by_block(modes).shape == (5, 4)  # 1, 2–4, 5–16, 17–20
    np.testing.assert_allclose(rank_trend(np.array([[1.0, 2.0, 5.0, 6.0], [4.0, 3.0, 2.0, 1.0]])), [1.0, -1.0])


def test_shared_amplitude_is_told_from_tails_of_their_own():
    rng, shape = np.random.default_rng(6), (300, 400, 8)
    normal, laplace = rng.standard_normal(shape), rng.laplace(size=shape)
    amplitude = np.exp(0.25 * rng.standard_normal((*shape[:2], 1)))  # ⟨g⁴⟩/⟨g²⟩² = e^{.25}
    for modes, expected in ((normal, 0.0), (laplace, 0.0), (normal * amplitude, 3.0 * np.expm1(0.25))):
        found = shared_excess(modes)
        # Normalising each mode on its sample costs a few 1/n.
        assert abs(found.mean() - expected) < 5.0 * found.std() / 300**0.5 + 20.0 / 400


def test_bad_input_is_named():
    inputs = np.random.default_rng(4).standard_normal((10, 3))
    with pytest.raises(BadInput, match="11 modes"):
        continued_modes(Kernel("erf"), inputs, inputs, 11)
    with pytest.raises(BadInput, match="fewer than 5 modes"):
        continued_modes(lambda a, b: a[:, :1] @ b[:, :1].T, inputs, inputs, 5)
    with pytest.raises(BadInput, match="four images"):
        kurtosis_by_block(inputs[:3])
