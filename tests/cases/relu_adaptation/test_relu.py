"""ReLU networks: overlaps against a test set, the sampler against accepted steps, the theories in their limits."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cases.relu_adaptation import averaged, gaussian_weights, observables, theory
from cases.relu_adaptation.experiment import Network, learned
from cases.relu_adaptation.points import points
from cases.relu_adaptation.task import FOLD_NORM, data_sets, labels
from fieldbench.sampling import MetropolisAdjusted, Underdamped
from fieldbench.sampling.networks import Weights, fully_connected
from fieldbench.theory.adaptation import RELU, FoldMode
from fieldbench.theory.variational import adapt_population, relu

SMALL = Network(12, 60, 36, sets=2, time=60.0)


def test_overlaps_are_those_of_a_test_set():
    """400,000 points; five standard errors."""
    draw = np.random.default_rng(2)
    inputs, weights, readouts = (draw.standard_normal(shape) for shape in ((400_000, 4), (3, 4), (3, 1)))
    energy = fully_connected(np.ones((2, 4), np.float32), np.ones(2, np.float32), width=3, ridge=1.0, activation="relu")
    found = learned(energy, Weights(*(jnp.asarray(part, jnp.float32) for part in (weights, readouts))))
    outputs = np.maximum(inputs @ weights.T / 2, 0) @ readouts[:, 0] / math.sqrt(3)
    z = inputs[:, 0]
    for name, part in (("linear", z), ("even", np.abs(z) - math.sqrt(2 / math.pi))):
        direct = outputs * part
        assert float(found[name]) == pytest.approx(direct.mean(), abs=5 * direct.std() / math.sqrt(len(z)))


def test_parts_of_the_target_are_orthogonal_and_of_the_stated_power():
    inputs = np.random.default_rng(3).standard_normal((400_000, 1))
    z = inputs[:, 0]
    fold = labels(inputs, 1.0) - z
    assert (fold * z).mean() == pytest.approx(0, abs=0.01)
    assert (fold**2).mean() == pytest.approx(FOLD_NORM, abs=0.01)


def test_the_sampler_is_right_against_accepted_steps():
    """Langevin steps against half of them and against steps that are accepted or not: five standard errors."""
    keys = jax.random.split(jax.random.key(5), 8)
    whole, *others = (
        SMALL.measure(keys, sampler=sampler)
        for sampler in (Underdamped(), Underdamped(step=0.7), MetropolisAdjusted())
    )  # fmt: skip
    for quantity in (Network.linear, Network.even, Network.along):
        for other in others:
            apart = np.asarray(whole[quantity] - other[quantity])
            error = apart.std(axis=0, ddof=1) / math.sqrt(len(keys))
            assert np.all(np.abs(apart.mean(axis=0)) < 5 * error), quantity


def test_populations_of_a_quarter_of_the_neurons_stay_within_four_times_the_remainder():
    """What is left of the order 1/N is bounded by 1/N of the value: at N/4 by 4/N, beside four standard errors."""
    at = Network(24, 188, 48, sets=2)
    values, errors = theory.population(at)
    narrow, scatter = theory.population(at, neurons=at.width // 4)
    for what in (Network.linear, Network.even):
        apart, error = (narrow[what] - values[what]).mean(), np.linalg.norm([errors[what], scatter[what]]) / at.sets
        assert abs(apart) < 4 / at.width * values[what].mean() + 4 * error


def test_gaussian_weights_of_the_prior_are_a_population_without_feedback():
    at = Network(12, 60, 36, sets=1)
    said, (free, errors) = gaussian_weights.gaussian_process(at), theory.population(at, pull=1e-9)
    for what in (Network.linear, Network.even):
        assert said[what] == pytest.approx(free[what], abs=4 * errors[what].item() + 0.01)


def test_one_scale_is_that_of_its_equation():
    inputs, targets = theory.task(SMALL)
    kernel = gaussian_weights.Kernel("relu")(inputs[0], inputs[0])
    scale = gaussian_weights.kernel_scale(kernel, targets[0], 1.0)
    discrepancy = np.linalg.solve(scale * kernel + np.eye(36), targets[0])
    assert scale > 1
    assert 1 - 1 / scale == pytest.approx(discrepancy @ kernel @ discrepancy, rel=1e-9)


def test_linear_share_of_a_process_does_not_know_beta_and_its_fold_falls():
    quarter, whole = (averaged.averaged_process(Network(d, 750, 4 * d)) for d in (24, 96))
    assert whole[Network.linear] == pytest.approx(quarter[Network.linear], rel=0.01)
    assert whole[Network.even] == pytest.approx(quarter[Network.even] / 4, rel=0.1)


def test_slopes_along_beta():
    ladder = [Network(d, 100, load * d) for load in (2, 3) for d in (24, 48, 96)]
    powers = np.array([[at.dimension ** (0.1 * at.samples / at.dimension) for at in ladder]])
    assert observables.names(ladder) == ["n=2d", "n=3d"]
    assert observables.slopes(ladder, np.repeat(powers, 2, axis=0)) == pytest.approx(np.array([[0.2, 0.3]] * 2))


def test_data_are_the_same_whenever_asked_and_differ_from_set_to_set():
    first = data_sets(2, 5, 3)
    assert np.array_equal(first[0], data_sets(1, 5, 3)[0])
    assert not np.array_equal(first[0], first[1])


def test_drawn_points_lie_in_their_box():
    for at in points():
        assert 24 <= at.dimension <= 96
        assert 2 <= at.samples / at.dimension <= 4.03
        assert 0.15 <= at.fold <= 0.5
        assert 0.5 <= at.ridge <= 2


def test_the_fold_is_learned_through_odd_moments():
    """h = (Σtx·w + Σt|x·w|)/2 is read against an even J: a centred Gaussian has the second half alone."""
    at = Network(24, 188, 96, sets=1)
    (inputs,), (targets,) = theory.task(at)

    def halves(weights, fields):
        z = weights @ inputs.T
        features = np.maximum(z, 0)
        kernel = features.T @ features / len(z)
        discrepancy = np.linalg.solve(kernel + np.eye(at.samples), targets)
        m, q = weights[:, 0].astype(float), np.sum(weights**2, axis=1, dtype=float)
        fold = FoldMode().overlap(RELU, m, q - m**2) / theory.fold_power(at)
        return {
            "odd": np.mean(z @ discrepancy / 2 * fold),
            "even": np.mean(np.abs(z) @ discrepancy / 2 * fold),
            "skewness": np.mean(m * np.abs(m)) / np.mean(m**2),
        }

    found = adapt_population(
        inputs,
        targets,
        width=at.width,
        ridge=1.0,
        mean_field=at.width,
        activation=relu,
        observe=halves,
        neurons=500,
        time=10.0,
    ).means
    assert found["odd"] > 5 * found["even"]
    assert found["skewness"] > 0.2
