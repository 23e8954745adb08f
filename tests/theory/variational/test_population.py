"""A population of neurons against closed forms of linear ones, the prior, half its step; ReLU's overlaps and slopes."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.kernels import Kernel
from fieldbench.theory.variational import adapt, adapt_population, identity, relu, relu_overlap

RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(20, 7))
TARGETS = np.sign(INPUTS[:, 0]) + 0.3 * RNG.normal(size=20)
NETWORK = {"width": 30.0, "ridge": 0.7, "mean_field": 20.0}


def moments(weights, fields):
    """Learned along the first entry by linear neurons, and the weights' variances over the prior's."""
    variances = weights.shape[1] * np.mean(weights**2, axis=0)
    return {"learned": np.mean(fields * weights[:, 0]), "along": variances[0], "across": variances[1:].mean()}


def test_linear_neurons_have_the_closed_form():
    """Σ of all entries that adapt, E[f z] = (ΣXᵀt)_1; four standard errors, and 2/M of the value for the order 1/M."""
    exact = adapt(INPUTS, TARGETS, **NETWORK)
    found = adapt_population(
        INPUTS, TARGETS, activation=identity, observe=moments, neurons=1000, time=60.0, curvature=1.0, **NETWORK
    )
    expected = {
        "learned": (exact.covariance @ INPUTS.T @ exact.discrepancy)[0],
        "along": 7 * exact.covariance[0, 0],
        "across": (7 * np.trace(exact.covariance) - 7 * exact.covariance[0, 0]) / 6,
    }
    assert expected["along"] > 2
    for name, value in expected.items():
        assert found.means[name] == pytest.approx(value, abs=4 * found.errors[name] + 0.002 * value), name


def test_without_feedback_neurons_are_those_of_the_prior():
    found = adapt_population(
        INPUTS, TARGETS, width=1e6, ridge=0.7, mean_field=1e-6, activation=relu, observe=moments, neurons=1000
    )
    for name in ("along", "across"):
        assert found.means[name] == pytest.approx(1.0, abs=4 * found.errors[name])


def test_half_the_step_has_the_same_averages():
    whole, half = (
        adapt_population(
            INPUTS, TARGETS, activation=relu, observe=moments, neurons=500, time=60.0, step=step, seed=seed, **NETWORK
        )
        for step, seed in ((1.4, 1), (0.7, 2))
    )
    for name in ("along", "across"):
        error = np.hypot(whole.errors[name], half.errors[name])
        assert whole.means[name] == pytest.approx(half.means[name], abs=4 * error), name


def test_relu_overlap_is_the_dual_kernel():
    """Of the prior, XXᵀ/d, and of a covariance C Cᵀ/d, which is the prior's on inputs XC."""
    assert relu_overlap(INPUTS @ INPUTS.T / 7)[0] == pytest.approx(Kernel("relu")(INPUTS, INPUTS), abs=1e-14)
    turned = INPUTS @ RNG.normal(size=(7, 7))
    assert relu_overlap(turned @ turned.T / 7)[0] == pytest.approx(Kernel("relu")(turned, turned), abs=1e-13)


def test_slope_of_the_relu_overlap():
    factor = RNG.normal(size=(5, 8))
    overlaps, slope, turn = (part @ part.T for part in (factor, RNG.normal(size=(5, 5)), RNG.normal(size=(5, 5))))
    up, down = (np.sum(slope * relu_overlap(overlaps + shift * turn)[0]) for shift in (1e-5, -1e-5))
    assert np.sum(relu_overlap(overlaps)[1](slope) * turn) == pytest.approx((up - down) / 2e-5, rel=1e-7)


def test_a_looser_minimum_of_relu_neurons_is_the_same_to_its_gradient():
    """F is of order one and so is its curvature: observables are off by about the gradient that is left."""
    loose, tight = (adapt(INPUTS, TARGETS, overlap=relu_overlap, stationary=s, **NETWORK) for s in (1e-5, 1e-9))
    assert tight.residual < 1e-9
    assert loose.covariance == pytest.approx(tight.covariance, abs=1e-4)


def test_bad_input():
    given = {"activation": relu, "observe": moments, **NETWORK}
    with pytest.raises(BadInput, match="need"):
        adapt_population(INPUTS, TARGETS[:3], **given)
    with pytest.raises(BadInput, match="positive"):
        adapt_population(INPUTS, TARGETS, neurons=0, **given)
