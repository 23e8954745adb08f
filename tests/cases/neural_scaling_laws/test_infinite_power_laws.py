"""Power laws with all modes: stated exponents and closed forms within their bounds, which fall with P."""

import numpy as np
import pytest

from cases.neural_scaling_laws import limits
from cases.neural_scaling_laws.experiment import PowerLaw
from fieldbench.errors import BadInput


@pytest.mark.parametrize(("alpha", "tail"), [(0.5, 1.0), (1.5, 1.0), (1.0, 8.0)])
@pytest.mark.parametrize("ridge", [0.0, 1.0])
def test_limiting_exponents_within_their_bounds(alpha, tail, ridge):
    bounds = []
    for samples in (1e9, 1e12):
        left, bound = limits.limiting_exponent(alpha, tail, ridge, samples)
        bounds.append(bound)
        assert abs(left) < bound + limits.MIDPOINT.value
    assert bounds[1] < bounds[0]


def test_all_laws_are_asked():
    found = limits.all_limits()
    assert found.distance.shape == found.bound.shape == (12,)
    assert found.distance[1] == limits.limiting_exponent(0.5, 0.5, 4.0, 1e12)[0]


def test_closed_forms_within_their_bound():
    found = limits.ridgeless(0.7, [5.0, 50.0, 5e3])
    allowed = found.bound + limits.MIDPOINT.value
    assert np.all(np.abs(np.log(found.effective_ridge)) < allowed)
    assert np.all(np.abs(found.e0 - 1.0) < allowed)
    assert np.all(found.bound[:2] < 0.1 / np.array([5.0, 50.0]))  # well below the half sample that is accounted for


def test_without_the_half_sample_the_closed_form_is_off():
    at = PowerLaw(384, 192, 1.0)
    value, remainder = limits.p_without_half(at)[limits.over_closed_form], limits.closed_form(at)
    assert np.all(value > 2.0 * remainder[limits.over_closed_form].sizes()["next order"])


def test_exponents_must_be_positive():
    with pytest.raises(BadInput, match="must be positive"):
        limits.limiting_exponent(-1.0, 1.0, 0.0, 1e9)
