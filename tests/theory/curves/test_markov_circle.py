"""Interpolation with a Markov kernel: against regression, sums over modes, closed limits and another quadrature."""

import numpy as np
import pytest
from scipy import integrate

from fieldbench.errors import BadInput
from fieldbench.theory.curves import markov_circle
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.kernels.spectrum import Spectrum

MODES = 40_000


@pytest.mark.parametrize("mass", [0.3, 1.0, 7.0])
def test_kernel_is_the_sum_over_modes(mass):
    k, angles = np.arange(1, MODES), np.array([0.0, 0.4, 3.0, 6.0])
    levels = markov_circle.eigenvalues(mass, k)
    summed = 1.0 / mass**2 + 2.0 * (levels * np.cos(angles[:, None] * k)).sum(axis=1)
    # What is left out is at most 2 Σ_{k ≥ MODES} k⁻².
    np.testing.assert_allclose(markov_circle.kernel(mass, angles), summed, rtol=0.0, atol=2.0 / (MODES - 1.0))


@pytest.mark.parametrize(("samples", "mass"), [(2, 1.0), (5, 3.0), (12, 0.5)])
def test_learnabilities_against_regression(samples, mass):
    # In the weights of the regression itself: ⟨(f − y)²⟩ over the circle on a grid, no mode sums and no gaps.
    rng, sets, ks = np.random.default_rng(samples), 4000, np.array([0, 1, 2])
    places = rng.uniform(0.0, 2.0 * np.pi, (sets, samples))
    at = rng.uniform(0.0, 2.0 * np.pi, (sets, 1))
    gram = markov_circle.kernel(mass, places[:, :, None] - places[:, None, :])
    weights = np.linalg.solve(gram, markov_circle.kernel(mass, at - places)[:, :, None])[:, :, 0]
    shifts = np.exp(1j * ks[:, None, None] * (places - at))
    missed = np.abs(1.0 - (weights * shifts).sum(axis=2)) ** 2
    learned = (weights * shifts.real).sum(axis=2)
    found = {
        "error": (missed, markov_circle.interpolation_error(samples, mass, ks)),
        "learned": (learned, markov_circle.learnability(samples, mass, ks)),
        "noise": ((weights**2).sum(axis=1)[None], np.array([markov_circle.noise_gain(samples, mass)])),
    }
    for measured, exact in found.values():
        spread = measured.std(axis=1) / np.sqrt(sets)
        assert np.all(np.abs(measured.mean(axis=1) - exact) < 5.0 * spread + 1e-9)


@pytest.mark.parametrize(("samples", "mass"), [(3, 1.0), (20, 0.2), (50, 9.0)])
def test_posterior_variance_is_what_is_not_learned(samples, mass):
    k = np.arange(1, samples + 1)
    kept = markov_circle.learnability(samples, mass, np.append(0, k))
    first = (1.0 - kept[0]) / mass**2 + 2.0 * np.sum(markov_circle.eigenvalues(mass, k) * (1.0 - kept[1:]))
    beyond = markov_circle.kernel(mass, 0.0) - 1.0 / mass**2 - 2.0 * markov_circle.eigenvalues(mass, k).sum()
    # Modes beyond k = P are learned to between 0 and what the last one is, up to the alternating sign of its tail.
    assert first < markov_circle.posterior_variance(samples, mass) < first + 1.001 * beyond


def test_limit_of_many_samples():
    scaled, samples = np.array([0.02, 0.3, 1.0, 4.0, 6.0]), 100_000
    exact = markov_circle.interpolation_error(samples, 1e-3, scaled * samples / (2.0 * np.pi))
    np.testing.assert_allclose(markov_circle.limiting_error(scaled), exact, rtol=20.0 / samples)


def test_limit_by_another_quadrature():
    # Exponential distances a and b, without the closed form.
    def missed(b, a, q):
        return abs(1.0 - (b * np.exp(-1j * q * a) + a * np.exp(1j * q * b)) / (a + b)) ** 2 * np.exp(-a - b)

    for q in (0.5, 2.0):
        value, _ = integrate.dblquad(missed, 1e-12, 40.0, 1e-12, 40.0, args=(q,), epsabs=1e-7, epsrel=1e-6)
        assert abs(markov_circle.limiting_error(q) - value) < 1e-5


def test_limit_is_smooth_where_series_and_closed_form_meet():
    left, right = markov_circle.limiting_error(np.array([0.1 - 1e-9, 0.1 + 1e-9]))
    assert abs(right / left - 1.0) < 1e-7  # 4 · 2e-8 of slope, and rounding 1e-16/1e-4
    assert markov_circle.limiting_error(0.0) == 0.0
    assert abs(markov_circle.limiting_error(1e6) - 5.0 / 3.0) < 1e-9


def test_effective_ridge_in_the_limit():
    samples, q = 2000, np.array([1, 300, 2000])
    k = np.arange(MODES)
    levels, counts = markov_circle.eigenvalues(1e-3, k), np.where(k > 0, 2.0, 1.0)
    rest = float(markov_circle.kernel(1e-3, 0.0) - levels @ counts)
    for mode in q:
        power = np.where(k == mode, 1.0, 0.0)
        curve = effective_ridge(Spectrum(levels, counts, unresolved=rest), samples, 0.0, target=power)
        limit = markov_circle.limiting_effective_ridge(2.0 * np.pi * mode / samples)
        # The constant mode takes one sample: relative 1/P, fourfold in q⁴.
        assert abs(curve.test_error[0] / limit - 1.0) < 10.0 / samples


@pytest.mark.parametrize(("samples", "mass", "wave"), [(1, 1.0, 1), (10, 0.0, 1), (10, 1.0, 11)])
def test_refusals(samples, mass, wave):
    with pytest.raises(BadInput):
        markov_circle.interpolation_error(samples, mass, wave)
