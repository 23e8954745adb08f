"""The dynamics against an exact linear problem, half the step, curvature in training; what is read of its curves."""

import math

import jax
import numpy as np
import pytest
from jax.tree_util import Partial
from scipy.special import erf

from cases.delayed_generalisation import experiment, observables, theory
from cases.delayed_generalisation.curves import norm
from cases.delayed_generalisation.experiment import RECORDS, STEP, FrozenFeatures, Training, curvature
from fieldbench.sampling import EulerMaruyama, Weights, sample_preconditioned

SMALL = Training(75, 7.7)
TINY = {"width": 24, "readout": 4.0, "dimension": 6, "samples": 30, "noise": 0.2, "horizon": 0.2}


def test_frozen_features_follow_the_linear_step_exactly():
    """Mean and covariance of a ← a − h(Ha − b) + √(2h) ξ after each step, H = N/σ_a² + ΦᵀΦ/σ²: no error but chance."""
    at, keys = FrozenFeatures(**TINY), jax.random.split(jax.random.key(1), 32)
    energy, initial, _ = at.prepared(keys)
    measured = np.asarray(at.measure(keys)[Training.train][:, -1])
    weights = energy.physical(initial)
    inputs, labels = np.asarray(energy.inputs[:, 0], np.float64), np.asarray(energy.targets, np.float64)
    expected, after = np.zeros(32), at.thin * np.arange(1, RECORDS + 1)[experiment.bins()[-1]]
    for one in range(32):
        features = erf(inputs[one] @ np.asarray(weights.hidden[one], np.float64).T)
        rates, vectors = np.linalg.eigh(at.width / at.readout * np.eye(at.width) + features.T @ features / at.noise)
        start, end = vectors.T @ np.asarray(weights.readout[one, :, 0]), vectors.T @ features.T @ labels[one] / at.noise
        end, outputs, left = end / rates, features @ vectors, (1 - at.step * rates) ** after[:, None]
        mean = end + left * (start - end)
        spread = 2 * at.step * (1 - left**2) / (1 - (1 - at.step * rates) ** 2)
        errors = ((mean @ outputs.T - labels[one]) ** 2).sum(axis=1) + spread @ (outputs**2).sum(axis=0)
        expected[one] = errors.mean() / (labels[one] ** 2).sum()
    ratio = measured / expected
    assert abs(ratio.mean() - 1) < 4 * ratio.std(ddof=1) / math.sqrt(32)
    assert ratio.std(ddof=1) < 0.5


def test_half_the_step_has_the_same_curves(monkeypatch):
    """Same data sets and starts, noise of its own: differences of mean logarithms within five standard errors."""
    at, keys = Training(**TINY), jax.random.split(jax.random.key(3), 24)
    whole = at.measure(keys)
    monkeypatch.setattr(experiment, "STEP", STEP / 2)
    half = at.measure(keys)
    apart = np.log(whole[Training.test] / half[Training.test])[:, 2:]
    assert np.all(np.abs(apart.mean(axis=0)) < 5 * apart.std(axis=0, ddof=1) / math.sqrt(24) + 0.02)
    learned = (whole[Training.cubic_learned] - half[Training.cubic_learned])[:, 2:]
    assert np.all(np.abs(learned.mean(axis=0)) < 5 * learned.std(axis=0, ddof=1) / math.sqrt(24) + 0.01)


def test_training_keeps_the_step_stable():
    """Curvature, tangent Gram over σ² plus the prior's, after training: the step stays below its limit of two."""
    at, keys = SMALL, jax.random.split(jax.random.key(2), 4)
    energy, initial, noise = at.prepared(keys)
    scale = Weights(math.sqrt(at.dimension / experiment.HIDDEN_VARIANCE), math.sqrt(at.width / at.readout))
    end = sample_preconditioned(
        EulerMaruyama(step=STEP), energy, initial, noise, scale=scale, curvature=curvature(at), steps=4000, burn_in=0,
        thin=4000, observe=Partial(lambda weights: {"readout": weights.readout}),
    ).final  # fmt: skip
    weights = energy.physical(end)
    for one in range(4):
        inputs, hidden = np.asarray(energy.inputs[one, 0]), np.asarray(weights.hidden[one])
        fields, readout = inputs @ hidden.T, np.asarray(weights.readout[one, :, 0])
        features, slopes = erf(fields), 2 / math.sqrt(math.pi) * np.exp(-(fields**2)) * readout
        gram = features @ features.T + (slopes @ slopes.T) * (inputs @ inputs.T)
        assert STEP * (at.width / at.readout + np.linalg.eigvalsh(gram)[-1] / at.noise) / curvature(at) < 1.6


def test_norm_is_that_of_a_test_set():
    draw = np.random.default_rng(0)
    hidden, readout, tests = draw.normal(size=(5, 3)), draw.normal(size=(5, 1)), draw.normal(size=(200_000, 3))
    outputs = erf(tests @ hidden.T) @ readout[:, 0]
    error = (outputs**2).std() / math.sqrt(len(tests))
    assert float(norm(Weights(hidden[None], readout[None]))[0]) == pytest.approx(np.mean(outputs**2), abs=4 * error)


def test_time_of_a_share_of_a_fall():
    time = np.array([0.0, 1.0, 2.0, 4.0])
    assert observables.level_time(time, np.array([1.0, 0.5, 0.25, 0.0]), 0.75) == pytest.approx(2.0)
    assert observables.level_time(time, np.array([1.0, 1.2, 0.9, 0.0]), 0.9) == pytest.approx(2 + 2 * 0.8 / 0.9)
    assert math.isnan(observables.level_time(time, np.array([1.0, 1.2, 1.3, 1.1])))


def test_delay_and_late_fall_of_made_curves():
    """A test error that follows the training error has no delay, one ten times slower has ln 10."""
    at = Training(112, 7.7)
    train, slow = np.exp(-5 * (1 - np.exp(-at.time / 1e-3))), np.exp(-(1 - np.exp(-at.time / 1e-2)))
    assert observables.delay.function(at, train[None], (train**0.1)[None]) == pytest.approx(0)
    # Linear between bins a factor of 1.55 apart.
    assert observables.delay.function(at, train[None], slow[None]) == pytest.approx(math.log(10), abs=0.2)
    assert observables.late_fall.function(at, train[None], slow[None]) == pytest.approx(math.exp(-0.23), abs=0.05)


def test_infinitely_wide_network_is_not_late():
    found = theory.curves(SMALL)
    train, test = found[Training.train][None], found[Training.test][None]
    assert observables.delay.function(SMALL, train, test) < 0
    assert abs(observables.late_fall.function(SMALL, train, test)) < 0.02
