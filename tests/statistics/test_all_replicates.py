"""Functions of all replicates have the right mean and scatter, and regressions on their moments no bias."""

import numpy as np
import pytest

from fieldbench.statistics import pooled_log, pseudo_values, without_luck


def test_pooled_logarithms_have_the_mean_of_all_and_their_scatter():
    values = np.random.default_rng(0).gamma(50, size=(400, 2))
    found = pooled_log(values)
    np.testing.assert_allclose(found.mean(axis=0), np.log(values.mean(axis=0)))
    np.testing.assert_allclose(found.std(axis=0), np.log(values).std(axis=0), rtol=0.05)


def test_adjusting_keeps_the_mean_and_takes_the_moments_out():
    rng = np.random.default_rng(1)
    moments = rng.normal(size=(200, 3))
    values = 2 + moments @ [1.0, -2.0, 0.5] + 0.1 * rng.normal(size=200)
    found = without_luck(values, moments)[:, 0]
    assert abs(found.mean() - 2) < 4.5 * 0.1 / np.sqrt(200)
    assert found.std() == pytest.approx(0.1, rel=0.25)


def test_slopes_of_the_others_do_not_bias_what_is_curved():
    """Sixteen replicates, y = x² of a moment with a tail: E[y] = 1, and slopes fitted to themselves are below it."""
    rng = np.random.default_rng(2)
    means = []
    for _ in range(4000):
        moments = np.column_stack([rng.normal(size=(16, 2)), rng.exponential(size=16) - 1])
        means.append(without_luck(moments[:, 2] ** 2, moments).mean())
    assert abs(np.mean(means) - 1) < 4.5 * np.std(means) / np.sqrt(len(means))


def test_pseudo_values_of_a_mean_are_the_values():
    values = np.random.default_rng(0).normal(size=7)
    assert pseudo_values(lambda part: float(part.mean()), values) == pytest.approx(values)
