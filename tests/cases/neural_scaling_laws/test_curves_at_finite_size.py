"""Curves and exponents at finite size: against exact regression with Gaussian features, and on a data set."""

from dataclasses import replace

import numpy as np
import pytest

from cases.neural_scaling_laws import theory
from cases.neural_scaling_laws.experiment import Images, PowerLaw
from cases.neural_scaling_laws.targets import Target
from cases.neural_scaling_laws.theory import Regression, of_shuffled, process_error, tail
from fieldbench.regression.modes import sign_averaged_errors
from fieldbench.theory.curves import scaling_laws, unevenness
from fieldbench.theory.kernels import principal_components


def power_law(alpha, tail_exponent, modes, samples, ridge):
    listed = np.arange(1.0, modes + 1.0)
    return Regression(listed ** (-1.0 - alpha), listed ** (-1.0 - tail_exponent), np.array(samples), ridge)


@pytest.mark.parametrize(("alpha", "tail_exponent"), [(0.5, 0.5), (1.0, 0.5)])
@pytest.mark.parametrize("ridge", [0.0, 2.0])
def test_errors_of_power_laws_against_regression(alpha, tail_exponent, ridge):
    law, draws = power_law(alpha, tail_exponent, 96, [8, 16, 24], ridge), 2000
    features = np.random.default_rng(0).standard_normal((draws, 24, 96))
    measured = sign_averaged_errors(features, law.levels, [law.power], [ridge], law.samples).clean[:, 0, 0]
    predicted, size = law.error() * (1.0 + law.correction()), np.abs(law.correction()) * law.error()
    # Left out is what is of second order in 1/P: 3/P of the first, as in finite_size_error; plus five standard errors.
    allowed = 3.0 / law.samples * size + 5.0 * measured.std(axis=0) / np.sqrt(draws)
    assert np.all(np.abs(measured.mean(axis=0) - predicted) < allowed)
    assert np.all(allowed < size)  # the correction itself is seen


@pytest.mark.parametrize("alpha", [0.5, 1.0])
def test_error_of_a_process_against_regression(alpha):
    at, draws = PowerLaw(128, 0, alpha), 1000
    levels, process = theory.power_laws(at)[0].levels, process_error(at)
    features = np.random.default_rng(1).standard_normal((draws, max(at.samples), at.modes))
    averaged = sign_averaged_errors(features, levels, [levels], at.ridge, at.samples)
    for k, ridge in enumerate(at.ridge):
        bayes, leading = averaged.clean[:, k, 0] + ridge * averaged.noise[:, k], process.leading[k]
        allowed = 3.0 / at.samples * np.abs(process.correction[k]) * leading + 5.0 * bayes.std(axis=0) / np.sqrt(draws)
        assert np.all(np.abs(bayes.mean(axis=0) - leading * (1.0 + process.correction[k])) < allowed)


def test_the_stated_exponent_is_approached_from_finite_size():
    # Modes as P²: both 1/P and the share of the modes that are missing, (P/M)^b, fall.
    near, far = (power_law(1.0, 0.8, 16 * size**2, [size, 2 * size], 0.0) for size in (64, 8))
    assert abs(near.slope(near.error()) + 0.8) < abs(far.slope(far.error()) + 0.8)
    proportional = power_law(0.7, 0.7, 512, [16, 32], 3.0)
    assert proportional.power.tolist() == proportional.levels.tolist()


def test_targets_by_their_tails():
    assert [target.tail(0.5) for target in Target] == [0.5, 1.0, 3.75, 0.5, 1.0]
    assert [target.ridge for target in Target] == [0.0, 0.0, 0.0, 4.0, 4.0]


@pytest.fixture
def data_set():
    rng = np.random.default_rng(3)
    inputs = rng.standard_normal((160, 40)) * np.arange(1.0, 41.0) ** -0.6
    modes = principal_components(np.exp(-0.5 * ((inputs[:, None] - inputs[None]) ** 2).sum(axis=2)))
    window = np.array([4, 6, 8, 11, 16])
    found = Regression(modes.eigenvalues, modes.eigenvalues, window, 1e-8, 160)
    pairs = list(zip(window.tolist(), found.curve().effective_ridge.tolist(), strict=True))
    uneven = [unevenness.over_points(modes, *pair) + unevenness.between_draws(modes, *pair) for pair in pairs]
    return replace(found, uneven=np.array(uneven))


def test_the_tail_of_noise_is_flat(data_set):
    noise = replace(data_set, power=np.full(160, 1.0 / 160))
    found = tail(noise)
    assert found.slope == pytest.approx(0.0, abs=1e-12)
    assert found.octaves == pytest.approx(0.0, abs=1e-12)
    e0 = np.log(noise.error() / noise.error_without_e0() * (1.0 - noise.samples / 160))
    assert found.dressing == pytest.approx(abs(np.polyfit(np.log(noise.samples), e0, 1)[0]), abs=1e-12)


def test_competitors_and_what_is_neglected_on_a_data_set(data_set):
    assert tail(data_set).slope == data_set.slope(scaling_laws.tail_power(data_set.levels, data_set.samples))
    assert np.all(data_set.error_of_equivalent_kernel() < data_set.error_without_e0())
    assert np.all(data_set.neglected() > data_set.uneven)
    # The largest change of the fitted slope by errors of the curve, over all their signs.
    signs = np.array(np.meshgrid(*[[-1.0, 1.0]] * 5)).reshape(5, -1).T
    logs, window = np.log(data_set.error()), np.log(data_set.samples)
    slopes = [np.polyfit(window, logs + sign * data_set.neglected(), 1)[0] for sign in signs]
    assert max(slopes) - data_set.slope(data_set.error()) == pytest.approx(data_set.slope_neglected(), rel=1e-9)


def test_digits_are_half_learned_and_their_shuffled_labels_are_not():
    at = Images("digits", "odd/even", 240, "relu")
    labels, shuffled = theory.of_labels(at), of_shuffled(at)
    assert labels.power.sum() == pytest.approx(1.0)
    assert labels.slope(labels.error()) < -0.3 < 0.0 < shuffled.slope(shuffled.error()) + 0.1
    assert theory.each_error(at, Regression.error)[Images.shuffled].tolist() == shuffled.error().tolist()
