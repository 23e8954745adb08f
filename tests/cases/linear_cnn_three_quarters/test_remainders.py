"""What the finite-size theory leaves open: falls as argued, vanishes in the limit, holds where the truth is known."""

import math

import numpy as np
import pytest

from cases.linear_cnn_three_quarters.experiment import Gibbs
from cases.linear_cnn_three_quarters.limits import extrapolated_level, local_exponent
from cases.linear_cnn_three_quarters.remainders import lost_samples, predict
from cases.linear_cnn_three_quarters.theory import P50, network, shrinkage
from fieldbench.theory.networks import LinearCNN, gaussian_process, half_samples, shrunken_half_samples


def test_approach_to_the_three_quarters_law():
    # Remainders of order α^{-1/2} halve when α grows fourfold; taken out, what is left is of order 1/α.
    near, far = (local_exponent(alpha, 1.0) - 0.75 for alpha in (1e4, 4e4))
    assert far == pytest.approx(near / 2, rel=0.05)
    near, far = (extrapolated_level(alpha, 1.0) - 1 for alpha in (1e3, 4e3))
    assert far == pytest.approx(near / 4, rel=0.1)


@pytest.mark.parametrize(("ridge", "samples"), [(1.0, 30), (0.2, 30), (1.0, 15)])
def test_samples_lost_in_a_finite_regression(ridge, samples):
    """Ridge regression on one teacher in d = 20 dimensions, averaged over data sets by singular values."""
    dimension, sets = 20, 10_000
    model = LinearCNN(4, 5, 100, 1.0, ridge)
    inputs = np.random.default_rng(0).normal(size=(sets, samples, dimension))
    squares = np.linalg.eigvalsh(inputs @ inputs.swapaxes(1, 2))[:, -min(samples, dimension) :]
    shares = (squares / (squares + ridge * dimension)).sum(axis=1) / dimension
    # The trace of the data is known: |X|² = P d.
    control = squares.sum(axis=1) / (samples * dimension) - 1
    shares = shares - np.polyfit(control, shares, 1)[0] * control
    at = [gaussian_process(model, p).learnability for p in (samples - 0.5, samples, samples + 0.5)]
    lost = (at[1] - shares.mean()) / (at[2] - at[0])
    error = shares.std() / math.sqrt(sets) / (at[2] - at[0])
    expected = lost_samples(at[1], at[1] * dimension / samples)
    # The next order is smaller by 1/P, with a coefficient of a few: one for each mean and variance that enter twice.
    next_order = 4 * expected / samples
    assert lost == pytest.approx(expected, abs=5 * error + next_order)
    assert 0 < lost < at[1]
    assert 5 * error + next_order < 0.5 * expected


@pytest.mark.parametrize("learnability", [0.2, 0.5, 0.9])
def test_no_more_than_l_samples_are_lost(learnability):
    lost = [lost_samples(learnability, fitted) for fitted in np.linspace(0, 1, 21)]
    assert max(lost) == lost[0] == learnability
    assert lost[-1] == 0


def test_remainders_fall_as_argued():
    def parts(alpha, channels=1.0):
        model = LinearCNN.on_ray(alpha, ridge=1.0)
        model = LinearCNN(model.patches, model.size, channels * model.channels, channels * model.mean_field, 1.0)
        return predict(model, half_samples(model))

    small, large, wide = parts(0.5), parts(4.0), parts(0.5, channels=10.0)
    load = half_samples(LinearCNN.on_ray(4.0, ridge=1.0)) / half_samples(LinearCNN.on_ray(0.5, ridge=1.0))
    # 1/P, times derivatives that shrink too
    assert large.own_signal.learnability < 1.1 * small.own_signal.learnability / load
    assert large.samples.learnability < 1.1 * small.samples.learnability / load
    assert large.matrix.learnability < small.matrix.learnability / 8**1.5
    # Second order in 1/C and 1/χ.
    assert wide.next_order.learnability == pytest.approx(small.next_order.learnability / 100, rel=0.2)
    assert all(size >= 0 for part in (small.own_signal, small.samples, small.next_order, small.matrix) for size in part)


def test_p50_is_read_as_it_is_measured():
    at = Gibbs(0.6, (100, 115), 1)
    found = shrinkage(at)
    root = shrunken_half_samples(network(at))
    # Between close sizes the straight line is the curve, of which half of the lost samples is missing.
    assert float(found[P50].value) == pytest.approx(root + 0.25, rel=1e-3)
    # A part of the margin a network: exponents must not cancel what is different at each.
    other = shrinkage(Gibbs(0.4, (48, 64), 1))
    assert set(found[P50].sizes()).isdisjoint(other[P50].sizes())
