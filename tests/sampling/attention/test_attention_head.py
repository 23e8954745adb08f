"""The attention head's energy against NumPy sample by sample, its gradient, its prior, and a Metropolis chain."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.tree_util import Partial

from fieldbench.errors import BadInput
from fieldbench.sampling import MetropolisAdjusted, Underdamped
from fieldbench.sampling.attention import AttentionHead, HeadWeights, attention_head, head_outputs

SETS, CHAINS, D, L, N = 2, 3, 5, 4, 30
SCALES = {"ridge": 0.5, "attention_variance": 4.0, "value_variance": 2.0}


def small(samples=N, chains=CHAINS, **changed):
    rng = np.random.default_rng(0)
    queries, keys = rng.standard_normal((SETS, D, samples)), rng.standard_normal((SETS, D, L, samples))
    targets = rng.standard_normal((SETS, chains, samples))
    arrays = (each.astype(np.float32) for each in (queries, keys, targets))
    energy = attention_head(*arrays, **{**SCALES, **changed})
    return energy, energy.prior(jax.random.key(1)), keys


def test_the_energy_is_the_definition_sample_by_sample():
    energy, weights, keys = small()
    for s in range(SETS):
        for c in range(CHAINS):
            omega, nu = (np.asarray(each[s, c], np.float64) for each in weights)
            a, v = 2.0 * omega / D, np.sqrt(2.0 / D) * nu
            total = (omega**2).sum() / 2 + (nu**2).sum() / 2
            for n in range(N):
                query, context = np.asarray(energy.queries[s, :, n], np.float64), keys[s, :, :, n]
                share = np.exp(query @ a @ context)
                f = (share / share.sum() - 1 / L) @ (v @ context)
                total += (f - float(energy.targets[s, c, n])) ** 2 / (2 * 0.5)
            assert float(energy.value(weights)[s, c]) == pytest.approx(total, rel=1e-5)


def test_the_gradient_is_the_derivative_of_the_energy():
    energy, weights, _ = small()
    expected = jax.grad(lambda position: energy.value(position).sum())(weights)
    for found, one in zip(energy.gradient(weights), expected, strict=True):
        np.testing.assert_allclose(found, one, atol=1e-5 * float(jnp.abs(one).max()))


def test_nothing_depends_on_the_mean_of_the_keys():
    energy, weights, keys = small()
    moved = attention_head(energy.queries, (keys + 1.0).astype(np.float32), energy.targets, **SCALES)
    np.testing.assert_allclose(moved.value(weights), energy.value(weights), rtol=1e-4)


def test_outputs_on_other_inputs_are_those_of_the_energy():
    energy, weights, _ = small()
    found = head_outputs(energy.queries, energy.keys, energy.physical(weights))
    np.testing.assert_allclose(found, energy.outputs(weights), rtol=1e-5)


def squares(weights: HeadWeights):
    return {"attention": jnp.mean(weights.attention**2, axis=(-2, -1)), "values": jnp.mean(weights.values**2, axis=-1)}


def test_a_loud_ridge_leaves_the_prior():
    energy, start, _ = small(chains=16, ridge=1e8)
    run = Underdamped(step=0.5).sample(
        energy, start, jax.random.key(2), steps=4000, burn_in=400, thin=20, observe=squares
    )
    for name, trace in run.records.items():
        mean = np.asarray(trace, np.float64).mean(axis=0).ravel()
        error = mean.std(ddof=1) / np.sqrt(mean.size)
        assert mean.mean() == pytest.approx(1.0, abs=5 * error), name


def watched(energy: AttentionHead, weights: HeadWeights):
    found = squares(weights)
    found["misfit"] = jnp.mean((energy.outputs(weights) - energy.targets) ** 2, axis=-1)
    return found


@pytest.mark.slow
def test_the_step_leaves_what_a_metropolis_chain_leaves():
    """Logits of order one and a small ridge: exact Monte Carlo against BAOAB at its own step, within .5 %."""
    energy, start, _ = small(chains=8)
    observe = Partial(watched, energy)
    means = []
    for sampler, steps in ((Underdamped(), 3000), (MetropolisAdjusted(step=1.0), 12000)):
        run = sampler.sample(
            energy, start, jax.random.key(4), steps=steps, burn_in=steps // 4, thin=20, observe=observe
        )
        means.append({name: np.asarray(trace, np.float64).mean(axis=0) for name, trace in run.records.items()})
    for name in means[0]:
        # Chains of one data set share it, and differ in their noise alone.
        pairs = [mean[name].mean(axis=1) for mean in means]
        error = np.sqrt(sum((mean[name].var(axis=1, ddof=1) / mean[name].shape[1]) for mean in means))
        assert np.all(np.abs(pairs[0] - pairs[1]) < 4 * error + 0.005 * pairs[1]), name


@pytest.mark.parametrize("changed", [{"ridge": 0.0}, {"attention_variance": -1.0}, {"value_variance": np.inf}])
def test_scales_that_make_no_sense_are_refused(changed):
    with pytest.raises(BadInput):
        small(**changed)


def test_a_single_key_and_numbers_that_are_none_are_refused():
    energy, _, keys = small()
    keys = keys.astype(np.float32)
    for wrong in (keys[:, :, :1], np.full_like(keys, np.nan)):
        with pytest.raises(BadInput):
            attention_head(energy.queries, wrong, energy.targets, **SCALES)
