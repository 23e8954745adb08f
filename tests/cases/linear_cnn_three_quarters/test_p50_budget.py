"""What the finite-size theory leaves open about P_50: falls as argued, and vanishes in the limit."""

import math

import pytest

from cases.linear_cnn_three_quarters.p50 import extrapolated_level, half_samples_budget, local_exponent
from cases.linear_cnn_three_quarters.remainders import remainders
from fieldbench.theory.networks import LinearCNN, half_samples, shrinkage

SOURCE = LinearCNN.on_ray(1.0, ridge=1.0)


def test_approach_to_the_three_quarters_law():
    # Remainders of order α^{-1/2} halve when α grows fourfold; taken out, what is left is of order 1/α.
    near, far = (local_exponent(alpha, 1.0) - 0.75 for alpha in (1e4, 4e4))
    assert far == pytest.approx(near / 2, rel=0.05)
    near, far = (extrapolated_level(alpha, 1.0) - 1 for alpha in (1e3, 4e3))
    assert far == pytest.approx(near / 4, rel=0.1)


def test_budget_of_p50():
    budget = half_samples_budget(SOURCE, 211, 270)
    assert budget.beyond == pytest.approx(math.log(half_samples(SOURCE, shrinkage) / half_samples(SOURCE)))
    # The error of a straight line is quadratic in its length.
    wider = half_samples_budget(SOURCE, 211 / 1.3, 270 * 1.3)
    assert budget.interpolation < 0.5 * wider.interpolation
    assert budget.remainder > 0


def test_remainders_fall_as_argued():
    def parts(alpha, channels=1.0):
        model = LinearCNN.on_ray(alpha, ridge=1.0)
        model = LinearCNN(model.patches, model.size, channels * model.channels, channels * model.mean_field, 1.0)
        return remainders(model, half_samples(model))

    small, large, wide = parts(1.0), parts(16.0), parts(1.0, channels=100.0)
    load = half_samples(LinearCNN.on_ray(16.0, ridge=1.0)) / half_samples(LinearCNN.on_ray(1.0, ridge=1.0))
    # 1/P, times derivatives that shrink too
    assert large.own_signal.learnability < 1.1 * small.own_signal.learnability / load
    assert large.half_sample.learnability < 1.1 * small.half_sample.learnability / load
    assert large.kernel.learnability < small.kernel.learnability
    assert large.tilt.learnability < small.tilt.learnability
    assert wide.kernel.learnability == pytest.approx(small.kernel.learnability / 100, rel=0.1)
    assert wide.tilt.learnability == pytest.approx(small.tilt.learnability / 100, rel=0.1)
    assert all(size >= 0 for part in (small.own_signal, small.half_sample, small.kernel, small.tilt) for size in part)
