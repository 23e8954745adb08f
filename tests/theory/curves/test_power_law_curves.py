"""Exponents at finite size: against exact regression with Gaussian features, and their limits."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.regression.modes.sign_averaged import sign_averaged_errors
from fieldbench.theory.curves import power_law_curves
from fieldbench.theory.kernels import principal_components

MODES, SAMPLES = 96, (8, 16, 24)


@pytest.mark.parametrize(("alpha", "tail"), [(0.5, 0.5), (1.0, 0.5)])
@pytest.mark.parametrize("ridge", [0.0, 2.0])
def test_error_of_power_laws_against_regression(alpha, tail, ridge):
    rng, modes = np.random.default_rng(0), np.arange(1.0, MODES + 1.0)
    levels, power = modes ** (-1.0 - alpha), modes ** (-1.0 - tail)
    features = rng.standard_normal((2000, max(SAMPLES), MODES))
    errors, noise = sign_averaged_errors(features, levels, [power, levels], [ridge], SAMPLES)
    found = power_law_curves.power_law_curve(alpha, tail, MODES, SAMPLES, ridge)
    # Left out is what is of second order in 1/P: 3/P of the first, as in finite_size_error; plus five standard errors.
    measured, scatter = errors[:, 0, 0].mean(axis=0), errors[:, 0, 0].std(axis=0) / np.sqrt(2000)
    allowed = 3.0 / np.array(SAMPLES) * found["next_order"] * found["error"] + 5.0 * scatter
    assert np.all(np.abs(measured - found["error"]) < allowed)
    assert np.all(allowed < found["next_order"] * found["error"])  # the correction itself is seen
    bayes = errors[:, 0, 1] + ridge * noise[:, 0]
    variance, order = power_law_curves.posterior_variance(alpha, MODES, SAMPLES, ridge).values()
    allowed = 3.0 / np.array(SAMPLES) * order * variance + 5.0 * bayes.std(axis=0) / np.sqrt(2000)
    assert np.all(np.abs(bayes.mean(axis=0) - variance) < allowed)


def test_the_limit_is_approached_from_finite_size():
    # Modes as P²: both 1/P and the share of the modes that are missing, (P/M)^b, fall.
    shifts = [
        float(power_law_curves.power_law_curve(1.0, 0.8, 16 * size**2, [size, 2 * size], 0.0)["shift"])
        for size in (8, 64)
    ]
    assert shifts[1] < shifts[0]
    saturated = power_law_curves.power_law_curve(1.0, 9.0, 512, [16, 32], 3.0)
    assert (saturated["limit"], saturated["own_tail"]) == (-2.0, -4.5)
    proportional = power_law_curves.power_law_curve(0.7, 0.7, 512, [16, 32], 3.0)
    assert proportional["spectrum_alone"] - proportional["exponent"] == pytest.approx(0.0, abs=0.05)


def test_a_data_set_of_its_own():
    rng = np.random.default_rng(3)
    inputs = rng.standard_normal((160, 40)) * np.arange(1.0, 41.0) ** -0.6
    modes = principal_components(np.exp(-0.5 * ((inputs[:, None] - inputs[None]) ** 2).sum(axis=2)))
    window = np.array([4, 6, 8, 11, 16])
    noise = power_law_curves.data_set_curve(modes, np.full(160, 1.0 / 160), window, 1e-8)
    assert noise["limit"] == pytest.approx(0.0, abs=1e-12)
    assert noise["shift"] == pytest.approx(0.0, abs=1e-12)
    e0 = np.log(noise["error"] / noise["error_no_e0"] * (1.0 - window / 160))
    assert noise["dressing"] == pytest.approx(abs(np.polyfit(np.log(window), e0, 1)[0]), abs=1e-12)
    own = power_law_curves.data_set_curve(modes, modes.eigenvalues, window, 1e-8)
    assert own["exponent"] == own["spectrum_alone"]
    assert own["middle"] == own["limit"]
    assert np.all(own["error_ek"] < own["error_no_e0"])
    assert np.all(own["neglected"] > 0.0)
    # The largest change of the fitted slope by errors of the curve, over all their signs.
    signs = np.array(np.meshgrid(*[[-1.0, 1.0]] * 5)).reshape(5, -1).T
    slopes = [np.polyfit(np.log(window), np.log(own["error"]) + s * own["neglected"], 1)[0] for s in signs]
    assert max(slopes) - own["exponent"] == pytest.approx(float(own["exponent_order"]), rel=1e-9)


@pytest.mark.parametrize(("alpha", "tail"), [(0.5, 1.0), (1.5, 1.0), (1.0, 8.0)])
def test_limiting_exponents_within_their_bounds(alpha, tail):
    for ridge in (0.0, 1.0):
        bounds = []
        for samples in (1e9, 1e12):
            left, bound = power_law_curves.limiting_exponent(alpha, tail, ridge, samples)
            bounds.append(bound)
            assert abs(left) < bound + 1e-7  # midpoint rule of the modes beyond 10⁴
        assert bounds[1] < bounds[0]


def test_closed_forms_within_their_bound():
    ridge, e0, bound = power_law_curves.ridgeless_power_law(0.7, [5.0, 50.0, 5e3])
    assert np.all(np.abs(ridge) < bound + 1e-7)
    assert np.all(np.abs(e0 - 1.0) < bound + 1e-7)
    assert np.all(bound[:2] < 0.1 / np.array([5.0, 50.0]))  # well below the half sample that is accounted for


def test_stacking():
    curves = [{"error": np.arange(3.0), "limit": np.array(1.0)}, {"error": np.ones(3), "limit": np.array(2.0)}]
    found = power_law_curves.stacked(curves)
    assert found["error"].shape == (2, 3)
    assert found["limit"].tolist() == [1.0, 2.0]


def test_bad_input_is_named():
    with pytest.raises(BadInput, match="must be positive"):
        power_law_curves.power_law_curve(-1.0, 1.0, 8, [2, 4], 0.0)
