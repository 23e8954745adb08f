"""Curves and exponents at finite size: against exact regression with Gaussian features, and on a data set."""

from dataclasses import replace

import numpy as np
import pytest

from cases.neural_scaling_laws import data_set, theory
from cases.neural_scaling_laws.data_set import CHOSEN, tail
from cases.neural_scaling_laws.experiment import Images, PowerLaw
from cases.neural_scaling_laws.targets import Target, beyond
from cases.neural_scaling_laws.theory import Regression, errors, power_law, process_error
from fieldbench.regression.modes import sign_averaged_errors
from fieldbench.theory.curves import scaling_laws
from fieldbench.theory.kernels import principal_components


@pytest.mark.parametrize(("alpha", "target"), [(0.5, Target.OTHER), (1.0, Target.OTHER_RIDGE)])
def test_all_modes_against_regression_on_many_more_modes(alpha, target):
    # Every mode up to 1,024 is a feature; those beyond, a ridge of a few % of κ_eff, change less than allowed.
    at, draws, modes = PowerLaw(256, 0, alpha, 24), 500, 1024
    listed, tail_exponent = np.arange(1.0, modes + 1.0), target.tail(alpha)
    features = np.random.default_rng(0).standard_normal((draws, 24, modes))
    found = sign_averaged_errors(
        features, listed ** (-1.0 - alpha), [listed ** (-1.0 - tail_exponent)],
        [target.ridge + beyond(alpha, modes)], at.samples, disjoint=True,
    )  # fmt: skip
    rest = beyond(tail_exponent, modes)
    measured = found.clean[:, 0, 0] + rest * (1.0 + found.noise[:, 0])
    known, which = errors(at), list(Target).index(target)
    allowed = (known.third[which] + np.abs(known.modes[which])) * known.value[which]
    scatter = measured.std(axis=0) / np.sqrt(draws)
    assert np.all(np.abs(measured.mean(axis=0) - known.value[which]) < allowed + 5.0 * scatter)
    leading = known.leading[which]
    assert abs(measured.mean(axis=0)[0] - leading[0]) > 5.0 * scatter[0]  # the corrections are seen


@pytest.mark.parametrize("alpha", [0.5, 1.0])
def test_error_of_a_process_against_regression(alpha):
    at, draws = PowerLaw(128, 0, alpha, 16), 1500
    law, process = power_law(at, alpha, 0.0), process_error(at)
    features = np.random.default_rng(1).standard_normal((draws, 16, at.modes))
    ridges = [ridge + beyond(alpha, at.modes) for ridge in at.ridge]
    averaged = sign_averaged_errors(features, law.levels[:-1], [law.levels[:-1]], ridges, at.samples, disjoint=True)
    for k, ridge in enumerate(ridges):
        bayes = averaged.clean[:, k, 0] + ridge * averaged.noise[:, k] + beyond(alpha, at.modes)
        allowed = (process.third[k] + np.abs(process.modes[k])) * process.value[k]
        assert np.all(np.abs(bayes.mean(axis=0) - process.value[k]) < allowed + 5.0 * bayes.std(axis=0) / draws**0.5)


def test_exponents_are_finite_size_ones_and_tend_to_the_stated():
    near, far = (theory.all_modes(PowerLaw(8 * size, 0, 1.0, size)) for size in (384, 48))
    limits = theory.limits(PowerLaw(384, 0, 1.0))
    for expression, chosen in theory.EXPONENTS.items():
        if expression is not theory.SATURATED and expression is not theory.WITH_RIDGE:
            first = [0]  # without ridge; where the ridge dominates the approach is slower and not monotonic
            distance = [np.abs(said[expression].value - limits[chosen])[first] for said in (near, far)]
            assert np.all(distance[0] < 0.3 * distance[1])
            assert np.all(distance[1] > 4.0 * sum(far[expression].sizes().values())[first])  # and is told from them


