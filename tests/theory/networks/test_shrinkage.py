"""Shrinkage of the noisy teacher: limits, draws of the channel itself, and what is left of it at large size."""

import math

import numpy as np
import pytest

from fieldbench.errors import BadInput, FieldbenchError
from fieldbench.theory.networks.linear_cnn import LinearCNN, gaussian_process, half_samples
from fieldbench.theory.networks.shrinkage import shrinkage, shrunken_half_samples
from fieldbench.theory.networks.shrunken_map import ShrunkenMap


@pytest.mark.parametrize("load", [0.3, 1.5])
def test_without_coupling_it_is_the_gaussian_process(load):
    model = LinearCNN(6, 30, 1e12, 1e4, 1.0)
    samples = load * model.dimension
    found, reference = shrinkage(model, samples), gaussian_process(model, samples)
    # Without coupling the map is linear and the only finite-size error is that of the spike's overlaps, which cancels.
    assert found.learnability == pytest.approx(reference.learnability, rel=1e-6)
    assert found.mse == pytest.approx(reference.mse, rel=0.01)
    assert found.effective_ridge == pytest.approx(reference.effective_ridge, rel=1e-3)
    assert [found.ratio, found.orthogonal] == pytest.approx([1.0, 1.0], abs=1e-4)


def test_expectations_against_draws_of_the_channel():
    model, samples, draws = LinearCNN.on_ray(1.0, ridge=1.0), 240, 1000
    found = shrinkage(model, samples)
    of = ShrunkenMap(model, found.effective_ridge * model.dimension / samples)
    noisy = math.sqrt(found.mse / samples) * np.random.default_rng(0).normal(size=(draws, 10, 50))
    noisy[:, 0, 0] += 1
    left, values, right = np.linalg.svd(noisy, full_matrices=False)
    along, across = of.kernel(values[:, ::-1])
    b, along = of.mean(values[:, ::-1])[:, ::-1], along[:, ::-1]
    share = np.sum(left[:, 0] * b * right[:, :, 0], axis=1)
    error = (b**2).sum(axis=1) - 2 * share + 1
    ratio = across + np.sum(right[:, :, 0] ** 2 * (along - across[:, None]), axis=1)
    orthogonal = (along.sum(axis=1) + 40 * across - ratio) / 49
    for measured, expected in (
        (share, found.learnability),
        (error, found.mse),
        (ratio, found.ratio),
        (orthogonal, found.orthogonal),
    ):
        # Spike and bulk are those of large matrices: 1/(N S) relative on top of the Monte-Carlo error.
        tolerance = 4 * measured.std() / math.sqrt(draws) + expected / model.dimension
        assert measured.mean() == pytest.approx(expected, abs=tolerance)


def test_corrections_are_of_first_order():
    # Twice the channels and twice χ at the same coupling: both corrections halve, up to their squares.
    shifts = []
    for scale in (1, 2):
        model = LinearCNN(10, 50, 1000 * scale, 100.0 * scale, 1.0)
        found = shrinkage(model, 240)
        for options in ({"finite_channels": False}, {"finite_mean_field": False}):
            shifts.append(found.learnability - shrinkage(model, 240, **options).learnability)
    np.testing.assert_allclose(shifts[:2], 2 * np.array(shifts[2:]), rtol=0.1)
    # Channels that fluctuate learn more of the teacher, a direction that turns less; they nearly cancel.
    assert shifts[0] > 0 > shifts[1]
    assert abs(sum(shifts[:2])) < 0.2 * shifts[0]


@pytest.mark.parametrize("ridge", [0.01, 1.0])
def test_half_samples_are_a_root(ridge):
    model = LinearCNN.on_ray(0.6, ridge=ridge)
    assert shrinkage(model, shrunken_half_samples(model)).learnability == pytest.approx(0.5, abs=1e-8)


def test_linear_response_is_what_is_left_at_large_size():
    # The tilt σ²S = MS/P of the direction falls like α^{-1/2}, what linear response misses is of second order in it:
    # 1/α.
    gaps = []
    for alpha in (2.0, 8.0):
        model = LinearCNN.on_ray(alpha, ridge=0.01)
        gaps.append(shrunken_half_samples(model) / half_samples(model) - 1)
    assert 0 < gaps[1] < 0.75 * gaps[0]


def test_refusals():
    with pytest.raises(BadInput, match="2 to 400"):
        shrinkage(LinearCNN(1, 20, 400, 100.0, 1.0), 50)
    with pytest.raises(FieldbenchError, match=r"no self-consistent shrinkage at 3"):
        shrinkage(LinearCNN.on_ray(0.2, ridge=1.0), 3)
