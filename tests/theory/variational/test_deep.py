"""The deep variational theory: its gradient, limits, stationary equation with the sign, and first correction."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.kernels import Kernel
from fieldbench.theory.variational import adapt, adapt_deep, continued, deep, erf_overlap, neuron_kurtosis, rescale

RNG = np.random.default_rng(4)
INPUTS = RNG.normal(size=(14, 9))
TARGETS = INPUTS[:, 0] + 0.2 * RNG.normal(size=14)
NETWORK = {"ridge": 0.3, "mean_field": 4.0}
PLAIN = {"fluctuations": 0.0, "bulk": 0.0}


@pytest.mark.parametrize(("activation", "layers"), [("erf", 1), ("erf", 2), ("erf", 3), ("linear", 2)])
def test_the_gradient_is_the_derivative(activation, layers):
    """Central differences of step 1e-5 leave 1e-8 of values of order ten."""
    draw = np.random.default_rng(layers)
    inputs, targets = draw.normal(size=(5, 6)), draw.normal(size=5)
    problem = deep._Problem(
        inputs, targets, np.array([9.0, 11.0, 13.0])[:layers], np.array([1.1, 1.3, 0.8, 1.2])[: layers + 1], 0.3, 2.5,
        deep._ACTIVATIONS[activation], 0.7, 0.9, 0.8,
    )  # fmt: skip
    sizes = [6] + [5] * (layers - 1)
    factors = tuple(np.tril(np.eye(m) + 0.2 * draw.normal(size=(m, m))) for m in sizes)
    state = deep._forward(factors, problem)
    slopes, through_t = deep._reverse(factors, state, problem)
    for layer in range(layers):
        direction = np.tril(draw.normal(size=factors[layer].shape))
        up, down = (
            deep._forward((*factors[:layer], factors[layer] + s * direction, *factors[layer + 1 :]), problem).value
            for s in (1e-5, -1e-5)
        )
        assert (up - down) / 2e-5 == pytest.approx(np.sum(slopes[layer] * direction), abs=1e-6)
    direction = draw.normal(size=5)
    up, down = (deep._forward(factors, problem._replace(targets=targets + s * direction)).value for s in (1e-5, -1e-5))
    along = direction @ (2.5 * state.discrepancy + state.inverse @ through_t)
    assert (up - down) / 2e-5 == pytest.approx(along, abs=1e-6)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_infinitely_wide_it_is_the_gaussian_process(layers):
    """At N = 10¹⁰ kernels have moved by 1e-9 and less."""
    found = adapt_deep(INPUTS, TARGETS, widths=(1e10,) * layers, **NETWORK)
    kernel = Kernel("erf", layers)(INPUTS, INPUTS)
    assert found.following[-1] == pytest.approx(kernel, abs=1e-8)
    assert found.discrepancy == pytest.approx(np.linalg.solve(kernel + 0.3 * np.eye(14), TARGETS), abs=1e-7)
    assert found.weights == pytest.approx(np.ones(layers), abs=1e-8)


@pytest.mark.parametrize("determinant", [0.0, 1.0])
def test_one_hidden_layer_is_the_two_layer_theory(determinant):
    found = adapt_deep(INPUTS, TARGETS, widths=(40.0,), determinant=determinant, stationary=1e-9, **PLAIN, **NETWORK)
    known = adapt(INPUTS, TARGETS, width=40.0, overlap=erf_overlap, determinant=determinant, **NETWORK)
    assert found.kernels[0] == pytest.approx(INPUTS @ known.covariance @ INPUTS.T, abs=1e-7)
    assert found.discrepancy == pytest.approx(known.discrepancy, abs=1e-7)
    assert found.weights[0] == pytest.approx(np.trace(known.covariance), abs=1e-7)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_sign_of_the_second_layers_equation(sign):
    """K_2⁻¹ = Q_2⁻¹ − (1/N_2) ∂_K Tr[(χttᵀ − δA⁻¹)Q_3]: minus where F has + ½ log det A, the printed plus at δ = −1."""
    found = adapt_deep(INPUTS, TARGETS, widths=(30.0, 50.0), determinant=sign, stationary=1e-7, **PLAIN, **NETWORK)
    first, second = found.following
    inverse = np.linalg.inv(second + 0.3 * np.eye(14))
    t = inverse @ TARGETS
    pull = erf_overlap(found.kernels[1])[1](4.0 * np.outer(t, t) - sign * inverse)
    left = np.linalg.inv(first) - np.linalg.inv(found.kernels[1])
    scale = np.abs(pull / 50).max()
    assert left == pytest.approx(pull / 50, abs=1e-4 * scale)


def test_linear_network_without_determinant_is_rescaled():
    """Two layers: its mean predictor is that of one number, as it is for every entry of the covariance."""
    found = adapt_deep(
        INPUTS, TARGETS, widths=(40.0,), activation="linear", determinant=0.0, stationary=1e-9, **PLAIN, **NETWORK
    )
    scalar = rescale(INPUTS, TARGETS, width=40.0, trace=0.0, **NETWORK)
    assert found.discrepancy == pytest.approx(scalar.discrepancy, abs=1e-7)


def test_the_first_correction_of_a_linear_network_is_that_of_its_exact_evidence():
    """n_eff = 25: what is left of the plain action's error is of the order 2/n_eff + n_eff/N."""
    draw = np.random.default_rng(7)
    inputs = draw.normal(size=(60, 30))
    targets = inputs[:, 0]
    network = {"ridge": 0.3, "mean_field": 1.0}
    for width in (100.0, 400.0):
        exact = targets @ rescale(inputs, targets, width=width, **network).discrepancy
        plain, corrected = (
            targets @ adapt_deep(inputs, targets, widths=(width,), activation="linear", **terms, **network).discrepancy
            for terms in (PLAIN, {})
        )
        assert abs(corrected - exact) < (2 / 25 + 25 / width + 0.1) * abs(plain - exact)
        assert abs(plain - exact) > 0.5 * 25 / width * 0.3 * exact


def test_continuation_and_a_fresh_start_find_one_minimum():
    last = continued(INPUTS, TARGETS, [(1000, 1000), (100, 100), (40, 40)], **NETWORK)[-1]
    fresh = adapt_deep(INPUTS, TARGETS, widths=(40, 40), **NETWORK)
    assert last.following[-1] == pytest.approx(fresh.following[-1], abs=1e-5)
    assert max(last.residual, fresh.residual) < 1e-6


def test_neurons_of_the_prior_are_gaussian_and_a_taught_one_is_flatter():
    directions = TARGETS[:, None] / np.linalg.norm(TARGETS)
    values = []
    for width in (1e8, 20.0):
        found = adapt_deep(INPUTS, TARGETS, widths=(width, width), **NETWORK)
        values.append(
            neuron_kurtosis(
                found, INPUTS, TARGETS, directions, layer=2, widths=(width, width), variances=(1.0,) * 3, **NETWORK
            )
        )
    assert abs(values[0].value[0]) < 1e-4
    assert values[1].value[0] < -3 * values[1].error[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"widths": ()}, "L ≥ 1"),
        ({"widths": (10.0, -1.0)}, "positive"),
        ({"activation": "tanh"}, "unknown"),
        ({"targets": TARGETS[:3]}, "need"),
    ],
)
def test_bad_input_is_named(change, message):
    with pytest.raises(BadInput, match=message):
        adapt_deep(**({"inputs": INPUTS, "targets": TARGETS, "widths": (10.0,), **NETWORK} | change))
