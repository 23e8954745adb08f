"""One-dimensional wells: energies, gradients, and those that hold nothing."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators import wells


def test_energy_and_gradient():
    energy = wells([1.0, 0.0], [0.0, 0.25], (2,), np.float64)
    position = jnp.asarray([[0.5, 2.0], [1.0, -1.0]])
    np.testing.assert_allclose(energy.value(position), [[0.125, 4.0], [0.5, 0.25]])
    slope = jax.grad(lambda x: energy.value(x).sum())(position)
    np.testing.assert_allclose(energy.gradient(position), slope)


@pytest.mark.parametrize(("k", "g"), [([0.0], [0.0]), ([-1.0], [1.0]), ([1.0, 2.0], [0.0])])
def test_wells_that_hold_nothing_are_refused(k, g):
    with pytest.raises(BadInput, match=r"positive|one length"):
        wells(k, g, (2,))
