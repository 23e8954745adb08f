"""p(m | everything else) against quadrature of exp(−U) itself, and against neurons counted in a chain."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.tree_util import Partial

from fieldbench.errors import BadInput
from fieldbench.sampling import Underdamped
from fieldbench.sampling.networks import Weights, convolutional, fully_connected, overlap_density


def networks(chains=2, samples=7, dimension=4, width=3, dtype=np.float64):
    rng = np.random.default_rng(3)
    inputs = rng.standard_normal((1, samples, dimension)).astype(dtype)
    targets = np.repeat(inputs[:, None, :, 0], chains, axis=1)
    energy = fully_connected(
        inputs, targets, width=width, ridge=0.7, feature_scale=2.0, hidden_variance=1.5, readout_variance=3.0
    )
    return energy, energy.prior(jax.random.key(1))


def test_it_is_the_posterior_of_one_overlap():
    """exp(−U) of `value`, summed over whitened m and α of one neuron, the others held."""
    with jax.enable_x64(True):
        energy, start = networks()
        m = np.linspace(-6, 6, 81)
        found = np.asarray(overlap_density(energy, start, m, neurons=1))
        omega, alpha = m / np.sqrt(1.5 / 4), np.linspace(-12, 12, 241)

        def density(chain):
            def value(o, a):
                hidden = start.hidden.at[:, :, 0, 0].set(o)
                return energy.value(Weights(hidden, start.readout.at[:, :, 0, 0].set(a)))[0, chain]

            grid = jax.vmap(jax.vmap(value, (None, 0)), (0, None))(jnp.asarray(omega), jnp.asarray(alpha))
            weights = np.exp(-np.asarray(grid) + grid.min()).sum(axis=1)
            return weights / weights.sum() / (m[1] - m[0])

        for chain in range(2):
            np.testing.assert_allclose(found[0, chain], density(chain), rtol=1e-6, atol=1e-12)


def test_it_counts_what_a_histogram_counts():
    """A chain's neurons in |m| < .5, counted, and the same of the density, from other draws of the chain."""
    energy, _ = networks(chains=200, dtype=np.float32)
    m = np.linspace(-5, 5, 51)

    def observe(energy, weights):
        inside = jnp.abs(energy.physical(weights).hidden[..., 0]) < 0.5
        return {"density": overlap_density(energy, weights, m, neurons=3), "counted": inside.mean(axis=-1)}

    samples = Underdamped(step=0.7).sample(
        energy, energy.prior(jax.random.key(1)), jax.random.key(2), steps=600, burn_in=100, thin=6,
        observe=Partial(observe, energy),
    )  # fmt: skip
    half = np.where(np.isclose(np.abs(m), 0.5), 0.5, np.abs(m) < 0.5)  # m = ±.5 stand for half their cell
    density = np.asarray(samples.records["density"]).mean(axis=0)[0] @ half * 0.2
    apart = np.asarray(samples.records["counted"]).mean(axis=0)[0] - density
    # The trapezoidal rule over a bin: (.2)²/12 of p' at its ends, .003.
    assert abs(apart.mean()) < 0.003 + 4 * apart.std() / np.sqrt(len(apart))


def test_bad_input_is_refused():
    energy, start = networks()
    with pytest.raises(BadInput, match="even steps"):
        overlap_density(energy, start, np.array([-1.0, 0.0, 2.0]), neurons=1)
    with pytest.raises(BadInput, match="neurons = 4"):
        overlap_density(energy, start, np.linspace(-1, 1, 5), neurons=4)
    patches = convolutional(np.ones((4, 2, 3), np.float32), np.ones(4, np.float32), width=3, ridge=1.0)
    with pytest.raises(BadInput, match="2 patches"):
        overlap_density(patches, patches.prior(jax.random.key(0)), np.linspace(-1, 1, 5), neurons=1)