def test_without_the_tail_the_exponent_is_that_of_fixed_modes_per_sample():
    # At α = b = ½ and M/P = 8 the theory stays near −.64 however large both are.
    cut = theory.tail_cut(PowerLaw(12_288, 0, 0.5, 1536))[PowerLaw.error].value[0]
    assert scaling_laws.log_log_slope([384, 768, 1536], cut) == pytest.approx(-0.64, abs=0.02)


def test_tail_sums_in_closed_form():
    assert beyond(1.0, 0) == pytest.approx(np.pi**2 / 6, rel=1e-14)
    listed = np.arange(33.0, 200_001.0)
    # Σ to 200,000 and the integral beyond: midpoint rule, relative error 1e-12.
    assert beyond(0.7, 32) == pytest.approx((listed**-1.7).sum() + 200_000.5**-0.7 / 0.7, rel=1e-10)


def test_targets_by_their_tails():
    assert [target.tail(0.5) for target in Target] == [0.5, 1.0, 3.75, 0.5, 1.0]
    assert [target.ridge for target in Target] == [0.0, 0.0, 0.0, 4.0, 4.0]


@pytest.fixture
def spectrum():
    rng = np.random.default_rng(3)
    inputs = rng.standard_normal((160, 40)) * np.arange(1.0, 41.0) ** -0.6
    return principal_components(np.exp(-0.5 * ((inputs[:, None] - inputs[None]) ** 2).sum(axis=2)))


@pytest.fixture
def labels(spectrum):
    return Regression(spectrum.eigenvalues, spectrum.eigenvalues, np.array([4, 6, 8, 11, 16]), 1e-8, 160)


def test_the_tail_of_noise_is_flat(labels):
    found = tail(replace(labels, power=np.full(160, 1.0 / 160)))
    assert found.slope == pytest.approx(0.0, abs=1e-12)
    assert found.octaves == pytest.approx(0.0, abs=1e-12)


def test_what_is_neglected_bounds_the_slope_over_all_signs(labels):
    at = replace(Images("digits", "odd/even", 160, "erf"))
    left = np.linspace(0.01, 0.05, len(at.samples))
    signs = np.array(np.meshgrid(*[[-1.0, 1.0]] * len(left))).reshape(len(left), -1).T
    slopes = [np.polyfit(np.log(at.samples), sign * left, 1)[0] for sign in signs]
    assert max(slopes) == pytest.approx(data_set.slope_of(left, at), rel=1e-9)
    assert np.all(labels.error_of_equivalent_kernel() < labels.error_without_e0())


def test_digits_are_half_learned_and_their_shuffled_labels_are_not():
    at = Images("digits", "odd/even", 240, "relu")
    labels, shuffled = data_set.of_labels(at), data_set.of_shuffled(at)
    assert labels.power.sum() == pytest.approx(1.0)
    assert labels.slope(labels.error()) < -0.3 < 0.0 < shuffled.slope(shuffled.error()) + 0.1
    assert data_set.each_error(at, Regression.error)[Images.shuffled].tolist() == shuffled.error().tolist()
    assert data_set.relative_slope(at, shuffled) == 0.0


@pytest.mark.slow
def test_a_parabola_through_three_sizes_is_near_the_order_at_all_seven():
    at = Images("digits", "odd/even", 1200, "relu")
    between = tuple(i for i in range(7) if i not in CHOSEN)
    for chosen, tolerance in ((between, data_set.PARABOLA), (CHOSEN, 1e-12)):  # it goes through what is paid
        (error, shuffled), found = data_set.errors(at), data_set.each_image(at, chosen)
        np.testing.assert_allclose(error[list(chosen)], found.error, rtol=tolerance)
        np.testing.assert_allclose(shuffled[list(chosen)], found.shuffled, rtol=tolerance)


def test_beside_one_ridge_the_next_order_is_left_where_it_tells_labels_from_noise():
    at = Images("digits", "odd/even", 240, "erf")
    found = data_set.each_image(at, CHOSEN)
    one = data_set.of_labels(at).error()[list(CHOSEN)]
    assert np.all(np.abs(found.error / one - 1.0) < 0.3)
    assert np.all(found.ratio() > 0.0)
