"""Energies of two-layer networks: gradients, prior, posterior of a linear readout, and bad input."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree
from scipy import special

from fieldbench.errors import BadInput
from fieldbench.sampling import convolutional, fully_connected
from fieldbench.sampling.networks import two_layer as networks

KEY = jax.random.key(3)
FUNCTIONS = {"erf": special.erf, "relu": lambda z: np.maximum(z, 0), "linear": lambda z: z}


def network(activation):
    """Own data for each group, shared data over patches, and a single chain: the three shapes of a batch."""
    rng = np.random.default_rng(3)
    shared, own, patches, targets = (rng.normal(size=s) for s in ((20, 5), (2, 20, 5), (20, 4, 5), (2, 3, 20)))
    options = {"width": 7, "ridge": 0.5, "feature_scale": 3.0, "activation": activation}
    variances = {"hidden_variance": 0.7, "readout_variance": 1.3}
    return {
        "erf": fully_connected(own, targets, **options, **variances),
        "relu": convolutional(patches, targets[0], **options, **variances),
        "linear": fully_connected(shared, targets[0, 0], **options),
    }[activation]


def drawn(energy, seed):
    """Whitened weights of every chain."""
    rng, (patches, _, dimension) = np.random.default_rng(seed), energy.inputs.shape[-3:]
    shapes = (*energy.batch, energy.width, dimension), (*energy.batch, energy.width, patches)
    return networks.Weights(*(jnp.asarray(rng.normal(size=shape)) for shape in shapes))


@jax.jit
def both_gradients(energy, weights):
    """By hand, and by automatic differentiation of the value."""
    return energy.gradient(weights), jax.grad(lambda w: energy.value(w).sum())(weights)


@pytest.mark.parametrize("activation", ["erf", "relu", "linear"])
def test_the_hand_written_gradient_is_the_derivative(activation):
    energy = network(activation)
    mine, theirs = both_gradients(energy, drawn(energy, 5))
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("activation", ["erf", "relu", "linear"])
def test_the_energy_is_the_formula_of_the_docstring(activation):
    """U = (χ/2κ)Σ(f − y)² + ½|ω|² + ½|α|² with f written out in numpy, patch by patch."""
    rng = np.random.default_rng(0)
    inputs, targets = rng.normal(size=(6, 4, 5)), rng.normal(size=6)
    energy = convolutional(
        inputs,
        targets,
        width=7,
        ridge=0.5,
        feature_scale=3.0,
        hidden_variance=0.7,
        readout_variance=1.3,
        activation=activation,
    )
    weights = energy.prior(KEY)
    hidden = np.asarray(weights.hidden) * np.sqrt(0.7 / 5)
    readout = np.asarray(weights.readout) * np.sqrt(1.3 / (7 * 4 * 3.0))
    outputs = np.zeros(6)
    for patch in range(4):
        outputs += FUNCTIONS[activation](inputs[:, patch] @ hidden.T) @ readout[:, patch]
    prior = (np.asarray(weights.hidden) ** 2).sum() / 2 + (np.asarray(weights.readout) ** 2).sum() / 2
    np.testing.assert_allclose(energy.value(weights), 3.0 / (2 * 0.5) * ((outputs - targets) ** 2).sum() + prior)


def test_chains_are_independent_of_their_neighbours():
    energy = network("erf")
    weights = drawn(energy, 3)
    gradient = jax.jit(type(energy).gradient)
    together = gradient(energy, weights)
    changed = jax.tree.map(lambda w: w.at[0, 0].set(0.0), weights)
    for before, after in zip(together, gradient(energy, changed), strict=True):
        np.testing.assert_array_equal(before[1], after[1])
        np.testing.assert_array_equal(before[0, 1:], after[0, 1:])


@pytest.mark.parametrize("activation", ["erf", "relu", "linear"])
def test_how_many_chains_share_a_product_changes_nothing(activation, monkeypatch):
    """Float64 sums of 20 terms in another order differ by 20 · 2⁻⁵³ of their largest term, here of order 10."""
    energy = network(activation)
    weights = drawn(energy, 8)
    found = []
    for cached in (1, 3 * 7 * 4 * 20, 10**9):  # one chain a block, some, all
        monkeypatch.setattr(networks, "_CACHED", cached)
        both = jax.jit(lambda e, w: (*e.gradient(w), e.value(w)))  # traced anew
        found.append(np.concatenate([np.ravel(part) for part in both(energy, weights)]))
    np.testing.assert_allclose(found[1], found[0], rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(found[2], found[0], rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("activation", ["erf", "relu", "linear"])
def test_the_curvature_covers_the_largest_eigenvalue_of_the_hessian(activation):
    """Largest eigenvalue of the exact Hessian at a draw of the prior: the step rule must not be unstable there."""
    inputs = np.random.default_rng(60).normal(size=(60, 6))
    energy = fully_connected(inputs, inputs[:, 0], width=12, ridge=0.5, feature_scale=5.0, activation=activation)
    flat, restore = ravel_pytree(drawn(energy, 60))
    gradient = jax.jit(lambda v: ravel_pytree(energy.gradient(restore(v)))[0])
    width = 1e-5  # central differences of the hand-written gradient: exact to 1e-8, and quick to compile
    rows = [np.asarray(gradient(flat + width * e) - gradient(flat - width * e)) for e in np.eye(flat.size)]
    hessian = np.array(rows) / (2 * width)
    np.testing.assert_allclose(hessian, hessian.T, atol=1e-4 * np.abs(hessian).max())
    largest = float(np.linalg.eigvalsh(hessian)[-1])
    assert largest < 4 * float(energy.curvature), "a step of h√curvature = 1 is stable up to four times the estimate"
    assert largest > float(energy.curvature) / 40, "the estimate is so large that chains would crawl"


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"targets": jnp.ones(7)}, "fit"),
        ({"targets": jnp.full(6, jnp.nan)}, "NaN"),
        ({"targets": jnp.ones(6, jnp.float32)}, "dtype"),
        ({"ridge": -1.0}, "ridge"),
        ({"width": 0}, "width"),
        ({"feature_scale": float("nan")}, "feature_scale"),
        ({"activation": "swish"}, "swish"),
    ],
)
def test_bad_input_is_named(change, message):
    arguments = {"targets": jnp.ones(6), "width": 3, "ridge": 0.5, **change}
    with pytest.raises(BadInput, match=message):
        fully_connected(jnp.ones((6, 2)), arguments.pop("targets"), **arguments)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("key", [jax.random.PRNGKey(0), 0])
def test_a_key_without_a_type_is_refused_before_anything_is_drawn(key):
    with pytest.raises(BadInput, match=r"pass a typed key, jax\.random\.key\(seed\)"):
        network("erf").prior(key)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("which", ["inputs", "targets"])
def test_float64_is_never_sampled_in_float32_in_silence(which):
    arrays = {"inputs": np.ones((6, 2), np.float32), "targets": np.ones(6, np.float32)}
    arrays[which] = arrays[which].astype(np.float64)
    with jax.enable_x64(False), pytest.raises(BadInput, match=rf"{which} are float64 and JAX's 64-bit numbers are"):
        fully_connected(arrays["inputs"], arrays["targets"], width=3, ridge=0.5)
    with jax.enable_x64(False):
        asked = fully_connected(np.ones((6, 2), np.float32), np.ones(6, np.float32), width=3, ridge=0.5)
    assert asked.inputs.dtype == jnp.float32
