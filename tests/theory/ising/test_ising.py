"""Kaufman's finite lattice, the transfer-matrix moments and the scaling built on them, against plain enumeration."""

import itertools
from dataclasses import astuple, replace
from functools import cache

import numpy as np
import pytest
from scipy import integrate, special

from fieldbench.errors import BadInput
from fieldbench.theory.ising import onsager as ising
from fieldbench.theory.ising import scaling
from fieldbench.theory.ising.transfer import torus_moments

COUPLINGS = (0.2, ising.CRITICAL_COUPLING, 0.6)


@cache
def _states(size):
    """All configurations' S = Σ ss, M and row-averaged s(0)s(L/2)."""
    spins = np.array(list(itertools.product((1, -1), repeat=size**2)), dtype=np.int8).reshape(-1, size, size)
    bonds = (spins * np.roll(spins, 1, 1) + spins * np.roll(spins, 1, 2)).sum(axis=(1, 2)).astype(float)
    pairs = (spins * np.roll(spins, size // 2, 1)).mean(axis=(1, 2))
    return bonds, spins.sum(axis=(1, 2)).astype(float), pairs


def _average(size, coupling):
    weights = np.exp(coupling * (_states(size)[0] - 2 * size**2))
    return lambda values: weights @ values / weights.sum()


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("coupling", COUPLINGS)
def test_kaufman_is_enumeration(size, coupling):
    """Rounding of sums over 2¹⁶ states, times up to L⁴ in the heat."""
    average, bonds = _average(size, coupling), _states(size)[0]
    lattice = ising.kaufman(size, coupling)
    variance = average(bonds**2) - average(bonds) ** 2
    np.testing.assert_allclose(lattice.energy, -average(bonds) / size**2, rtol=1e-12)
    np.testing.assert_allclose(lattice.heat, coupling**2 * variance / size**2, rtol=1e-10)


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("coupling", COUPLINGS)
def test_transfer_matrix_is_enumeration(size, coupling):
    average, (bonds, magnetisation, pairs) = _average(size, coupling), _states(size)
    square, exact = magnetisation**2, torus_moments(size, coupling)

    def slope(values):
        return average(values * bonds) - average(values) * average(bonds)

    second, fourth = average(square), average(square**2)
    binder_slope = (2 * fourth * slope(square) / second - slope(square**2)) / (3 * second**2)
    found = [exact.susceptibility, exact.binder, exact.correlation, exact.energy]
    wanted = [second / size**2, 1 - fourth / (3 * second**2), average(pairs), -average(bonds) / size**2]
    np.testing.assert_allclose(found, wanted, rtol=1e-11)
    np.testing.assert_allclose(exact.susceptibility_slope, slope(square) / size**2, rtol=1e-10)
    np.testing.assert_allclose(exact.binder_slope, binder_slope, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(exact.correlation_slope, slope(pairs), rtol=1e-10)


@pytest.mark.parametrize("size", [6, 8, 10])
def test_the_two_exact_methods_agree(size):
    for coupling in COUPLINGS:
        np.testing.assert_allclose(
            torus_moments(size, coupling).energy, ising.kaufman(size, coupling).energy, rtol=1e-12
        )


@pytest.mark.parametrize("temperature", [1.8, 2.0, 3.0])
def test_large_lattice_is_onsagers(temperature):
    """Off T_c finite size is exponentially small: −coth 2K [1 + (2/π)(2 tanh² 2K − 1) K₁(k)], k = 2 sinh/cosh² 2K."""
    double = 2.0 / temperature
    modulus = 2 * np.sinh(double) / np.cosh(double) ** 2
    bulk = -(1 + 2 / np.pi * (2 * np.tanh(double) ** 2 - 1) * special.ellipk(modulus**2)) / np.tanh(double)
    np.testing.assert_allclose(ising.kaufman(128, 1 / temperature).energy, bulk, rtol=1e-10)


def test_heat_is_the_derivative_of_the_energy():
    between = [2.1, 2.5]
    heat = integrate.quad(lambda t: ising.kaufman(16, 1 / t).heat, *between, epsabs=1e-11)[0]
    first, second = (ising.kaufman(16, 1 / t).energy for t in between)
    np.testing.assert_allclose(heat, second - first, rtol=1e-9)


def test_critical_energy_tends_to_root_two():
    """E = −√2 − c/L: twice the size, half the distance, up to order 1/L³."""
    distances = [ising.kaufman(n, ising.CRITICAL_COUPLING).energy - ising.bulk_critical_energy() for n in (64, 128)]
    assert abs(distances[0] / distances[1] - 2) < 1e-3
    np.testing.assert_allclose(np.sinh(2 * ising.CRITICAL_COUPLING), 1.0, rtol=1e-15)


def test_exponents_of_the_universality_classes():
    """γ/ν = 2 − η and 2β/ν = η; percolation and three Potts states as tabulated."""
    assert astuple(scaling.ISING) == (1.75, -0.25, 1.0, 0.0)
    assert astuple(scaling.MEAN_FIELD) == (2.0, 0.0, 2.0, 0.0)
    np.testing.assert_allclose(astuple(scaling.PERCOLATION), (43 / 24, -5 / 24, 0.75, 0.0), rtol=1e-15)
    np.testing.assert_allclose(astuple(scaling.POTTS_3), (26 / 15, -4 / 15, 1.2, 0.0), rtol=1e-15)


def test_mean_field_s_cumulant_is_that_of_a_quartic_density():
    second, fourth = (
        integrate.quad(lambda m, p=p: m**p * np.exp(-(m**4)), 0, 8)[0]
        / integrate.quad(lambda m: np.exp(-(m**4)), 0, 8)[0]
        for p in (2, 4)
    )
    np.testing.assert_allclose(ising.MEAN_FIELD_BINDER, 1 - fourth / (3 * second**2), rtol=1e-9)


def test_cluster_variation_lies_between_onsager_and_bethe():
    """2.4257 J/k_B, as tabulated for the square."""
    assert ising.CRITICAL_TEMPERATURE < ising.KIKUCHI_TEMPERATURE < ising.BETHE_TEMPERATURE
    assert abs(ising.KIKUCHI_TEMPERATURE - 2.4257) < 5e-5


def test_corrections_predict_sizes_they_were_not_fitted_to():
    """Of the exact torus of 8 the first correction alone misses what the second brings, and both predict 6."""
    powers = np.array(astuple(scaling.ISING))
    exact = np.array(astuple(scaling.exact_values(8)))
    first = np.array(astuple(scaling.corrected(8, scaling.ORDERS[:1])))
    leading = np.array(astuple(scaling.corrected(1e9))) * (8 / 1e9) ** powers
    assert np.all(np.abs(exact / leading - 1) > 1e-3)
    np.testing.assert_allclose(first, exact, rtol=1e-4)
    np.testing.assert_allclose(astuple(scaling.corrected(8)), exact, rtol=1e-12)
    np.testing.assert_allclose(astuple(scaling.corrected(6)), astuple(scaling.exact_values(6)), rtol=3e-4)


@pytest.mark.parametrize("orders", [(7 / 4, 4.0), (7 / 4, 3.0), (7 / 4, 2.0, 4.0), (7 / 4, 2.0, 3.0)])
def test_other_orders_stay_within_what_the_second_and_third_bring(orders):
    """The premise of the case's remainder: whatever orders are taken, the law of larger sizes hardly moves."""
    for size in (16.0, 24.0, 32.0, 64.0, 96.0):
        first, second, third = (np.array(astuple(scaling.corrected(size, scaling.ORDERS[:n]))) for n in (1, 2, 3))
        left = np.abs(second - first) + np.abs(third - second)
        assert np.all(np.abs(astuple(scaling.corrected(size, orders)) - second) < 1.2 * left)


def test_exact_exponents_fall_to_the_limit():
    """The premise of every remainder of the case: an octave below is worse."""
    limits = np.array(astuple(scaling.ISING))
    distances = [np.abs(np.array(astuple(scaling.exact_exponents(size))) - limits) for size in (2, 4, 6)]
    assert np.all(distances[0] > 1.5 * distances[1])
    assert np.all(1.5 * distances[1] > 2.0 * distances[2])
    left = np.abs(np.array(astuple(scaling.extrapolated_exponents())) - limits)
    step = np.abs(astuple(scaling.last_step()))
    assert np.all(left < step)
    assert np.all(step < distances[2] * 2)


def test_binder_cumulants_fall_to_the_universal_value():
    distances = [torus_moments(n, ising.CRITICAL_COUPLING).binder - ising.CRITICAL_BINDER for n in (4, 6, 8, 10, 12)]
    assert all(a > b > 0 for a, b in itertools.pairwise(distances))


def test_crossing_of_straight_lines_is_exact():
    small, large = (
        replace(torus_moments(4, 0.44), binder=0.6 + slope * (0.44 - 0.45), binder_slope=slope) for slope in (1.0, 3.0)
    )
    np.testing.assert_allclose(scaling.binder_crossing(small, large, 0.44), 1 / 0.45)


@pytest.mark.parametrize(
    "call",
    [
        lambda: ising.kaufman(1, 0.4),
        lambda: ising.kaufman(8, 0.0),
        lambda: ising.kaufman(8, np.inf),
        lambda: torus_moments(5, 0.4),
        lambda: torus_moments(14, 0.4),
        lambda: scaling.exact_exponents(8),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(BadInput):
        call()
