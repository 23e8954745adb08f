"""Control variates of the data set: their expectations, and that they change no mean."""

from __future__ import annotations

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.sampling.networks.teacher_moments import controls, expected_controls


def draws(sets, samples, seed):
    z = np.random.default_rng(seed).normal(size=(sets, samples))
    hermite = z**3 - 3 * z
    return np.stack([(z * z).mean(1), (z * hermite).mean(1), (hermite**2).mean(1) / 6], axis=1)


@pytest.mark.parametrize("samples", [50, 240])
def test_the_expectations_are_those_of_other_draws(samples):
    found = controls(draws(4000, samples, 1))
    error = found.std(axis=0) / np.sqrt(len(found))
    assert np.all(np.abs(found.mean(axis=0) - expected_controls(samples)) < 4.5 * error)


def test_many_samples_leave_nothing_to_correct():
    """log m₃₃ ≈ −Var(m₃₃)/2 = −(E[H_3⁴]/36 − 1)/2n = −46/n."""
    np.testing.assert_allclose(expected_controls(800)[3], -46 / 800, rtol=0.4)


@pytest.mark.parametrize("moments", [np.ones(3), np.ones((4, 2)), np.zeros((4, 3))])
def test_bad_moments_are_refused(moments):
    with pytest.raises(BadInput):
        controls(moments)
    with pytest.raises(BadInput):
        expected_controls(1)
