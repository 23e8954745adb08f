"""Burn-in as long as needed and not longer, and what happens when it is never enough."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from helpers_quadratic import Quadratic

from fieldbench.errors import BadInput
from fieldbench.sampling import Underdamped, run_until_mixed
from fieldbench.statistics.diagnostics import rhat

ENERGY = Quadratic(jnp.array([1.0, 25.0]), 8)


def whole(position):
    """All of it: one function, so that all burn-ins of one energy share a program."""
    return {"x": position}


NEAR = jnp.asarray(np.random.default_rng(0).normal(size=(8, 2)))


@pytest.fixture(scope="module")
def far():
    """Burned in from starts so far apart that forgetting a factor of 1e20 takes 46 relaxation times."""
    return burn(jnp.asarray(np.linspace(-1e20, 1e20, 8)[:, None] * np.ones((8, 2))))


def burn(initial, *, energy=ENERGY, at_most=20_000, block=200, **options):
    return run_until_mixed(
        Underdamped(friction=1.0),
        energy,
        initial,
        jax.random.key(2),
        observe=whole,
        block=block,
        thin=4,
        at_most=at_most,
        **options,
    )


def test_chains_that_start_apart_take_longer_than_chains_that_start_in_the_law(far):
    near = burn(NEAR / jnp.sqrt(ENERGY.stiffness)[None])  # R-hat settles sooner than 46 relaxation times
    assert near.converged
    assert far.converged
    assert near.rhat < 1.05
    assert far.rhat < 1.05
    assert far.steps > near.steps
    assert "agree" in str(far)


def test_after_it_the_chains_have_forgotten_their_start(far):
    """As many records as a block of the burn-in has, so that they share its program."""
    trace = Underdamped(friction=1.0).sample(
        ENERGY, far.final, jax.random.key(9), steps=4000, burn_in=0, thin=80, observe=whole
    )
    assert np.all(rhat(np.asarray(trace.records["x"])) < 1.05)


def test_two_wells_never_mix_and_it_says_so():
    """A stiff barrier between chains: as two data sets would be, were they taken for one."""

    @jax.tree_util.register_static
    class Apart(Quadratic):
        def gradient(self, position):
            return position - jnp.where(jnp.arange(8) < 4, -50.0, 50.0)[:, None]

    found = burn(jnp.zeros((8, 1)), energy=Apart(jnp.ones(1), 8), at_most=800)
    assert not found.converged
    assert found.steps == 800
    assert found.rhat > 1.5
    assert "still differ" in str(found)


def test_series_may_be_rearranged():
    found = burn(
        NEAR,
        as_chains=lambda traces: {"pairs": traces["x"].reshape(-1, 4, 2, 2).swapaxes(1, 2).reshape(-1, 2, 8)},
    )
    assert found.converged


@pytest.mark.parametrize("change", [{"at_most": 100}, {"block": 8}])
def test_a_request_that_cannot_be_judged_is_refused(change):
    with pytest.raises(BadInput, match="needs"):
        burn(jnp.zeros((8, 2)), **change)
