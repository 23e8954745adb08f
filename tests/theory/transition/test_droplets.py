"""The transition in the limit: the source's numbers, the closure at large finite β, and what degenerate means."""

import math

import numpy as np
import pytest
from scipy import special

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import Approximation, hermite_modes, solve, staircase
from fieldbench.theory.fluctuations import saddle
from fieldbench.theory.transition import Ray, critical_noise, phase

SPREAD = 8 / 700  # σ_a² at β = 1
FREE = Ray(3000**2 * SPREAD / (150 * 700), 3000 * SPREAD / 150, 0.5, -0.3)
FROZEN = Ray(FREE.squared_strength, FREE.gain, 0.5, -0.3, frozen_radius=True)
PRINTED = Ray(FREE.squared_strength, FREE.gain, 0.5, -0.3, frozen_radius=True, closure_factor=0.5)


def on_the_ray(beta, noise):
    """The finite network."""
    width, dimension = 700 * beta, round(150 * math.sqrt(beta))
    variance = 8 / 700**2 / beta**1.5 * width**2
    return staircase(
        dimension=dimension, samples=3000 * beta, width=width, ridge=noise * width, chi=width, cubic=-0.3,
        weight_variance=0.5, readout_variance=variance,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ray", "noise", "invariant"), [(FROZEN, 0.1787, 30.67), (PRINTED, 0.2062, 23.03), (FREE, 0.2171, 20.78)]
)
def test_where_the_transition_is(ray, noise, invariant):
    found = critical_noise(ray)
    assert found == pytest.approx(noise, abs=5e-5)
    assert ray.invariant(found) == pytest.approx(invariant, abs=5e-3)


@pytest.mark.parametrize("ray", [FROZEN, FREE])
@pytest.mark.parametrize("noise", [0.3, 0.15, 0.1])
def test_the_finite_closure_tends_to_it(ray, noise):
    """To a part in d of it and log d of that, by a solver of its own."""
    approximation = Approximation(
        "bare", hermite_modes(1, 3, 5, 7, 9), ridge="bare", frozen_radius=ray.frozen_radius, degree=1
    )
    limit = phase(ray, noise)
    expected = np.array([limit.linear, 1 - limit.cubic / ray.cubic])
    for beta in (64, 576):
        found = saddle(solve(on_the_ray(beta, noise), approximation))
        left = np.abs([1 - found.linear, found.cubic / ray.cubic] - expected)
        dimension = 150 * math.sqrt(beta)
        assert np.all(left < 2 * math.log(dimension) / dimension), (beta, left)


@pytest.mark.parametrize("noise", [0.21, 0.15, 0.08])
def test_no_neuron_lies_deeper_than_the_two_wells(noise):
    found = phase(FREE, noise)
    m, r = np.meshgrid(np.linspace(0.02, 3, 400), np.geomspace(0.02, 1.0, 400), indexing="ij")
    values = found.action(m, r)
    assert values.min() > -1e-9
    assert abs(float(found.action(np.asarray(found.overlap), np.asarray(found.radius)))) < 1e-9


@pytest.mark.parametrize("noise", [0.3, 0.15, 0.08])
def test_the_closure_holds(noise):
    """In functions of z by quadrature: f = σ_a²⟨h erf(vz)⟩ of central well and droplets, h = E[(y − f) erf(vz)]."""
    found, gain = phase(FREE, noise), FREE.gain / noise
    z, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    slope = 2 / math.sqrt(math.pi) / math.sqrt(1 + 2 * 0.5)  # E[z erf(vz)] = slope · m of a central neuron
    central = FREE.central_variance(found.linear, noise) * slope**2 * found.linear * z
    drop = special.erf(found.overlap / math.sqrt(1 + 2 * found.radius) * z)
    at_well = float(found.field(np.asarray(found.overlap), np.asarray(found.radius)))
    f = gain * (central + found.droplets * at_well * drop)
    left = z - 0.3 * (z**3 - 3 * z) - f
    assert weights @ (left * z) == pytest.approx(found.linear, abs=1e-6)
    assert weights @ (left * (z**3 - 3 * z)) / 6 == pytest.approx(found.cubic, abs=1e-6)
    assert weights @ (left * drop) == pytest.approx(at_well, rel=1e-5)


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
