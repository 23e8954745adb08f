"""Mixed precision: as good as float64 where it answers, and no answer elsewhere."""

import mpmath
import numpy as np
import pytest
from scipy.linalg import hilbert, invhilbert

from fieldbench.errors import BadInput, NotPositiveDefinite
from fieldbench.regression.mixed import refined_weights
from fieldbench.theory.kernels.dual import Kernel


def _problem(count=200, seed=0):
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((count, 12))
    return Kernel()(inputs, inputs), rng.standard_normal((count, 2))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("ridge", [1.0, 1e-2, 1e-4])
def test_weights_are_those_of_float64(ridge, threads):
    gram, targets = _problem()
    found = refined_weights(gram, ridge, targets, threads=threads)
    full = gram + ridge * np.eye(200)
    condition = np.linalg.cond(full)
    error = np.linalg.norm(found.weights - np.linalg.solve(full, targets)) / np.linalg.norm(found.weights)
    # Backward errors of 4 √n eps here and of n eps at most in the reference, times the condition number.
    assert error < (4 * np.sqrt(200) + 200) * np.finfo(np.float64).eps * condition
    assert error < 1e-3 * np.finfo(np.float32).eps * condition  # out of reach of float32
    assert 1 <= found.steps <= 10
    assert 0.3 * condition < found.condition < 1.01 * condition


def test_against_fifty_digits():
    gram, targets = _problem(12)
    with mpmath.workdps(50):
        full = mpmath.matrix(gram.tolist()) + mpmath.mpf(1e-3) * mpmath.eye(12)
        exact = np.array([float(value) for value in mpmath.lu_solve(full, mpmath.matrix(targets[:, 0].tolist()))])
    found = refined_weights(gram, 1e-3, targets).weights[:, 0]
    condition = np.linalg.cond(gram + 1e-3 * np.eye(12))
    np.testing.assert_allclose(found, exact, rtol=0.0, atol=16 * 1.2e-16 * condition * np.abs(exact).max())


def test_against_the_integer_inverse_of_a_hilbert_matrix():
    """Condition number 1.6e4 at n = 4; the entries of the inverse are integers."""
    found = refined_weights(hilbert(4), 0.0, np.eye(4))
    np.testing.assert_allclose(found.weights, invhilbert(4, exact=True), rtol=16 * 2.2e-16 * 1.6e4)
    assert found.steps >= 2  # float32 alone is not enough


@pytest.mark.parametrize("count", [6, 8, 10])
def test_an_ill_conditioned_kernel_is_refused_with_a_reason(count):
    """Condition numbers 1.5e7, 1.5e10, 1.6e13: beyond float32."""
    with pytest.raises((BadInput, NotPositiveDefinite), match=r"mixed precision refused|in float32") as caught:
        refined_weights(hilbert(count), 0.0, np.ones((count, 1)))
    assert "float64" in str(caught.value)


@pytest.mark.parametrize("ridge", np.geomspace(1e-9, 1e-3, 13))
def test_never_a_wrong_answer_in_silence(ridge):
    """Across the limit of conditioning each ridge is either solved to float64's backward error or refused."""
    rng = np.random.default_rng(3)
    inputs = rng.standard_normal((90, 3))
    gram, targets = Kernel()(inputs, inputs), rng.standard_normal((90, 1))
    try:
        weights = refined_weights(gram, ridge, targets).weights
    except (BadInput, NotPositiveDefinite):
        return
    full = gram + ridge * np.eye(90)
    backward = np.linalg.norm(full @ weights - targets) / (np.linalg.norm(full, 2) * np.linalg.norm(weights))
    assert backward < 90 * np.finfo(np.float64).eps


def test_both_outcomes_occur_across_the_limit():
    """So that the test above is not about one of them."""
    rng = np.random.default_rng(3)
    inputs = rng.standard_normal((90, 3))
    gram, targets = Kernel()(inputs, inputs), rng.standard_normal((90, 1))
    refined_weights(gram, 1e-3, targets)
    with pytest.raises((BadInput, NotPositiveDefinite)):
        refined_weights(gram, 1e-9, targets)


def test_one_point_and_a_target_of_zeros():
    found = refined_weights(np.array([[2.0]]), 1.0, np.array([[6.0, 0.0]]))
    np.testing.assert_allclose(found.weights, [[2.0, 0.0]], rtol=1e-15)


def test_tiny_and_huge_scales_do_not_leave_float32():
    """A remainder of 1e-60 would be zero in float32, were it not scaled."""
    gram, targets = _problem(50)
    found = refined_weights(gram, 0.1, 1e-50 * targets)
    np.testing.assert_allclose(found.weights, np.linalg.solve(gram + 0.1 * np.eye(50), 1e-50 * targets), rtol=1e-9)
    with pytest.raises(BadInput, match="beyond float32's largest number"):
        refined_weights(1e40 * gram, 0.1, targets)


def test_float32_input_is_refused():
    gram, targets = _problem(10)
    with pytest.raises(BadInput, match="float32 and float64"):
        refined_weights(gram.astype(np.float32), 0.1, targets)
