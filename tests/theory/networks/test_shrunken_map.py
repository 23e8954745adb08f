"""What a linear network learns of a noisy matrix: the leading map, its limits, both corrections by exact sampling."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq

from fieldbench.sampling.networks import LinearPrior, gibbs_chain, lazy_start
from fieldbench.theory.networks.linear_cnn import LinearCNN, adapted, response_modes
from fieldbench.theory.networks.shrunken_map import ShrunkenMap, shrink

VALUES = np.array([0.03, 0.4, 1.0, 2.5])
SIGMAS = 5.0


@pytest.mark.parametrize("coupling", [0.0, 5.0, 500.0])
@pytest.mark.parametrize("r", [0.1, 4.0, 40.0])
def test_shrunken_values_solve_their_equation(coupling, r):
    b, slope, x = shrink(VALUES, coupling, r)

    def stationary(trial, value):
        adapted_to = (1 + math.sqrt(1 + 4 * coupling * trial**2)) / 2
        return trial * (1 + r / adapted_to) - value

    expected = [brentq(stationary, 0, value, args=(value,), xtol=1e-15) for value in VALUES]
    np.testing.assert_allclose(b, expected, rtol=1e-11)
    np.testing.assert_allclose(x**2 - x, coupling * b**2, rtol=1e-9, atol=1e-12)
    step = 1e-5 * VALUES
    numerical = (shrink(VALUES + step, coupling, r)[0] - shrink(VALUES - step, coupling, r)[0]) / (2 * step)
    np.testing.assert_allclose(slope, numerical, rtol=1e-7)


def test_derivatives_at_the_clean_teacher_are_the_response_modes():
    model = LinearCNN.on_ray(1.0, ridge=1.0)
    found = adapted(model, 211, connected=False)
    r = found.effective_ridge * model.dimension / 211
    b, slope, x = shrink(np.array([1.0]), model.coupling, r)
    rho = response_modes(model, found.ratio, 1.0, 1 - 1 / found.ratio)[1]
    assert x[0] == pytest.approx(found.ratio, rel=1e-9)
    assert slope[0] == pytest.approx(rho[0] / (rho[0] + r), rel=1e-9)
    # Turning the left or the right singular vector moves B by b/y, a mode of the teacher's own eigenvalue.
    assert b[0] == pytest.approx(rho[2] / (rho[2] + r), rel=1e-9)


@pytest.mark.parametrize(("patches", "size"), [(3, 5), (5, 3), (4, 4)])
def test_divergence_against_a_numerical_jacobian(patches, size):
    noisy = np.random.default_rng(3).normal(size=(patches, size))
    of = ShrunkenMap(LinearCNN(patches, size, 100, 100.0, 1.0), 2.0)

    def learned(matrix):
        left, values, right = np.linalg.svd(matrix, full_matrices=False)
        return (left * of.mean(values[::-1])[::-1]) @ right

    step, total = 1e-5, 0.0
    for index in np.ndindex(patches, size):
        shift = np.zeros((patches, size))
        shift[index] = step
        total += (learned(noisy + shift) - learned(noisy - shift))[index] / (2 * step)
    values = np.linalg.svd(noisy, compute_uv=False)[::-1]
    assert of.divergence(values) == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize(("patches", "size", "r"), [(3, 4, 2.0), (5, 3, 1.0)])
def test_first_orders_against_exact_sampling(patches, size, r):
    """The sampler sees the NS unit matrices as inputs and Y as targets, with noise τ = r/(χd): the channel itself."""
    channels, mean_field, sweeps, values = 150, 30.0, 8000, np.array([0.15, 0.5, 1.3])
    model = LinearCNN(patches, size, channels, mean_field, 1.0)
    of = ShrunkenMap(model, r)
    noisy = np.zeros((patches, size))
    noisy[range(3), range(3)] = values
    prior = LinearPrior(channels, mean_field, r / model.dimension)
    units = jnp.eye(model.dimension).reshape(-1, patches, size)
    found = gibbs_chain(
        jax.random.key(1), units, jnp.asarray(noisy.ravel()), lazy_start(prior, size), prior=prior, sweeps=sweeps,
        observe=lambda state: jnp.concatenate([jnp.diag(state.mean), size / channels * jnp.diag(state.weight_gram)]),
    )  # fmt: skip
    batches = np.asarray(found)[200:].reshape(60, -1, 3 + size).mean(axis=1)
    error = batches.std(axis=0, ddof=1) / math.sqrt(60)
    along, across = of.kernel(values)
    expected = np.concatenate([of.mean(values), along, np.full(size - 3, across)])
    b, _, x = shrink(values, model.coupling, r)
    first = np.abs(expected - np.concatenate([b, x, np.ones(size - 3)]))
    # The second order is smaller by (N + S)/C, by the noise's τ d/b² of the largest value, or by both.
    second = first * ((patches + size) / channels + of.temperature * model.dimension / b[-1] ** 2)
    deviation = np.abs(batches.mean(axis=0) - expected)
    assert np.all(deviation < SIGMAS * error + second)
    # It could fail: without the first orders something lies outside.
    assert np.any(first > SIGMAS * error + second)


def test_an_unlearned_network_keeps_its_prior():
    """As τ → ∞ nothing is known, ⟨B⟩ → 0 and ⟨Ω⟩ → 1: what finite C takes from Ω given B, B's own prior gives back."""
    patches, size, channels = 4, 6, 1000
    of = ShrunkenMap(LinearCNN(patches, size, channels, 100.0, 1.0), 1e5)
    along, across = of.kernel(np.array([0.1, 0.2, 0.3, 0.4]))
    np.testing.assert_allclose(along, 1.0, atol=1e-3 * patches / channels)
    assert across == pytest.approx(1.0, abs=1e-3 * patches / channels)
