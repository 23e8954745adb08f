"""What the theory leaves of the exponents, the observables, and what is taught and started from."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cases.attention_head import observables, tiers
from cases.attention_head.case import CONTEXT, CROSSED_CONTEXT, CROSSED_DIMENSION, DIMENSION
from cases.attention_head.experiment import Head, least_energy, target
from cases.attention_head.theory import complete
from fieldbench.sampling.attention import HeadWeights, attention_head

EXPERIMENTS = [at for tier in ("standard", "crossed-over") for at in tiers.TIERS[tier].experiments]
EXPONENTS = [
    (CONTEXT, tiers.over_contexts, observables.context_exponent),
    (DIMENSION, tiers.over_dimensions, observables.dimension_exponent),
    (CROSSED_CONTEXT, tiers.crossed_over_contexts, observables.context_exponent),
    (CROSSED_DIMENSION, tiers.crossed_over_dimensions, observables.dimension_exponent),
]


def exponent(experiments, observable, order=None):
    """Of the theory, shifted by what one of its orders amounts to."""
    known = [complete(at)[Head.alignment] for at in experiments]
    values = np.array([[float(k.value + (k.sizes()[order] if order else 0.0)) for k in known]])
    return observable.function(experiments, observables.onset.function(experiments, values)).item()


@pytest.mark.parametrize(("check", "on", "observable"), EXPONENTS)
def test_what_the_theory_leaves_of_the_exponents(check, on, observable):
    """Every order moves all sizes together."""
    experiments = [at for at in EXPERIMENTS if on(at)]
    orders = [r.name for r in complete(experiments[0])[Head.alignment].remainders if r.name != "resolution"]
    left = sum(abs(exponent(experiments, observable, o) - exponent(experiments, observable)) for o in orders)
    assert left <= check.margin[0].value
    assert left > check.margin[0].value - 0.006


def test_exponents_of_power_laws_and_their_linear_noise():
    """A = .25 + .3 ln(P/P*), P* a power of d and L: found exactly, and noise of mean zero does not bias them."""
    experiments = [tiers.weak(d, 4, load) for d in (8, 12, 16) for load in tiers.LOADS]
    samples = np.array([at.samples for at in experiments], float)
    onset = np.array([7.0 * at.dimension**1.5 for at in experiments])
    noise = np.random.default_rng(0).normal(size=(4000, len(experiments))) * 0.01
    alignment = 0.25 + 0.3 * np.log(samples / onset) + noise - noise.mean(axis=0)
    found = observables.dimension_exponent.function(experiments, observables.onset.function(experiments, alignment))
    # The logarithm of the crossing is linear in the noise: no bias is left but rounding.
    assert found.mean() == pytest.approx(1.5, abs=1e-9)


def test_the_target_has_unit_variance_and_forgets_the_keys_mean():
    queries, keys = (
        jax.random.normal(jax.random.key(0), (1, 3, 40_000)),
        jax.random.normal(jax.random.key(1), (1, 3, 3, 40_000)),
    )
    y = np.asarray(target(queries, keys), np.float64)
    # Var y² = 9(L + 1)/(L − 1) − 1 = 17 at L = 3
    assert (y**2).mean() == pytest.approx(1.0, abs=5 * math.sqrt(17 / y.size))
    np.testing.assert_allclose(target(queries, keys + 2.5), y, atol=1e-4)


def test_the_start_at_the_target_answers_it_at_small_logits():
    """σ_A/σ_v = 10⁻⁶ leaves logits of .001, at most .01 over 200 samples: the second order beside the first."""
    at = Head(6, 3, 200, attention=1e-3, values=1e3)
    drawn = np.random.default_rng(2)
    queries, keys = (drawn.standard_normal(shape).astype(np.float32) for shape in ((1, 6, 200), (1, 6, 3, 200)))
    nothing = np.zeros((1, 2, 200), np.float32)
    energy = attention_head(queries, keys, nothing, ridge=1.0, attention_variance=1e-6, value_variance=1e6)
    weights = at.start(HeadWeights(jnp.zeros((1, 2, 6, 6), jnp.float32), jnp.zeros((1, 2, 6), jnp.float32)))
    outputs = energy.outputs(weights)
    np.testing.assert_allclose(outputs[:, 0], 0.0, atol=1e-6)
    np.testing.assert_allclose(outputs[0, 1], target(jnp.asarray(queries), jnp.asarray(keys))[0], atol=0.02)
    cost = jnp.sum(weights.attention[0, 1] ** 2) / 2 + jnp.sum(weights.values[0, 1] ** 2) / 2
    assert float(cost) == pytest.approx(least_energy(at), rel=1e-5)
