"""Position-dependent ridge for modulated features and overlaps of two theories: limits, identities, regression."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.decimation.modulated import lognormal, medium
from fieldbench.theory.decimation.shared_data import mean_squared_distance, replaced, residual_overlap

MODES = np.arange(1.0, 129.0)
LAMBDA, TARGET = (MODES**power / (MODES**power).sum() for power in (-1.5, -2.0))
SAMPLES, RIDGE, PLAIN, KEEP = 32, 0.05, 16, 32
TRUNCATED = np.where(MODES <= KEEP, LAMBDA, 0.0)


@pytest.mark.parametrize("ridge", [0.003, 0.05, 2.0])
def test_without_amplitude_it_is_the_effective_ridge(ridge):
    found = medium(LAMBDA, PLAIN, SAMPLES, ridge, lognormal(0.0))
    curve = effective_ridge(LAMBDA, SAMPLES, ridge, target=TARGET, noise=0.2)
    # The iteration stops at 1e-14 of the ridge; it contracts by 1 − 1/E0 a step, E0 below 2 here.
    np.testing.assert_allclose(found.learnability, curve.learnability[0], rtol=1e-12)
    error = residual_overlap(found, found, TARGET, noise=0.2).sum() + 0.2
    np.testing.assert_allclose(error, curve.test_error[0], rtol=1e-12)


def test_amplitudes_have_the_moments_of_a_lognormal():
    law = lognormal(1.0)
    moments = [law.mean(law.squares**power) for power in range(4)]
    np.testing.assert_allclose(moments, np.exp([0.0, 0.0, 1.0, 3.0]), rtol=1e-12)


def test_effective_ridge_equation_at_every_amplitude():
    law = lognormal(0.8)
    found = medium(LAMBDA, PLAIN, SAMPLES, RIDGE * law.squares, law)
    left = LAMBDA * (1.0 - found.learnability)
    variance = left[:PLAIN].sum() + law.squares * left[PLAIN:].sum()
    np.testing.assert_allclose(1.0 / found.precision, RIDGE * law.squares + variance, rtol=1e-12)


def test_an_uneven_ridge_is_a_smaller_one():
    """⟨1/T⟩ exceeds 1/⟨T⟩ (Jensen): with plain modes alone everything is learned better."""
    law, plain = lognormal(0.8), np.where(MODES <= PLAIN, LAMBDA, 0.0)
    uneven = medium(plain, PLAIN, SAMPLES, RIDGE * law.squares, law).learnability[:PLAIN]
    assert np.all(uneven > medium(plain, PLAIN, SAMPLES, RIDGE, law).learnability[:PLAIN])


def test_the_same_theory_is_at_distance_zero():
    full = medium(LAMBDA, PLAIN, SAMPLES, RIDGE, lognormal(0.8))
    np.testing.assert_allclose(mean_squared_distance(full, full, TARGET), 0.0, atol=1e-16)


def test_distance_of_a_weak_cut_is_the_leading_order():
    keep = 127
    found = replaced(LAMBDA, TARGET, SAMPLES, RIDGE, keep, keep, lognormal(0.0), local=False)
    curve = effective_ridge(LAMBDA, SAMPLES, RIDGE, target=TARGET)
    strength = SAMPLES * (LAMBDA[keep:] ** 2).sum() / curve.effective_ridge[0] ** 2
    expected = (curve.e0[0] - 1.0) * curve.test_error[0] * strength
    # What is neglected is relative to the learnability of the mode that was cut.
    np.testing.assert_allclose(found.distance, expected, rtol=5.0 * curve.learnability[0, keep])


@pytest.mark.parametrize("local", [False, True])
def test_replaced_modes_against_regression(local):
    """Plain linear algebra on explicit data: every mode twice at half its weight, P = 64."""
    strength, rng, sets = 0.7, np.random.default_rng(5), 600
    scales, power, points, keep, plain = np.repeat(LAMBDA, 2) / 2, np.repeat(TARGET, 2) / 2, 64, 2 * KEEP, 2 * PLAIN
    squares = np.exp(strength * rng.standard_normal((sets, points)) - strength**2 / 2)
    features = rng.standard_normal((sets, points, scales.size))
    features[:, :, plain:] *= np.sqrt(squares)[:, :, None]
    tail = features[:, :, keep:] ** 2 @ scales[keep:] if local else np.full((sets, points), scales[keep:].sum())
    maps = []
    for count, added in ((scales.size, np.zeros_like(tail)), (keep, tail)):
        seen = features[:, :, :count]
        noisy = (seen * scales[:count]) @ seen.transpose(0, 2, 1) + (RIDGE + added)[:, :, None] * np.eye(points)
        learned = scales[:count, None] * (seen.transpose(0, 2, 1) @ np.linalg.solve(noisy, features))
        maps.append(np.concatenate([learned, np.zeros((sets, scales.size - count, scales.size))], axis=1))
    full, cut = maps
    errors = [((np.eye(scales.size) - one) ** 2).sum(axis=1) @ power for one in maps]
    found = [
        errors[1] - errors[0],
        np.diagonal(cut - full, axis1=1, axis2=2)[:, :plain].mean(axis=1),
        ((cut - full)[:, :keep] ** 2).sum(axis=1) @ power,
    ]
    theory = replaced(scales, power, points, RIDGE, keep, plain, lognormal(strength), local)
    for values, expected in zip(found, (theory.error, theory.learned, theory.distance), strict=True):
        # Corrections of order 1/P with a coefficient of a few: 4/P, plus five standard errors.
        assert abs(values.mean() - expected) < 4.0 / points * abs(expected) + 5.0 * values.std() / np.sqrt(sets)


@pytest.mark.parametrize(("ridge", "samples"), [(0.0, 10), (0.1, 0)])
def test_bad_input_of_a_medium_is_named(ridge, samples):
    with pytest.raises(BadInput, match="need T > 0"):
        medium(LAMBDA, PLAIN, samples, ridge, lognormal(0.0))


def test_theories_of_different_data_have_no_overlap():
    law = lognormal(0.0)
    with pytest.raises(BadInput, match="overlap"):
        residual_overlap(medium(LAMBDA, 4, 10, 0.1, law), medium(LAMBDA, 4, 11, 0.1, law), TARGET)


def test_a_cut_among_the_plain_modes_is_refused():
    with pytest.raises(BadInput, match="plain"):
        replaced(LAMBDA, TARGET, SAMPLES, RIDGE, PLAIN - 1, PLAIN, lognormal(0.5), local=True)
