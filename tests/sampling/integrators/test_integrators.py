"""Stationary laws in closed form, the order of the bias, and what must be noticed."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from helpers_quadratic import Quadratic, Quartic, second_moment
from scipy import integrate

from fieldbench.errors import BadInput
from fieldbench.sampling import EulerMaruyama, MetropolisAdjusted, Sampler, Underdamped
from fieldbench.sampling.integrators.loop import _run

STIFFNESS = jnp.array([1.0, 4.0, 25.0])
CHAINS = 2000


def stationary(sampler, energy, *, steps=600, burn_in=600, thin=20, width=3):
    """Mean of θ² per degree of freedom and its standard error over independent chains."""
    # Bounded: a step of a quartic's force throws a start beyond three or four out for ever.
    initial = jnp.asarray(np.random.default_rng(0).uniform(-1.2, 1.2, size=(energy.chains, width)))
    samples = sampler.sample(
        energy, initial, jax.random.key(1), steps=steps, burn_in=burn_in, thin=thin, observe=second_moment
    )
    per_chain = np.asarray(samples.records["square"]).mean(axis=0)
    return per_chain.mean(axis=0), per_chain.std(axis=0, ddof=1) / np.sqrt(energy.chains)


def assert_within(measured, expected, errors, sigmas=4.5):
    assert np.all(np.abs(measured - expected) < sigmas * errors), (measured, expected, errors)
    assert np.all(errors < 0.03 * np.abs(expected)), "too noisy to test anything"


@pytest.mark.parametrize("step", [0.3, 1.0, 1.6])
def test_baoab_is_exact_in_position_on_quadratics_at_every_stable_step(step):
    variance, error = stationary(Underdamped(step=step), Quadratic(STIFFNESS, CHAINS))
    assert_within(variance, 1 / np.asarray(STIFFNESS), error)


@pytest.mark.parametrize("step", [0.2, 0.8, 1.4])
def test_euler_maruyama_has_its_closed_form_variance(step):
    sampler = EulerMaruyama(step=step)
    variance, error = stationary(sampler, Quadratic(STIFFNESS, CHAINS), burn_in=800)
    hk = step * np.asarray(STIFFNESS) / 25
    assert_within(variance, 1 / np.asarray(STIFFNESS) / (1 - hk / 2), error)


def test_metropolis_is_exact_on_quadratics_and_refuses_some():
    sampler = MetropolisAdjusted(step=1.67)
    variance, error = stationary(sampler, Quadratic(STIFFNESS, CHAINS), burn_in=800)
    assert_within(variance, 1 / np.asarray(STIFFNESS), error)
    samples = sampler.sample(
        Quadratic(STIFFNESS, CHAINS),
        jnp.zeros((CHAINS, 3)),
        jax.random.key(3),
        steps=600,
        burn_in=100,
        thin=20,
        observe=second_moment,
    )
    assert 0.3 < float(samples.acceptance.mean()) < 0.95


@pytest.mark.parametrize("sampler", [Underdamped(temperature=0.5), EulerMaruyama(step=0.1, temperature=0.5)])
def test_noise_without_root_two_is_visible(sampler):
    variance, error = stationary(sampler, Quadratic(STIFFNESS, CHAINS))
    assert np.all(np.abs(variance - 1 / np.asarray(STIFFNESS)) > 10 * error)


def quartic_second_moment():
    """⟨θ²⟩ = ∫θ² e^{−θ⁴/4} / ∫e^{−θ⁴/4}."""
    weights = [integrate.quad(lambda x, p=p: x**p * np.exp(-(x**4) / 4), 0, 10)[0] for p in (2, 0)]
    return weights[0] / weights[1]


@pytest.mark.parametrize(
    ("make", "coarse", "order"),
    [(lambda h: Underdamped(step=h, friction=1.0), 0.4, 2), (lambda h: EulerMaruyama(step=h), 0.1, 1)],
    ids=["baoab", "euler-maruyama"],
)
def test_the_bias_vanishes_with_the_integrators_order(make, coarse, order):
    """The bias is seen at the coarse step, and half the step leaves a 2^order-th of it up to a quarter (next order)."""
    energy = Quartic(jnp.zeros(()), 100_000)
    found = [stationary(make(h), energy, steps=192, burn_in=64, thin=4, width=1) for h in (coarse, coarse / 2)]
    (bias, finer), (error, finer_error) = ([float(f[i][0]) for f in found] for i in (0, 1))
    bias, finer = bias - quartic_second_moment(), finer - quartic_second_moment()
    assert abs(bias) > 8 * error
    assert abs(bias - 2**order * finer) < 0.25 * abs(bias) + 4 * np.hypot(error, 2**order * finer_error)


@pytest.mark.parametrize("sampler", [Underdamped(), EulerMaruyama(), MetropolisAdjusted()])
def test_one_compilation_a_shape_and_single_precision_stays_single(sampler):
    assert isinstance(sampler, Sampler)
    stiffness, initial = STIFFNESS.astype(jnp.float32), jnp.ones((3, 3), jnp.float32)
    before = _run._cache_size()
    for seed in range(3):
        energy = Quadratic(stiffness * (1 + seed), 3)
        samples = sampler.sample(
            energy, initial, jax.random.key(seed), steps=4, burn_in=2, thin=2, observe=second_moment
        )
        assert samples.records["square"].dtype == samples.final.dtype == jnp.float32
    assert _run._cache_size() == before + 1
    other = type(sampler)(step=sampler.step / 2)
    other.sample(energy, initial, jax.random.key(5), steps=4, burn_in=2, thin=2, observe=second_moment)
    assert _run._cache_size() == before + 1, "another step size is data, not code"


def test_records_have_the_shape_asked_for_and_noise_can_be_shared():
    energy = Quadratic(STIFFNESS, 4)
    shared = jax.random.split(jax.random.key(0), 1)
    samples = Underdamped().sample(
        energy, jnp.ones((4, 3)), shared, steps=20, burn_in=5, thin=5, observe=lambda x: {"x": x}
    )
    trace = np.asarray(samples.records["x"])
    assert trace.shape == (4, 4, 3)
    np.testing.assert_array_equal(trace, np.broadcast_to(trace[:, :1], trace.shape))
    np.testing.assert_array_equal(trace[-1], samples.final)
    assert samples.gradients == 25


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"initial": jnp.full((2, 3), jnp.nan)}, "NaN"),
        ({"initial": jnp.ones((3, 3))}, "batch"),
        ({"thin": 3}, "thin"),
        ({"steps": 0}, "steps"),
        ({"key": jax.random.PRNGKey(0)}, "typed key"),
        ({"key": jax.random.split(jax.random.key(0), 3)}, "broadcast"),
    ],
)
def test_what_cannot_run_is_refused_with_a_reason(change, message):
    request = {"initial": jnp.ones((2, 3)), "key": jax.random.key(0), "steps": 10, "burn_in": 0, "thin": 2, **change}
    initial, key = request.pop("initial"), request.pop("key")
    with pytest.raises(BadInput, match=message):
        Underdamped().sample(Quadratic(STIFFNESS, 2), initial, key, observe=second_moment, **request)
