"""A change of scale leaves the law alone and evens out the rates."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from helpers_quadratic import Quadratic, second_moment

from fieldbench.errors import BadInput
from fieldbench.sampling import Underdamped, sample_preconditioned
from fieldbench.statistics.diagnostics import ess

STIFFNESS = jnp.array([1.0, 25.0, 400.0])
CHAINS = 500


def run(scale, curvature, *, steps=1200, thin=4):
    return sample_preconditioned(
        Underdamped(friction=1.0),
        Quadratic(STIFFNESS, CHAINS),
        jnp.asarray(np.random.default_rng(0).normal(size=(CHAINS, 3))),
        jax.random.key(1),
        scale=scale,
        curvature=curvature,
        steps=steps,
        burn_in=200,
        thin=thin,
        observe=second_moment,
    )


def test_the_law_is_that_of_the_energy_and_the_slowest_direction_is_as_fast_as_the_others():
    found = run(1 / np.sqrt(np.asarray(STIFFNESS))[None], 1.0)
    squares = np.asarray(found.records["square"])
    chains = squares.mean(axis=0)
    error = chains.std(axis=0, ddof=1) / np.sqrt(CHAINS)
    assert np.all(np.abs(chains.mean(axis=0) * STIFFNESS - 1) < 4.5 * error * STIFFNESS)
    assert np.all(error * STIFFNESS < 0.03), "too noisy to test anything"
    np.testing.assert_array_equal(found.final.shape, (CHAINS, 3))
    np.testing.assert_allclose(found.final**2, squares[-1], rtol=1e-12)
    even = ess(squares)
    plain = ess(np.asarray(run(np.ones((1, 3)), 400.0).records["square"]))
    assert even.min() > 0.7 * even.max()
    assert even[0] > 5 * plain[0]  # twenty times the step along the soft direction


@pytest.mark.parametrize(("scale", "curvature"), [(np.zeros((1, 3)), 1.0), (np.ones((1, 3)), -1.0), (np.nan, 1.0)])
def test_a_scale_that_is_none_is_refused(scale, curvature):
    with pytest.raises(BadInput, match="positive"):
        run(scale, curvature, steps=4)
