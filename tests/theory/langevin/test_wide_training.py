"""An infinitely wide network in training: its prior, its posterior, the equation of motion, and a wide network."""

import math

import jax
import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.sampling import EulerMaruyama, Weights, fully_connected, sample_preconditioned
from fieldbench.theory.kernels import Kernel
from fieldbench.theory.langevin import wide_training

DRAW = np.random.default_rng(5)
TRAIN, TEST = DRAW.normal(size=(12, 4)), DRAW.normal(size=(5, 4))
TARGETS = 2 * TRAIN[:, 0]
FACTS = {"ridge": 0.3, "width": 40, "hidden_variance": 0.5, "readout_variance": 2.0}
KERNEL = Kernel("erf", weight_variance=0.5, readout_variance=2.0)


def test_starts_at_the_prior_and_ends_at_the_posterior():
    found = wide_training(TRAIN, TARGETS, TEST, [0.0, 1e4], **FACTS)
    assert found.mean[0] == pytest.approx(0, abs=1e-12)
    assert found.variance[0] == pytest.approx(KERNEL.diagonal(TEST))
    assert found.train_error[0] == pytest.approx(np.mean(TARGETS**2) + np.mean(KERNEL.diagonal(TRAIN)))
    across, noisy = KERNEL(TEST, TRAIN), KERNEL(TRAIN, TRAIN) + 0.3 * np.eye(12)
    assert found.mean[1] == pytest.approx(across @ np.linalg.solve(noisy, TARGETS), rel=1e-6)
    told = np.sum(across * np.linalg.solve(noisy, across.T).T, axis=1)
    assert found.variance[1] == pytest.approx(KERNEL.diagonal(TEST) - told, rel=1e-6)


def test_the_mean_error_falls_at_the_rate_of_the_tangent_kernel():
    """d⟨f⟩/dt at t = 0 is Θ y/σ², Θ = N⟨φφ'⟩ + σ_a²⟨φ'φ''⟩ x·x', the latter in closed form for erf."""
    step = 1e-7
    slope = wide_training(TRAIN, TARGETS, TEST, [step], **FACTS).mean[0] / step
    norms = [1 + np.sum(points**2, axis=1) * 2 * 0.5 / 4 for points in (TEST, TRAIN)]
    products = TEST @ TRAIN.T
    slopes = 4 / math.pi / np.sqrt(np.outer(*norms) - (2 * 0.5 / 4 * products) ** 2)
    tangent = 40 / 2.0 * KERNEL(TEST, TRAIN) + 2.0 * slopes * products
    # Degrees above 9 have its rate: a third less than their own, of 10⁻³ of the kernel at the largest |x|².
    assert slope == pytest.approx(tangent @ TARGETS / 0.3, rel=3e-3)


def test_a_wide_network_trains_like_it():
    """Forty networks of N = 600: standard errors of two per cent; the step's and 1/N's parts are held below five."""
    width, times = 600, np.array([0.002, 0.01])
    facts = FACTS | {"width": width}
    inputs = np.broadcast_to(TRAIN.astype(np.float32), (1, 12, 4))
    targets = np.broadcast_to(TARGETS.astype(np.float32), (1, 40, 12))
    energy = fully_connected(inputs, targets, width=width, ridge=0.3, hidden_variance=0.5, readout_variance=2.0)
    scale = Weights(math.sqrt(4 / 0.5), math.sqrt(width / 2.0))
    run = sample_preconditioned(
        EulerMaruyama(step=1.0), energy, energy.prior(jax.random.key(0)), jax.random.key(1), scale=scale,
        curvature=1 / 4e-5, steps=250, burn_in=0, thin=50,
        observe=lambda weights: {"train": ((energy.outputs(weights) - energy.targets) ** 2).mean(-1)},
    )  # fmt: skip
    found = np.asarray(run.records["train"], np.float64)[[0, 4], 0]
    expected = wide_training(TRAIN, TARGETS, TEST, times, **facts).train_error
    error = found.std(axis=1, ddof=1) / math.sqrt(40)
    assert np.all(np.abs(found.mean(axis=1) - expected) < 4 * error + 0.05 * expected)


def test_refuses_what_does_not_fit():
    with pytest.raises(BadInput, match="do not fit"):
        wide_training(TRAIN, TARGETS[:-1], TEST, [0.0], **FACTS)
    with pytest.raises(BadInput, match="starts at zero"):
        wide_training(TRAIN, TARGETS, TEST, [-1.0], **FACTS)
