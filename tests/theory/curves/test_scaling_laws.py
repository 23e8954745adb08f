"""Scaling laws: closed form and exponents against the self-consistent theory of all modes; tails and slopes."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.curves import scaling_laws
from fieldbench.theory.curves.learning_curves import effective_ridge

# The tail's integrals against its sums: (exponent/start)²/24 with exponents up to 10 and 10⁴ listed modes.
MIDPOINT = 1e-7


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.5])
def test_closed_form_is_the_self_consistent_ridge(alpha):
    spectrum, _ = scaling_laws.infinite_power_law(alpha, alpha)
    samples = np.array([3, 10, 100, 1e6])
    found = effective_ridge(spectrum, samples, 0.0).effective_ridge
    deviation = np.abs(np.log(found / scaling_laws.ridgeless_effective_ridge(alpha, samples)))
    bound = scaling_laws.closed_form_error(alpha, samples)
    assert np.all(deviation <= bound + MIDPOINT)
    # The half is needed: without it the error is (1 + α)/(2P), well above the bound.
    bare = scaling_laws.ridgeless_effective_ridge(alpha, samples) * ((samples + 0.5) / samples) ** (1.0 + alpha)
    assert np.all(np.abs(np.log(found / bare))[:3] > 2.0 * bound[:3])


@pytest.mark.parametrize(("alpha", "tail"), [(0.5, 0.5), (0.5, 1.3), (1.0, 0.4), (1.0, 9.0), (2.0, 3.0)])
@pytest.mark.parametrize("ridge", [0.0, 2.0])
def test_exponents_are_those_of_the_theory_at_enormous_size(alpha, tail, ridge):
    spectrum, power = scaling_laws.infinite_power_law(alpha, tail)
    samples = np.array([1e14, 2e14])
    curve = effective_ridge(spectrum, samples, ridge, target=power)
    found = -scaling_laws.log_log_slope(samples, curve.test_error)
    # What the unlearned modes add to the ridge, P^{−α/(1+α)}, times a slope of at most 9; near saturation nothing else.
    approach = 10.0 * (curve.effective_ridge[0] / ridge - 1.0) if ridge else 0.0
    assert found == pytest.approx(
        scaling_laws.learning_exponent(alpha, tail, ridgeless=ridge == 0.0), abs=approach + MIDPOINT
    )


def test_tail_of_noise_is_flat_and_that_of_a_power_law_falls():
    cutoffs = np.array([0, 10, 50, 99])
    np.testing.assert_allclose(scaling_laws.tail_power(np.full(100, 0.01), cutoffs), 1.0, rtol=1e-13)
    power = np.arange(1, 100_001.0) ** -1.5
    slope = scaling_laws.log_log_slope([100, 200], scaling_laws.tail_power(power, [100, 200]))
    # K^{−½} less the end of the sum, Σ_{k>M} = 2/√M of 2/√K: ½·√(K/M) of the slope, K/M from the factor.
    assert slope == pytest.approx(-0.5, abs=np.sqrt(200 / 1e5))


def test_slopes_of_a_power_law():
    points = np.array([1.0, 3.0, 10.0, 20.0])
    values = np.stack([4.0 * points**-1.5, points**0.25])
    np.testing.assert_allclose(scaling_laws.log_log_slope(points, values), [-1.5, 0.25], rtol=1e-13)
    np.testing.assert_allclose(scaling_laws.local_slopes(points, values)[0], [-1.5] * 3, rtol=1e-13)
    weights = scaling_laws.fit_weights(points)
    assert weights.sum() == pytest.approx(0.0, abs=1e-15)
    assert weights @ np.log(points) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: scaling_laws.learning_exponent(-1.0, 1.0, ridgeless=True), "must be positive"),
        (lambda: scaling_laws.ridgeless_effective_ridge(0.0, 3), "must be positive"),
        (lambda: scaling_laws.infinite_power_law(1.0, np.nan), "must be positive"),
        (lambda: scaling_laws.tail_power(np.ones(4), [4]), "cut-offs"),
        (lambda: scaling_laws.fit_weights([2.0, 2.0]), "two different"),
        (lambda: scaling_laws.local_slopes([0.0, 2.0], [1.0, 1.0]), "two different"),
    ],
)
def test_bad_input_is_named(call, match):
    with pytest.raises(BadInput, match=match):
        call()
