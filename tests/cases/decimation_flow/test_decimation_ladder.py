"""Ladders of cut-offs: limits, signs and the margins that they give."""

import numpy as np

from cases.decimation_flow.experiment import Gaussian, Modulated
from cases.decimation_flow.theory import (
    beyond_leading,
    flow_of,
    full_theory,
    ladder_of,
    leading,
    learned_at_running_ridge,
    variation,
)

LADDER = Gaussian(0.1, keep=(4, 16, 48), samples=24, modes=64)


def test_variation_does_not_vanish_where_a_correction_crosses_zero():
    np.testing.assert_allclose(variation(np.array([-1.0, 0.0, 2.0])), [5.0, 4.0, 2.0])


def test_ladder_shrinks_towards_the_full_theory():
    found = ladder_of(LADDER)
    for values in (found.shift, found.error, found.distance, found.edge):
        assert values.shape == (2, 3)
        assert np.all(np.diff(values, axis=1) < 0.0)
    assert found.learned.shape == (2, 3, 3)
    assert np.all(found.learned < 0.0)
    assert np.all(ladder_of(LADDER, lambda cut: 0.0).learned > 0.0)


def test_both_sizes_have_one_leading_order_and_what_follows_falls_with_size():
    found = ladder_of(LADDER)
    np.testing.assert_allclose(found.distance[1], found.distance[0], rtol=1e-9)
    np.testing.assert_allclose(found.leading[1], found.leading[0], rtol=1e-9)
    np.testing.assert_allclose(found.second[1], found.second[0] / 4.0, rtol=0.05)
    for left in (found.after_shift, found.after_error, found.after_learned):
        assert np.all(left[1] < left[0] / 6.0)  # of order 1/P³


def test_flow_is_less_than_the_tail_and_not_what_the_running_ridge_says():
    value, left, leading_order = flow_of(LADDER)
    assert np.all((value > 0.0) & (value < 1.0))
    assert np.all(np.diff(value, axis=1) > 0.0)
    assert np.all(left < 0.05 * np.abs(value - leading_order))
    # T(Λ) counts all of the tail but nothing of what the kept modes add: where it is below κ_eff it learns too much.
    of, dressed = LADDER.problem(1), full_theory(LADDER, 1).curve.effective_ridge[0]
    less = learned_at_running_ridge(LADDER)[Gaussian.flow][0] < leading_order[0]
    np.testing.assert_array_equal(less, of.ridge + of.tails < dressed)
    assert less.any()
    assert not less.all()


def test_input_dependent_ridge_is_nearer_than_the_constant_one():
    at = Modulated(0.1, keep=(16, 32), samples=24, modes=64)
    uniform, local, gaussian = leading(at), leading(at, local=True), leading(at, strength=0.0)
    assert uniform.shape == local.shape == (3, 2)
    assert np.all(np.abs(local) < np.abs(uniform))
    assert np.all(np.abs(gaussian) < np.abs(uniform))
    assert np.all(beyond_leading(at) > 0.0)
