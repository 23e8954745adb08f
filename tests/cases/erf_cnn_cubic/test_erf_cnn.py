"""The erf CNN: known numbers of its theories, its sampler against the prior and half the step, its drawn points."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from cases.erf_cnn_cubic import theory
from cases.erf_cnn_cubic.experiment import Network
from cases.erf_cnn_cubic.points import points
from fieldbench.sampling import Underdamped
from fieldbench.theory.adaptation import KERNEL_RIDGE, RESPONSE

EQUIVALENT_KERNEL = replace(KERNEL_RIDGE, name="equivalent kernel", ridge="bare")
FIVE, ONE = Network(5, 50, 200, 1000, 20.0, 5.0), Network(1, 50, 200, 1000, 20.0, 5.0)


def saddle(at, approximation=RESPONSE):
    return theory.solved(theory.problem(at), approximation, at.cubic)


@pytest.mark.parametrize(("at", "linear", "cubic"), [(FIVE, 0.569, -0.111), (ONE, 0.8195, -0.118)])
def test_known_numbers_of_the_response_theory(at, linear, cubic):
    """Solved before with other code, rounded to three digits."""
    said = saddle(at)
    assert said[Network.linear] == pytest.approx(linear, abs=6e-4)
    assert said[Network.cubic_part] == pytest.approx(cubic, abs=6e-4)


def test_order_of_the_ridges():
    values = [saddle(FIVE, of)[Network.linear] for of in (EQUIVALENT_KERNEL, KERNEL_RIDGE)]
    assert values[0] == pytest.approx(0.602, abs=6e-4)
    assert values[0] > values[1] > saddle(FIVE)[Network.linear]


def test_a_network_that_hardly_learns_is_its_gaussian_process():
    """χ = 10⁻³ leaves g h² of order 10⁻⁴ in the action; fluctuations in 1/χ mean nothing there."""
    lazy = Network(3, 20, 100, 300, 1e-3, 2.0)
    for quantity, value in saddle(lazy).items():
        assert value == pytest.approx(theory.gaussian_process(lazy)[quantity], rel=1e-3)


def test_half_the_step_has_the_same_means():
    """Same data sets; each chain has some hundred effective draws of λ_t, with a standard deviation of a fifth."""
    at, keys = Network(2, 8, 24, 60, 10.0, 2.0, steps=1200), jax.random.split(jax.random.key(5), 8)
    whole, half = (at.measure(keys, sampler=Underdamped(step=step)) for step in (1.4, 0.7))
    for quantity in (Network.linear, Network.along, Network.across):
        shift = np.asarray(half[quantity]) - np.asarray(whole[quantity])
        assert abs(shift.mean()) < 4 * shift.std(ddof=1) / np.sqrt(8)


def test_almost_without_data_it_is_the_prior():
    """κ = 10⁶: λ_⊥ = ⟨S w_⊥²/(1 + 2|w|²)⟩ over the prior, which theory has at χ = 0."""
    at, keys = Network(2, 8, 24, 60, 1.0, 1e6, steps=1200), jax.random.split(jax.random.key(6), 8)
    found, known = at.measure(keys, sampler=Underdamped()), theory.gaussian_process(at)
    for quantity in (Network.along, Network.across):
        values = np.asarray(found[quantity])
        assert abs(values.mean() - known[quantity]) < 4 * values.std(ddof=1) / np.sqrt(8)


def test_drawn_points_are_the_same_and_in_their_ranges():
    assert points() == points()
    for at in points():
        assert 1 <= at.patches <= 10
        assert 20 <= at.size <= 50
        assert 100 <= at.channels <= 1000
        assert 20 <= at.mean_field <= 100
        assert 1 <= at.ridge <= 10
