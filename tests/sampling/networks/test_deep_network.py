"""Deep networks as energies: gradient, formula, the prior's limit, integration by parts, and accepted steps."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.sampling import MetropolisAdjusted, Underdamped
from fieldbench.sampling.networks import deep_network

RNG = np.random.default_rng(1)
INPUTS, TARGETS = RNG.normal(size=(12, 5)), RNG.normal(size=12)


def network(activation="erf", batch=(2,), dtype=np.float64, **changes):
    settings = {"widths": (7, 6), "ridge": 0.4, "feature_scale": 3.0, "variances": (1.0, 1.5, 0.8)} | changes
    targets = np.broadcast_to(TARGETS, (*batch, 12)).astype(dtype)
    return deep_network(INPUTS.astype(dtype), targets, activation=activation, **settings)


@pytest.mark.parametrize("activation", ["erf", "relu", "linear"])
def test_the_hand_written_gradient_is_the_derivative(activation):
    energy = network(activation, widths=(7, 6, 4), variances=(1.0, 1.5, 0.8, 1.2))
    position = energy.prior(jax.random.key(0))
    automatic = jax.grad(lambda at: energy.value(at).sum())(position)
    for mine, other in zip(energy.gradient(position), automatic, strict=True):
        assert mine == pytest.approx(np.asarray(other), abs=1e-11)


def test_the_energy_is_the_formula_of_the_docstring():
    energy = network("linear")
    position = energy.prior(jax.random.key(2))
    first, second = (np.asarray(layer)[1] for layer in position)
    features = np.sqrt(1.5 / 7) * second @ (np.sqrt(1.0 / 5) * first @ INPUTS.T)
    noisy = 0.8 / 6 * features.T @ features + 0.4 * np.eye(12)
    expected = 1.5 * TARGETS @ np.linalg.solve(noisy, TARGETS) + np.linalg.slogdet(noisy)[1] / 2
    expected += (np.sum(first**2) + np.sum(second**2)) / 2
    assert float(energy.value(position)[1]) == pytest.approx(expected, rel=1e-12)


def read(energy):
    """w² of both layers and tr K_2/n, directly and by parts."""

    def one(state, weights):
        found = []
        for layer, z, force in zip(weights, state.preactivations, energy.forces(state, weights), strict=True):
            found += [jnp.mean(layer**2), 1 - jnp.sum(z * force) / layer.size]
        return {"squares": jnp.stack(found), "misfit": TARGETS.astype(found[0].dtype) @ state.discrepancy}

    return lambda position: energy.read(one, position, position)


def test_langevin_steps_against_accepted_ones_and_squares_against_integration_by_parts():
    """Twenty-four chains each; five standard errors of what differs."""
    energy = network(batch=(24,), dtype=np.float32)
    means = []
    for sampler, seed in ((Underdamped(), 3), (MetropolisAdjusted(), 4)):
        start, noise = jax.random.split(jax.random.key(seed))
        found = sampler.sample(
            energy, energy.prior(start), noise, steps=1500, burn_in=300, thin=10, observe=read(energy)
        ).records
        means.append(
            np.concatenate([np.asarray(found["squares"]), np.asarray(found["misfit"])[..., None]], axis=-1).mean(axis=0)
        )
    apart = means[0].mean(axis=0) - means[1].mean(axis=0)
    error = np.sqrt(sum(each.var(axis=0, ddof=1) for each in means) / 24)
    assert np.all(np.abs(apart) < 5 * error)
    for each in means:
        for direct, by_parts in ((0, 1), (2, 3)):
            gap = each[:, direct] - each[:, by_parts]
            assert abs(gap.mean()) < 5 * gap.std(ddof=1) / np.sqrt(24)


def test_almost_without_data_it_is_the_prior():
    energy = network(batch=(8,), ridge=1e6, feature_scale=1.0)
    found = Underdamped().sample(
        energy, energy.prior(jax.random.key(5)), jax.random.key(6), steps=400, burn_in=50, thin=5, observe=read(energy)
    ).records["squares"]  # fmt: skip
    assert np.asarray(found).mean(axis=(0, 1))[[1, 3]] == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"widths": ()}, "L ≥ 1"),
        ({"ridge": 0.0}, "ridge"),
        ({"variances": (1.0, 1.0)}, "variances"),
        ({"activation": "tanh"}, "unknown"),
    ],
)
def test_bad_input_is_named(change, message):
    with pytest.raises(BadInput, match=message):
        network(**change)
