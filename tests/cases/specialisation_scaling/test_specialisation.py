"""Specialised neurons: leading constants in closed form, what the theory leaves of the exponents, half the step."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import erfc

from cases.specialisation_scaling import observables, theory
from cases.specialisation_scaling.case import OF_COUNT, OF_ONSET
from cases.specialisation_scaling.experiment import Network, cubic, moments, observed
from cases.specialisation_scaling.tiers import LOADS, WIDTHS
from fieldbench.sampling import Underdamped
from fieldbench.sampling.networks import Weights, fully_connected
from fieldbench.theory.adaptation import ERF, hermite_overlap

LADDER = [Network(20, width, load) for width in WIDTHS for load in LOADS]


def test_leading_constant_of_the_number_of_neurons():
    """E = min |m|√6/|J_3| = 9.77 at m² = 3, M = E/m² = 3.26 A√(N/d); the theory is there to 1/d at N/d = 10⁴."""
    energy = minimize_scalar(
        lambda m: math.sqrt(6) * m / abs(hermite_overlap(ERF, 3, m, 1 + m**2)), bounds=(0.5, 4), method="bounded"
    )
    assert energy.x == pytest.approx(math.sqrt(3), rel=1e-4)
    assert energy.fun == pytest.approx(9.0 * math.sqrt(6 * math.pi) / 4, rel=1e-6)
    assert theory.far(200, 10_000)[1] / observables.LEVEL == pytest.approx(energy.fun / 3, rel=4 / 200)


def test_share_beyond_a_border():
    """Of a Gaussian: linear interpolation within cells of .09 is off by the cell squared over 24 of the slope."""
    m = np.arange(0, 45) * 0.09
    weights = np.exp(-(m**2) / 2)
    weights[0] /= 2
    found = theory.beyond(weights / weights.sum(), m, np.array([0.8, 1.0, 2.5]))
    assert found == pytest.approx(erfc(np.array([0.8, 1.0, 2.5]) / math.sqrt(2)), abs=0.09**2 / 2)


def test_control_variates_have_no_mean():
    z, weights = np.polynomial.hermite_e.hermegauss(20)
    each = moments(z[:, None])
    assert weights @ each / weights.sum() == pytest.approx(0, abs=1e-12)
    assert weights @ cubic(z) ** 2 / weights.sum() == pytest.approx(1)


def values(quantity, size=None, which=()):
    """Of the theory on the ladder, (1, points), shifted by what one of its remainders amounts to."""
    known = [theory.complete(at)[quantity] for at in LADDER]
    shift = [0.0 if size is None else each.sizes()[size] for each in known]
    return np.array([[np.asarray(k.value + s)[which] for k, s in zip(known, shift, strict=True)]], np.float64)


def onset_exponent(size=None):
    samples = observables.onset.function(LADDER, values(Network.alignment, size))
    return observables.onset_exponent.function(LADDER, samples).item()


def count_exponent(size=None, sign=1):
    alignment = values(Network.alignment)
    moved = alignment + sign * (values(Network.alignment, size) - alignment)
    return observables.per_alignment(LADDER, values(Network.specialised, size, (1,)), moved).item()


def test_what_the_theory_leaves_of_the_exponents():
    """Every order moves all sizes together; those of M and A in the worse of both directions."""
    orders = [r.name for r in theory.complete(LADDER[0])[Network.alignment].remainders if r.name != "resolution"]
    onset = sum(abs(onset_exponent(name) - onset_exponent()) for name in orders)
    count = sum(max(abs(count_exponent(name, s) - count_exponent()) for s in (1, -1)) for name in orders)
    assert onset == pytest.approx(OF_ONSET[0].value, abs=0.0005)
    assert count == pytest.approx(OF_COUNT[0].value, abs=0.001)
    assert onset_exponent() == pytest.approx(0.36, abs=0.005)
    assert count_exponent() == pytest.approx(0.59, abs=0.005)


def test_observables_of_power_laws_and_their_linear_noise():
    """A = .16 + .1 ln(P/P*), M a power: both are found exactly, and noise of mean zero does not bias them."""
    widths, samples = (np.array([[getattr(at, name) for at in LADDER]]) for name in ("width", "samples"))
    alignment = 0.16 + 0.1 * np.log(samples / (50 * widths**0.4))
    noise = np.array([[1.0], [-1.0]]) * 0.02
    found = observables.onset.function(LADDER, alignment + noise)
    assert np.exp(np.log(found).mean(axis=0)) == pytest.approx(50 * np.array(WIDTHS) ** 0.4)
    assert observables.slope(LADDER, np.log(found)).mean() == pytest.approx(0.4)
    exact = observables.per_alignment(LADDER, alignment * widths**0.6, alignment)
    assert exact == pytest.approx(0.6)
    noisy = observables.per_alignment(LADDER, alignment * widths**0.6 + 10 * noise, alignment)
    assert noisy.mean() == pytest.approx(0.6)


def test_neurons_beyond_the_borders_are_counted_on_both_sides():
    energy = fully_connected(np.ones((1, 3, 4), np.float32), np.ones((1, 3), np.float32), width=5, ridge=1.0)
    hidden = np.zeros((1, 5, 4), np.float32)
    hidden[0, :, 0] = 2 * np.array([0.7, 0.9, -0.9, -1.1, 1.2])  # σ_w/√d = ½
    weights = Weights(jnp.asarray(hidden), jnp.ones((1, 5, 1), jnp.float32))
    assert observed(energy, weights)["specialised"].tolist() == [[4, 2]]


def test_half_the_step_has_the_same_means():
    """Same data sets, chains of their own: differences within five of their standard errors."""
    at, keys = Network(8, 24, 19.0, time=60.0), jax.random.split(jax.random.key(3), 8)
    whole, half = (at.measure(keys, sampler=Underdamped(step=step)) for step in (1.4, 0.7))
    for quantity in (Network.alignment, Network.linear, Network.specialised):
        apart = np.asarray(whole[quantity] - half[quantity])
        error = apart.std(axis=0, ddof=1) / math.sqrt(len(keys))
        assert np.all(np.abs(apart.mean(axis=0)) < 5 * error)
