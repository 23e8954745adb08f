"""The case's errors without a test set, its kernels and its controls of known mean, each in another way."""

import json
from pathlib import Path

import jax
import numpy as np
import pytest

from cases.where_effective_ridge_fails import points, theory, tiers
from cases.where_effective_ridge_fails.experiment import Circle, Sphere
from cases.where_effective_ridge_fails.markov import Markov, kernels, moments_of_gaps
from fieldbench.theory.curves import markov_circle
from fieldbench.theory.kernels import Kernel


def test_error_on_circle_is_that_on_a_grid():
    at = Circle(0.02, 9, "cos3", alpha=2.5)
    angles = at.points(jax.random.key(0))[0]
    kernel, squared, target, seen, _ = at.grams(angles)
    inverse = np.linalg.inv(kernel + at.noise * np.eye(9))
    found = at.power.sum() - 2.0 * np.sum(inverse * seen) + np.sum((inverse @ squared @ inverse) * target)
    # 512 points integrate products of two modes k < 128 exactly; the phase is averaged over cosine and sine.
    grid, k = 2.0 * np.pi * np.arange(512) / 512, np.arange(128)
    weights = at.spectrum.eigenvalues * at.spectrum.degeneracies
    cross = np.cos((grid[:, None] - angles)[:, :, None] * k) @ weights
    missed = [
        np.mean((f(3 * grid) - cross @ inverse @ f(3 * angles)) ** 2) * 2.0 for f in (np.cos, np.sin)
    ]  # fmt: skip
    assert abs(found - np.mean(missed)) < 1e-10


@pytest.mark.parametrize("target", ["cos3", "sign", "kernel"])
def test_two_ways_to_the_error_without_ridge(target):
    at = Circle(0.0, 6, target, alpha=1.5)
    for angles in at.points(jax.random.key(5))[:5]:
        found, _ = at.error_and_pairs(angles)
        traced, _ = super(Circle, at).error_and_pairs(angles)
        assert abs(found - traced) < 1e-8 * max(1.0, found)


def test_close_points_do_not_spoil_the_error_without_ridge():
    # Two of 30 points give the fit a slope as they meet, with corrections of their distance over the finest wavelength.
    at, random = Circle(0.0, 30, "sign", alpha=2.64), np.random.default_rng(8)
    angles = np.sort(random.uniform(-np.pi, np.pi, 30))
    errors = []
    for apart in (1e-5, 1e-6, 1e-7):
        angles[1] = angles[0] + apart
        errors.append(at.error_and_pairs(angles)[0])
    assert errors[0] > 0.0
    np.testing.assert_allclose(errors, errors[0], rtol=1e-3)


def test_error_on_sphere_is_that_at_random_points():
    at = Sphere(0.05, 12, "1", dimension=4, depth=2)
    inputs = at.points(jax.random.key(1))[0]
    kernel, squared, target, seen, _ = at.grams(inputs)
    inverse = np.linalg.inv(kernel + at.noise * np.eye(12))
    found = at.power.sum() - 2.0 * np.sum(inverse * seen) + np.sum((inverse @ squared @ inverse) * target)
    fresh = np.random.default_rng(0).standard_normal((20_000, 4))
    fresh /= np.linalg.norm(fresh, axis=1, keepdims=True)
    cross = Kernel("relu", depth=2).of_cosine(np.clip(fresh @ inputs.T, -1.0, 1.0))
    squares = np.sum((fresh - cross @ inverse @ inputs) ** 2, axis=1)  # all rotations of x_1, times 1/d · d
    assert abs(squares.mean() - found) < 5.0 * squares.std() / np.sqrt(len(squares))


@pytest.mark.parametrize("at", [Circle(0.1, 15, "sign", draws=3000), Sphere(0.1, 12, "2", draws=1500)])
def test_controls_have_mean_zero(at):
    known = np.array([at.grams(one)[-1] for one in at.points(jax.random.key(2))])
    assert np.all(np.abs(known.mean(axis=0)) < 5.0 * known.std(axis=0) / np.sqrt(len(known)))


def test_moments_of_gaps_have_mean_zero():
    places = Circle(0.1, 12, "sign", draws=20_000).points(jax.random.key(3))
    known = moments_of_gaps(places)
    assert np.all(np.abs(known.mean(axis=0)) < 5.0 * known.std(axis=0) / np.sqrt(len(known)))


def test_kernels_of_the_measurement():
    angles, k = np.array([0.0, 0.7, 3.0, 6.2]), np.arange(1, 20_000)
    first, second = kernels(angles, 1.3)
    np.testing.assert_allclose(first, markov_circle.kernel(1.3, angles), rtol=1e-12)
    summed = 1.3**-4.0 + 2.0 * (np.cos(angles[:, None] * k) / (k**2 + 1.3**2) ** 2).sum(axis=1)
    np.testing.assert_allclose(second, summed, atol=1e-12)  # the rest is below 2/(3 · 20000³)


def test_interpolation_scores_what_gaps_say():
    at = Markov(samples=12, wavenumber=(1, 4), draws=400)
    found = [at.measure(jax.random.key(seed))[at.error] for seed in range(8)]
    exact = markov_circle.interpolation_error(12, at.mass, at.wavenumber)
    assert np.all(np.abs(np.mean(found, axis=0) - exact) < 6.0 * np.std(found, axis=0) / 8**0.5 + 2e-3 * exact)


@pytest.mark.parametrize(
    ("name", "seed"),
    [("points.json", points.FIRST), ("held_out.json", points.HELD_OUT), ("third.json", points.THIRD)],
)
def test_points_are_those_that_were_committed(name, seed):
    assert points.drawn(seed) == json.loads(Path(__file__).with_name(name).read_text())
    assert len(points.experiments(seed)) == 24


def test_what_is_told_is_a_matter_of_theory():
    assert {at: theory.standing(at) for at in tiers.STANDING} == tiers.STANDING
    assert not theory.told(tiers.STEEP)  # ρ > 10v
