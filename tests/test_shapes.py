"""The annotations of the library are checked under test: a wrong shape raises, a right one passes."""

import jax
import jax.numpy as jnp
import jaxtyping
import numpy as np
import pytest

from fieldbench.data.synthetic import gaussian
from fieldbench.regression.modes.quartic_map import basis, ridge_fit
from fieldbench.sampling import EulerMaruyama, fully_connected
from fieldbench.sampling.integrators.coupling import coupled_distance
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.decimation.running_ridge import decimate

LEVELS = np.array([1.0, 0.5, 0.1])


def refused():
    return pytest.raises(jaxtyping.TypeCheckError)


def test_theory():
    kept = decimate(LEVELS, np.array([0.9, 0.5, 0.001]), 0.1, 0.01)
    assert kept.keep == 2
    with refused():
        decimate(jnp.asarray(LEVELS), np.array([0.9, 0.5, 0.001]), 0.1, 0.01)
    with refused():
        decimate(LEVELS.astype(np.float32), np.array([0.9, 0.5, 0.001]), 0.1, 0.01)


@pytest.mark.parametrize("samples", [10, 10.0, (10, 20), range(1, 3), [10.0], np.array([10])])
def test_theory_takes_numbers_of_every_kind(samples):
    assert np.all(effective_ridge(LEVELS, samples, 1).effective_ridge > 1)
    with refused():
        effective_ridge(LEVELS, "10", 1)


def test_regression():
    features = jnp.ones((5, 3))
    space = basis(features, jnp.asarray(LEVELS))
    assert ridge_fit(space, jnp.ones((5, 2)), jnp.ones(2)).weights.shape == (3, 2)
    with refused():
        basis(features, jnp.ones(4))
    with refused():
        ridge_fit(space, jnp.ones((5, 2)), jnp.ones(3))


@pytest.mark.parametrize("make", [np.ones, jnp.ones])
def test_sampling(make):
    energy = fully_connected(make((6, 2)), make((4, 6)), width=3, ridge=0.5)
    weights = energy.prior(jax.random.key(0))
    assert energy.value(weights).shape == (4,)
    distance = coupled_distance(EulerMaruyama(), energy, weights, weights, jax.random.key(1), steps=4, thin=2)
    assert distance.shape == (2, 4)
    with refused():
        fully_connected(make((6, 2)), make((4, 5)), width=3, ridge=0.5)
    with refused():
        fully_connected(make((6, 2)), make((4, 6)).astype(int), width=3, ridge=0.5)


def test_inside_compiled_programs():
    compiled = jax.jit(basis)
    assert compiled(jnp.ones((5, 3)), jnp.ones(3)).points.shape == (5, 3)
    with refused():
        compiled(jnp.ones((5, 3)), jnp.ones(4))


def test_data():
    assert gaussian(jax.random.key(0), 4, 2).shape == (4, 2)
    with refused():
        gaussian(jax.random.key(0), 4.0, 2)


@pytest.mark.usefixtures("unchecked")
def test_unchecked_the_library_speaks_for_itself():
    with pytest.raises(ValueError, match=r"need \(n, m\)"):
        basis(jnp.ones((5, 3)), jnp.ones(4))
