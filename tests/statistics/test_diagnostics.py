"""R-hat and effective samples against an independent implementation, and against chains whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.statistics import diagnostics

array_stats = pytest.importorskip("arviz_stats.base").array_stats


def autoregressive(correlation, shape, seed=0):
    """AR(1) chains x_t = ρ x_{t−1} + √(1−ρ²) ξ along the first axis, stationary: τ = (1+ρ)/(1−ρ)."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=shape)
    chain = [noise[0]]
    for step in noise[1:]:
        chain.append(correlation * chain[-1] + np.sqrt(1 - correlation**2) * step)
    return np.array(chain)


CHAINS = {
    "independent": autoregressive(0.0, (400, 4)),
    "correlated": autoregressive(0.9, (500, 3)),
    "antithetic": autoregressive(-0.6, (500, 2)),
    "one-chain": autoregressive(0.5, (301, 1)),
    "heavy-tailed": np.random.default_rng(1).standard_cauchy((300, 4)),
    "stuck-apart": autoregressive(0.3, (200, 4)) + np.array([0.0, 0.0, 3.0, 3.0]),
    "drifting": autoregressive(0.3, (200, 2)) + np.linspace(0, 3, 200)[:, None],
    "ties": np.round(autoregressive(0.5, (200, 4))),
}


@pytest.mark.parametrize("kind", CHAINS)
def test_agreement_with_arviz(kind):
    draws = CHAINS[kind]
    if draws.shape[1] > 1:  # of one chain, split in two, it gives no R-hat
        expected = array_stats.rhat(draws.T, chain_axis=0, draw_axis=1, method="rank")
        np.testing.assert_allclose(diagnostics.rhat(draws), expected, rtol=1e-10)
    expected = array_stats.ess(draws.T, chain_axis=0, draw_axis=1, method="bulk")
    np.testing.assert_allclose(diagnostics.ess(draws), expected, rtol=1e-10)


def test_an_autoregression_has_its_known_effective_size():
    draws = autoregressive(0.8, (20_000, 2))
    np.testing.assert_allclose(diagnostics.ess(draws), 40_000 / 9, rtol=0.15)
    assert diagnostics.rhat(draws) < 1.005


def test_chains_that_disagree_are_seen():
    assert diagnostics.rhat(CHAINS["stuck-apart"]) > 1.4
    assert diagnostics.rhat(CHAINS["drifting"]) > 1.2
    assert diagnostics.rhat(np.ones((10, 1)) * np.array([0.0, 1.0])) == np.inf
    # The same location but different scales: only the folded part sees it.
    scales = autoregressive(0.0, (400, 4)) * np.array([1.0, 1.0, 5.0, 5.0])
    assert diagnostics.rhat(scales) > 1.1


def test_trailing_axes_are_series_of_their_own():
    series = np.stack([CHAINS["independent"], 2 + CHAINS["independent"] ** 3], axis=-1)
    for function in (diagnostics.rhat, diagnostics.ess):
        assert function(series).shape == (2,)
        np.testing.assert_allclose(function(series)[0], function(CHAINS["independent"]))
        # Ranks do not know monotone transformations.
        np.testing.assert_allclose(diagnostics.ess(series)[1], diagnostics.ess(series)[0])


@pytest.mark.parametrize("draws", [np.ones(8), np.ones((3, 2)), np.full((8, 2), np.nan)])
def test_bad_draws_are_refused(draws):
    with pytest.raises(BadInput):
        diagnostics.rhat(draws)
    with pytest.raises(BadInput):
        diagnostics.ess(draws)
