"""The energy of the modular network against dense linear algebra, its gradient, and its chains against exact laws."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.tree_util import Partial

from fieldbench.errors import BadInput
from fieldbench.sampling import MetropolisAdjusted, Underdamped
from fieldbench.sampling.networks import ModularNetwork, modular_labels, modular_network
from fieldbench.theory.modular import mode_law

MEAN_FIELD = {"strength": 6.6e-6, "noise": 0.019, "cubic": 0.01}


def small(width=6, batch=(3,), **changed):
    energy = modular_network(modular_labels(5), batch=batch, width=width, **{**MEAN_FIELD, **changed})
    keys = jax.random.split(jax.random.key(0), batch)
    return energy, energy.start(keys, jnp.broadcast_to(jnp.float32(0.4), batch))


def dense(energy, weights, cubic=0.01, strength=6.6e-6, noise=0.019):
    """The same in NumPy and float64 from f, pair by pair, with κ and s as they are, and NumPy's Fourier transform."""
    width, modulus = energy.width, energy.modulus
    variance, ridge = strength / width**2, noise / width  # of a readout; κ
    pairs = [(n, m) for n in range(modulus) for m in range(modulus)]
    u, v = weights
    features = np.array([(u[n] + v[m]) ** 2 for n, m in pairs])
    kernel = variance * features @ features.T + ridge * np.eye(len(pairs))
    labels = np.array([[float((n + m) % modulus == p) - 1 / modulus for p in range(modulus)] for n, m in pairs])
    explained = np.trace(labels.T @ np.linalg.solve(kernel, labels)) / 2
    volume = modulus / 2 * (np.linalg.slogdet(kernel)[1] + len(pairs) * np.log(width))
    power = np.abs(np.fft.fft(weights, axis=1, norm="ortho"))[:, 1 : (modulus + 1) // 2] ** 2
    return explained + volume + (weights**2).sum() / 2 + cubic / 3 * (power**3).sum(), power, kernel, labels, ridge


def test_the_energy_is_the_dense_one_pair_by_pair():
    energy, weights = small()
    expected = [dense(energy, np.asarray(each, np.float64))[0] for each in weights]
    np.testing.assert_allclose(energy.value(weights), expected, rtol=2e-5)


def test_the_gradient_is_the_derivative_of_the_energy():
    energy, weights = small()
    expected = jax.grad(lambda position: energy.value(position).sum())(weights)
    np.testing.assert_allclose(energy.gradient(weights), expected, atol=1e-4 * float(jnp.abs(expected).max()))


def test_observables_are_those_of_dense_algebra():
    energy, weights = small(width=40)
    found = energy.observables(weights)
    for i, each in enumerate(weights):
        _, power, kernel, labels, ridge = dense(energy, np.asarray(each, np.float64))
        left = ridge * np.linalg.solve(kernel, labels)
        assert found["amplitude"][i] == pytest.approx(-(labels * left).sum() / (labels**2).sum(), rel=1e-4)
        np.testing.assert_allclose(found["product"][i], power.prod(axis=0).mean(axis=-1), rtol=1e-4)
        above = (power > 1 / np.sqrt(3 * 0.01)).all(axis=0).mean(axis=-1)
        np.testing.assert_allclose(found["droplet"][i], above, atol=1e-6)


def test_a_start_lifts_its_share_of_modes_to_the_droplet():
    energy, _ = small(width=3000, batch=(2,))
    weights = energy.start(jax.random.split(jax.random.key(3), 2), jnp.array([0.0, 0.3], jnp.float32))
    power = np.abs(np.fft.fft(weights, axis=2, norm="ortho"))[:, :, 1:3] ** 2
    lifted = np.abs(power - np.sqrt(3 / 0.01)) < 1e-2
    assert lifted[0].mean() < 0.01
    assert (lifted[1].all(axis=0)).mean() == pytest.approx(0.3, abs=0.04)  # 6,000 lots: five standard errors


def test_without_data_modes_have_the_law_of_the_prior():
    """Readouts of variance 1e-12 learn nothing, and g = 0."""
    energy = modular_network(modular_labels(5), batch=(8,), width=250, strength=1e-12, noise=0.02, cubic=0.01)
    start = energy.start(jax.random.split(jax.random.key(1), 8), jnp.full(8, 0.5, jnp.float32))
    observe = Partial(ModularNetwork.observables, energy)
    run = Underdamped().sample(energy, start, jax.random.key(2), steps=600, burn_in=200, thin=20, observe=observe)
    product = np.asarray(run.records["product"]).mean(axis=0)  # (8, modes)
    error = float(product.std(ddof=1)) / product.size**0.5
    # BAOAB's own bias of r at this step is a part in a thousand.
    assert float(product.mean()) == pytest.approx(mode_law(0.0, 0.01).moment(1, 1), abs=5 * error + 2e-3)


@pytest.mark.slow
def test_the_step_leaves_what_a_metropolis_chain_leaves():
    """One network of five neurons, far from any limit: exact Monte Carlo, slow, against BAOAB at its own step."""
    energy, start = small(width=5, batch=(8,))
    observe = Partial(ModularNetwork.observables, energy)
    means = []
    for sampler, steps in ((Underdamped(), 4000), (MetropolisAdjusted(step=2.8), 16000)):
        length = {"steps": steps, "burn_in": steps // 4, "thin": 20}
        run = sampler.sample(energy, start, jax.random.key(4), **length, observe=observe)
        means.append(np.asarray(run.records["amplitude"], np.float64).mean(axis=0))
    error = np.sqrt(sum(mean.var(ddof=1) / len(mean) for mean in means))
    assert error < 0.002
    assert abs(means[0].mean() - means[1].mean()) < 4 * error


@pytest.mark.parametrize(
    ("labels", "changed"),
    [(modular_labels(5)[:-1], {}), (modular_labels(4), {}), (modular_labels(5), {"noise": 0.0}),
     (modular_labels(5), {"width": 0}), (modular_labels(5), {"cubic": -0.1})],
)  # fmt: skip
def test_networks_that_make_no_sense_are_refused(labels, changed):
    with pytest.raises(BadInput):
        modular_network(labels, **{"batch": (1,), "width": 3, **MEAN_FIELD, **changed})
