"""Shrinkage of the noisy teacher: the scalar map, its linear limits, its divergence, and draws of the channel
itself."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from fieldbench.errors import BadInput, FieldbenchError
from fieldbench.theory.networks.linear_cnn import LinearCNN, adapted, gaussian_process, half_samples, response_modes
from fieldbench.theory.networks.shrinkage import _Channel, shrink, shrinkage

VALUES = np.array([0.03, 0.4, 1.0, 2.5])


def learned_map(noisy, coupling, r):
    """The proximal map by a singular value decomposition."""
    left, values, right = np.linalg.svd(noisy, full_matrices=False)
    return (left * shrink(values, coupling, r)[0][..., None, :]) @ right


@pytest.mark.parametrize("coupling", [0.0, 5.0, 500.0])
@pytest.mark.parametrize("r", [0.1, 4.0, 40.0])
def test_shrunken_values_solve_their_equation(coupling, r):
    b, slope, x = shrink(VALUES, coupling, r)

    def stationary(trial, value):
        adapted_to = (1 + math.sqrt(1 + 4 * coupling * trial**2)) / 2
        return trial * (1 + r / adapted_to) - value

    expected = [brentq(stationary, 0, value, args=(value,), xtol=1e-15) for value in VALUES]
    np.testing.assert_allclose(b, expected, rtol=1e-11)
    np.testing.assert_allclose(x**2 - x, coupling * b**2, rtol=1e-9, atol=1e-12)
    step = 1e-5 * VALUES
    numerical = (shrink(VALUES + step, coupling, r)[0] - shrink(VALUES - step, coupling, r)[0]) / (2 * step)
    np.testing.assert_allclose(slope, numerical, rtol=1e-7)


def test_derivatives_at_the_clean_teacher_are_the_response_modes():
    model = LinearCNN.on_ray(1.0, ridge=1.0)
    found = adapted(model, 211, connected=False)
    r = found.effective_ridge * model.dimension / 211
    b, slope, x = shrink(np.array([1.0]), model.coupling, r)
    rho = response_modes(model, found.ratio, 1.0, 1 - 1 / found.ratio)[1]
    assert x[0] == pytest.approx(found.ratio, rel=1e-9)
    assert slope[0] == pytest.approx(rho[0] / (rho[0] + r), rel=1e-9)
    # Turning the left or the right singular vector moves B by b/y, a mode of the teacher's own eigenvalue.
    assert b[0] == pytest.approx(rho[2] / (rho[2] + r), rel=1e-9)


@pytest.mark.parametrize("load", [0.3, 1.5])
def test_without_coupling_it_is_the_gaussian_process(load):
    model = LinearCNN(6, 30, 1e9, 1e-6, 1.0)
    samples = load * model.dimension
    found, reference = shrinkage(model, samples), gaussian_process(model, samples)
    # Without coupling the map is linear and the only finite-size error is that of the spike's overlaps, which cancels.
    assert found.learnability == pytest.approx(reference.learnability, rel=1e-6)
    assert found.mse == pytest.approx(reference.mse, rel=0.01)
    assert found.effective_ridge == pytest.approx(reference.effective_ridge, rel=1e-3)


def test_divergence_against_a_numerical_jacobian():
    rng = np.random.default_rng(3)
    model = LinearCNN(3, 5, 100, 100.0, 1.0)
    noisy = rng.normal(size=(3, 5))
    values = np.linalg.svd(noisy, compute_uv=False)
    b, slope, _ = shrink(values, model.coupling, 2.0)
    step, total = 1e-6, 0.0
    for i in range(3):
        for j in range(5):
            shift = np.zeros((3, 5))
            shift[i, j] = step
            up, down = (learned_map(noisy + sign * shift, model.coupling, 2.0)[i, j] for sign in (1, -1))
            total += (up - down) / (2 * step)
    assert _Channel(model, values[:-1])._divergence(values, b, slope) == pytest.approx(total, rel=1e-7)


def test_expectations_against_draws_of_the_channel():
    # C → ∞ at fixed coupling, so that the returned numbers are the channel's own.
    model, samples, draws = LinearCNN(10, 50, 1e9, 1e8, 1.0), 240, 1500
    found = shrinkage(model, samples)
    r = found.effective_ridge * model.dimension / samples
    rng = np.random.default_rng(0)
    noisy = math.sqrt(found.mse / samples) * rng.normal(size=(draws, 10, 50))
    noisy[:, 0, 0] += 1
    maps = learned_map(noisy, model.coupling, r)
    share = maps[:, 0, 0]
    error = (maps**2).sum(axis=(1, 2)) - 2 * share + 1
    for measured, expected in ((share, found.learnability), (error, found.mse)):
        # Spike and bulk are those of large matrices: 1/(N S) relative on top of the Monte-Carlo error.
        tolerance = 4 * measured.std() / math.sqrt(draws) + expected / model.dimension
        assert measured.mean() == pytest.approx(expected, abs=tolerance)


def test_linear_response_is_what_is_left_at_large_size():
    # The tilt σ²S = MS/P of the direction falls like α^{-1/2}, what linear response misses is of second order in it:
    # 1/α.
    gaps = []
    for alpha in (2.0, 8.0):
        model = LinearCNN.on_ray(alpha, ridge=0.01)
        gaps.append(half_samples(model, shrinkage) / half_samples(model) - 1)
    assert 0 < gaps[1] < 0.75 * gaps[0]


def test_small_ridge_p50_moves_where_it_was_measured():
    # Linear response is about 10 % low at κ = .01 (121 and 360); samples gave about 140 and 402.
    found = [half_samples(LinearCNN.on_ray(alpha, ridge=0.01), shrinkage) for alpha in (1.0, 2.0)]
    np.testing.assert_allclose(found, [140, 402], rtol=0.05)


def test_refusals():
    with pytest.raises(BadInput, match="2 to 400"):
        shrinkage(LinearCNN(1, 20, 400, 100.0, 1.0), 50)
    with pytest.raises(FieldbenchError, match=r"no self-consistent shrinkage at 1\.5"):
        shrinkage(LinearCNN.on_ray(0.2, ridge=1.0), 1.5)
