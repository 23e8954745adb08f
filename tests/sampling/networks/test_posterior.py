"""The sampled posterior against closed forms and against samplers that are not ours."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fieldbench.sampling import (
    EulerMaruyama,
    GibbsWithinLangevin,
    MetropolisAdjusted,
    Underdamped,
    fully_connected,
)
from fieldbench.statistics.diagnostics import ess, rhat


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class LinearRegression:
    """U = |Xθ − y|²/2κ + ½|θ|²: Bayesian linear regression, whose posterior is a Gaussian in closed form."""

    inputs: jax.Array
    targets: jax.Array
    ridge: jax.Array
    chains: int = field(metadata={"static": True})

    @property
    def batch(self):
        return (self.chains,)

    @property
    def curvature(self):
        return 1 + jnp.linalg.eigvalsh(self.inputs.T @ self.inputs)[-1] / self.ridge

    def value(self, position):
        residual = position @ self.inputs.T - self.targets[None]
        return jnp.sum(residual**2, axis=-1) / (2 * self.ridge) + jnp.sum(position**2, axis=-1) / 2

    def gradient(self, position):
        return (position @ self.inputs.T - self.targets[None]) @ self.inputs / self.ridge + position

    def posterior(self):
        """Mean and covariance: Σ = (1 + XᵀX/κ)⁻¹, ΣXᵀy/κ."""
        inputs, targets, ridge = np.asarray(self.inputs), np.asarray(self.targets), float(self.ridge)
        covariance = np.linalg.inv(np.eye(inputs.shape[1]) + inputs.T @ inputs / ridge)
        return covariance @ inputs.T @ targets / ridge, covariance


def _outer(position):
    return {"first": position, "second": position[:, :, None] * position[:, None, :]}


@pytest.mark.parametrize(
    ("sampler", "steps"),
    [
        (Underdamped(friction=1.0), 400),
        (MetropolisAdjusted(step=1.55), 1600),
        (MetropolisAdjusted(step=1.0, leapfrogs=5), 400),
    ],
    ids=["baoab", "metropolis", "hamiltonian"],
)
def test_bayesian_linear_regression(sampler, steps):
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(12, 4)) * np.array([2.0, 1.0, 0.5, 0.1])
    energy = LinearRegression(jnp.asarray(inputs), jnp.asarray(rng.normal(size=12)), jnp.asarray(0.5), 1000)
    samples = sampler.sample(
        energy, jnp.zeros((1000, 4)), jax.random.key(1), steps=steps, burn_in=steps // 2, thin=10, observe=_outer
    )
    mean, covariance = energy.posterior()
    for name, expected in (("first", mean), ("second", covariance + np.outer(mean, mean))):
        chains = np.asarray(samples.records[name]).mean(axis=0)
        error = chains.std(axis=0, ddof=1) / np.sqrt(1000)
        assert np.all(np.abs(chains.mean(axis=0) - expected) < 4.5 * error), name
        assert np.all(error < 0.06 * np.sqrt(np.abs(np.diag(covariance)).max())), "too noisy to test anything"


def tiny_network(chains):
    key = jax.random.key(7)
    inputs = jax.random.normal(key, (12, 3))
    target = inputs[:, 0] + 0.3 * (inputs[:, 0] ** 3 - 3 * inputs[:, 0])
    return fully_connected(inputs, jnp.tile(target, (chains, 1)), width=4, ridge=0.3, feature_scale=4.0)


def _summary(energy, weights):
    outputs = energy.outputs(weights)
    squares = jnp.mean(weights.hidden**2, axis=(-2, -1))
    return {"summary": jnp.concatenate([outputs[..., :3], squares[..., None]], axis=-1)}


def _langevin(sampler, chains, steps):
    energy = tiny_network(chains)
    observe = jax.tree_util.Partial(_summary, energy)
    initial = energy.prior(jax.random.key(1))
    samples = sampler.sample(
        energy, initial, jax.random.key(2), steps=steps, burn_in=steps // 2, thin=10, observe=observe
    )
    return np.asarray(samples.records["summary"])


def test_the_integrators_agree_with_the_metropolis_adjusted_one_on_a_network():
    """The adjusted one has no bias at any step, so that its mean is the reference the others have to meet."""
    exact = _langevin(MetropolisAdjusted(step=1.26), 64, 2400)
    assert np.all(rhat(exact) < 1.05)
    others = (
        (Underdamped(step=0.7), 800),
        (EulerMaruyama(step=0.08), 2400),
        (GibbsWithinLangevin(Underdamped(step=0.7), every=3), 800),
        (MetropolisAdjusted(step=0.8, leapfrogs=6), 800),
    )
    for sampler, steps in others:
        found = _langevin(sampler, 64, steps)
        for power in (1, 2):
            means = [(draws**power).mean(axis=0) for draws in (exact, found)]
            error = np.sqrt(sum(m.var(axis=0, ddof=1) / len(m) for m in means))
            assert np.all(np.abs(means[0].mean(axis=0) - means[1].mean(axis=0)) < 4.5 * error), (sampler, power)


@pytest.mark.slow
def test_nuts_of_blackjax_agrees_on_a_tiny_erf_network():
    """An independent sampler, step size and mass matrix adapted by itself, on the energy's value alone."""
    blackjax = pytest.importorskip("blackjax")
    energy = tiny_network(1)

    def log_density(weights):
        return -energy.value(weights)[0]

    @jax.jit  # compiled as a whole: operation by operation takes longer than the draws
    def chain(start, warming, drawing):
        warm_up = blackjax.window_adaptation(blackjax.nuts, log_density)
        (state, parameters), _ = warm_up.run(warming, start, num_steps=800)
        kernel = blackjax.nuts(log_density, **parameters).step

        def step(state, key):
            state, _ = kernel(key, state)
            return state, _summary(energy, state.position)["summary"]

        return jax.lax.scan(step, state, jax.random.split(drawing, 6000))[1]

    with jax.numpy_dtype_promotion("standard"):
        draws = chain(energy.prior(jax.random.key(4)), jax.random.key(3), jax.random.key(5))
    theirs = np.asarray(draws)
    ours = _langevin(Underdamped(step=0.5), 200, 2000)
    for power in (1, 2):
        chains = (ours**power).mean(axis=0)
        mine, error = chains.mean(axis=0), chains.std(axis=0, ddof=1) / np.sqrt(len(chains))
        other = theirs**power
        their_error = other.std(axis=(0, 1), ddof=1) / np.sqrt(ess(other))
        difference = np.abs(mine - other.mean(axis=(0, 1)))
        assert np.all(difference < 4.5 * np.hypot(error, their_error)), (power, mine, other.mean(axis=(0, 1)))
        assert np.all(their_error < 0.1), "too noisy to test anything"
