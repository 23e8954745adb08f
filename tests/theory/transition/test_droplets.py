"""The transition in the limit: the source's numbers, the closure at large finite β, and what degenerate means."""

import math

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import RESPONSE, SLIDE, saddle, solve, staircase
from fieldbench.theory.transition import Ray, action, critical_noise, phase

SPREAD = 8 / 700  # σ_a² at β = 1
FREE = Ray(3000**2 * SPREAD / (150 * 700), 3000 * SPREAD / 150, 0.5, -0.3)
FROZEN = Ray(FREE.squared_strength, FREE.gain, 0.5, -0.3, frozen_radius=True)
PRINTED = Ray(FREE.squared_strength, FREE.gain, 0.5, -0.3, frozen_radius=True, closure_factor=0.5)


def on_the_ray(beta, noise, samples=1):
    """The finite network; more samples at the same n/σ² leave the ridge of the response nothing to add."""
    width, dimension = 700 * beta, round(150 * math.sqrt(beta))
    variance = 8 / 700**2 / beta**1.5 * width**2
    n = 3000 * beta * samples
    return staircase(
        dimension=dimension, samples=n, width=width, ridge=noise * width * samples, chi=width, cubic=-0.3,
        weight_variance=0.5, readout_variance=variance,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ray", "noise", "invariant"), [(FROZEN, 0.1787, 30.67), (PRINTED, 0.2062, 23.03), (FREE, 0.2171, 20.78)]
)
def test_where_the_transition_is(ray, noise, invariant):
    found = critical_noise(ray)
    assert found == pytest.approx(noise, abs=5e-5)
    assert ray.invariant(found) == pytest.approx(invariant, abs=5e-3)


@pytest.mark.parametrize(("ray", "approximation"), [(FROZEN, SLIDE), (FREE, RESPONSE)])
@pytest.mark.parametrize("noise", [0.3, 0.15, 0.1])
def test_the_finite_closure_tends_to_it(ray, approximation, noise):
    """With log(d)/d, the depth that holds a fraction 1/d of the neurons."""
    limit = phase(ray, noise)
    expected = np.array([limit.linear, 1 - limit.cubic / ray.cubic])
    left = []
    for beta in (64, 1024):
        found = saddle(solve(on_the_ray(beta, noise, samples=10**6), approximation))
        left.append(np.abs([1 - found.linear, found.cubic / ray.cubic] - expected))
    assert np.all(left[1] < 0.012)
    assert np.all(left[1] < 0.5 * left[0] + 1e-6)


@pytest.mark.parametrize("noise", [0.21, 0.15, 0.08])
def test_no_neuron_lies_deeper_than_the_two_wells(noise):
    found = phase(FREE, noise)
    m, r = np.meshgrid(np.linspace(0.02, 3, 400), np.geomspace(0.02, 1.0, 400), indexing="ij")
    values = action(FREE, noise, found, m, r)
    assert values.min() > -1e-9
    assert abs(float(action(FREE, noise, found, np.asarray(found.overlap), np.asarray(found.radius)))) < 1e-9


@pytest.mark.parametrize("noise", [0.3, 0.15, 0.08])
def test_the_closure_holds(noise):
    """(2) written out: with K of central well and droplets, the discrepancy is what K leaves of the target."""
    found, gain = phase(FREE, noise), FREE.gain / noise
    root = math.sqrt(1 + 2 * (found.radius + found.overlap**2))
    first = 2 / math.sqrt(math.pi) * found.overlap / root
    third = -4 / math.sqrt(math.pi) * found.overlap**3 / root**3 / math.sqrt(6)
    kernel = found.droplets * np.outer([first, third], [first, third])
    kernel[0, 0] += found.central_variance * 4 / math.pi / (1 + 2 * 0.5)
    left = (np.eye(2) + gain * kernel) @ [found.linear, math.sqrt(6) * found.cubic]
    np.testing.assert_allclose(left, [1, -0.3 * math.sqrt(6)], rtol=1e-6)


def test_droplets_come_in_continuously():
    """One part in a hundred below σ_c² there are few, and b is where it was."""
    at = critical_noise(FREE)
    above, below = phase(FREE, 1.0001 * at), phase(FREE, 0.99 * at)
    assert above.droplets == 0 < below.droplets < 0.2
    assert below.linear == pytest.approx(above.linear, rel=0.03)


def test_what_cannot_be_is_refused():
    with pytest.raises(BadInput, match="ε < 0"):
        Ray(1.0, 1.0, 0.5, 0.1)
    with pytest.raises(BadInput, match="raise it"):
        phase(FREE, 0.02)
