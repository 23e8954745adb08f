"""Ladders of cut-offs: limits, signs and the margins that they give."""

import numpy as np

from cases.decimation_flow.experiment import Gaussian, Modulated
from cases.decimation_flow.theory import beyond_leading, ladder_of, leading, variation

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


def test_both_sizes_have_one_leading_order_and_corrections_of_one_over_p():
    found = ladder_of(LADDER)
    np.testing.assert_allclose(found.distance[1], found.distance[0], rtol=1e-9)
    np.testing.assert_allclose(found.beyond[1], found.beyond[0] / 2.0, rtol=0.05)


def test_input_dependent_ridge_is_nearer_than_the_constant_one():
    at = Modulated(0.1, keep=(16, 32), samples=24, modes=64)
    uniform, local, gaussian = leading(at), leading(at, local=True), leading(at, strength=0.0)
    assert uniform.shape == local.shape == (3, 2)
    assert np.all(np.abs(local) < np.abs(uniform))
    assert np.all(np.abs(gaussian) < np.abs(uniform))
    assert np.all(beyond_leading(at) > 0.0)
