"""Control variates of the data set: their expectations, and what is subtracted."""

from __future__ import annotations

import numpy as np
import pytest

from cases.feature_learning_complexity.control_variates import adjusted, controls, expected_controls, moments
from cases.feature_learning_complexity.signed_teacher import Means
from fieldbench.errors import BadInput


@pytest.mark.parametrize("samples", [50, 240])
def test_the_expectations_are_those_of_other_draws(samples):
    found = controls(moments(np.random.default_rng(1).normal(size=(4000, samples, 1))))
    error = found.std(axis=0) / np.sqrt(len(found))
    assert np.all(np.abs(found.mean(axis=0) - expected_controls(samples)) < 4.5 * error)


def test_many_samples_leave_nothing_to_correct():
    """log m₃₃ ≈ −Var(m₃₃)/2 = −(E[H_3⁴]/36 − 1)/2n = −46/n."""
    np.testing.assert_allclose(expected_controls(800)[3], -46 / 800, rtol=0.4)


def test_the_excess_of_the_controls_is_subtracted():
    inputs = np.random.default_rng(2).normal(size=(6, 50, 3))
    nothing = Means(*(np.zeros((6, 3)),) * 4, *(np.zeros(6),) * 2)
    found = adjusted(nothing, inputs)
    excess = controls(moments(inputs)) - np.array(expected_controls(50))
    # ε > 0: slopes of E[f z] in m₁₁, m₁₃, log m₃₃ and its square
    np.testing.assert_allclose(found.linear[:, 2], -excess[:, [0, 1, 3, 4]] @ [0.095, 0.100, -0.009, -0.016])
    np.testing.assert_allclose(found.harmonic_response, -excess[:, [0, 1, 3]] @ [-0.014, -0.012, 0.062])


@pytest.mark.parametrize("wrong", [np.ones(3), np.ones((4, 2)), np.zeros((4, 3))])
def test_bad_moments_are_refused(wrong):
    with pytest.raises(BadInput):
        controls(wrong)
    with pytest.raises(BadInput):
        expected_controls(1)
