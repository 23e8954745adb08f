"""Order parameters of linear networks: Gibbs against Langevin, controls with known means, one compilation a shape."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.sampling import Underdamped
from fieldbench.sampling.networks.linear_curves import LinearTeacher, gibbs_curves, langevin_traces
from fieldbench.sampling.networks.linear_gibbs import LinearPrior
from fieldbench.statistics.control_variates import adjust
from fieldbench.statistics.diagnostics import ess

TEACHER, PRIOR = LinearTeacher(2, 6), LinearPrior(60, 40.0, 1.0)
SIGMAS = 5.0


SETS = 240


def curves(seed=0, keys=None, shift=0, samples=(9, 14)):
    """All tests ask for the same shapes, so that they share one compilation."""
    chain_keys = jax.random.split(jax.random.key(seed), SETS)
    keys = chain_keys if keys is None else keys
    found = gibbs_curves(keys, chain_keys, shift, teacher=TEACHER, samples=samples, prior=PRIOR, burn_in=3, keep=4)
    return {name: np.asarray(value) for name, value in found.items()}


def test_gibbs_and_langevin_agree_on_the_same_data_sets():
    sets, repeats, steps = 6, SETS // 6, 4000
    keys = jax.random.split(jax.random.key(0), sets)
    traces = langevin_traces(
        keys, teacher=TEACHER, samples=14, prior=PRIOR, sampler=Underdamped(), steps=steps, burn_in=400, thin=4
    )
    exact = curves(1, jnp.repeat(keys, repeats))
    for name in ("learnability", "ratio"):
        gibbs = exact[name][:, 1].reshape(sets, repeats)
        trace = np.asarray(traces[name], dtype=np.float64)
        draws = np.array([ess(trace[:, [chain]]) for chain in range(sets)])
        error = np.sqrt(trace.var(axis=0) / draws + gibbs.var(axis=1, ddof=1) / repeats)
        deviation = (trace.mean(axis=0) - gibbs.mean(axis=1)) / error
        # The sum of squares over data sets is chi-squared to the extent that the errors are known.
        assert np.abs(deviation).max() < SIGMAS
        assert abs(deviation.sum()) / math.sqrt(sets) < 4


def test_nested_sizes_share_their_data():
    found = curves(2)
    assert np.all(found["learnability"].mean(axis=0)[1] > found["learnability"].mean(axis=0)[0])
    # Two data sets of which one is a part of the other: far from independent.
    assert np.corrcoef(found["learnability"].T)[0, 1] > 0.5


def test_controls_have_expectation_zero_and_explain_the_scatter():
    found = curves(3)
    controls = found["controls"]
    error = controls.std(axis=0) / math.sqrt(len(controls))
    assert np.all(np.abs(controls.mean(axis=0)) < SIGMAS * error)
    for size in range(2):
        raw = found["learnability"][:, size]
        adjusted = adjust(raw, controls[:, size])
        assert adjusted.var() < 0.25 * raw.var()
        assert abs(adjusted.mean() - raw.mean()) < SIGMAS * raw.std() / math.sqrt(len(raw))


def test_labels_of_the_neighbour_teach_nothing():
    found = curves(4, shift=1)
    share = found["learnability"]
    assert np.all(np.abs(share.mean(axis=0)) < SIGMAS * share.std(axis=0) / math.sqrt(len(share)))


def test_chains_forget_their_start():
    trace = curves(5)["trace"]
    difference = (trace[..., 0] - trace[..., 1]).reshape(SETS, -1)
    # Lazy and aligned start, sweep by sweep after the burn-in.
    assert np.all(np.abs(difference.mean(axis=0)) < SIGMAS * difference.std(axis=0) / math.sqrt(SETS))


def test_one_compilation_a_shape():
    curves(6)
    before = gibbs_curves._cache_size()
    # New data and shuffled labels are arguments, not programs.
    curves(7)
    curves(8, shift=1)
    assert gibbs_curves._cache_size() == before


@pytest.mark.parametrize("samples", [(), (14, 9), (0, 5)])
def test_sizes_have_to_rise(samples):
    with pytest.raises(BadInput, match="must rise"):
        curves(samples=samples)


def test_adjustment_against_its_algebra():
    rng = np.random.default_rng(0)
    controls = rng.normal(size=(40, 3))
    exact = 2.0 + controls @ np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(adjust(exact, controls), 2.0, rtol=1e-12)
    with pytest.raises(BadInput, match="too few"):
        adjust(exact[:8], controls[:8])
    with pytest.raises(BadInput, match="do not fit"):
        adjust(exact, controls[:8])
