"""What exact lattices leave open at larger ones: it falls with size, and covers what larger exact lattices show."""

from dataclasses import astuple

import jax
import numpy as np
import pytest

from cases.ising_universality.experiment import NotConnected, Torus
from cases.ising_universality.theory import binder_left, coupling_resolution, crossing_left, exponents_left, heat_step
from fieldbench.errors import BadInput
from fieldbench.sampling.ising import wolff
from fieldbench.theory.ising import kaufman, onsager, scaling, torus_moments


def test_an_octave_below_eight_is_from_four_to_eight():
    distances = np.abs(np.array(astuple(scaling.exact_exponents(4))) - astuple(scaling.ISING))
    assert astuple(exponents_left(8)) == tuple(distances)
    assert astuple(exponents_left(9)) == tuple(distances)
    assert exponents_left(12) == exponents_left(96)  # no larger exact pair than 6 and 12


def test_the_universal_value_is_approached_from_half_the_size():
    distances = [torus_moments(n, onsager.CRITICAL_COUPLING).binder - onsager.CRITICAL_BINDER for n in (4, 8)]
    assert [binder_left(8), binder_left(128)] == distances


def test_crossing_remainder_covers_the_exact_crossing_of_larger_sizes():
    """The pair 6, 12 is one that the remainder at 8 (from 4, 8) has to cover."""
    small, large = (torus_moments(n, 1 / 2.25) for n in (6, 12))
    left = crossing_left(8, 1 / 2.25)
    stepped = scaling.binder_crossing(small, large, 1 / 2.25)
    assert 0.0 < left.curvature < left.shift
    assert abs(stepped - onsager.CRITICAL_TEMPERATURE) < left.shift + left.curvature


def test_coupling_resolution_moves_the_exponent_by_its_remainder():
    """To first order: the second is of the relative size of the shift itself, 1.5 %."""
    exact = torus_moments(12, onsager.CRITICAL_COUPLING)
    shifted = torus_moments(12, onsager.CRITICAL_COUPLING + coupling_resolution(12))
    shift = np.log2(shifted.susceptibility / exact.susceptibility)
    np.testing.assert_allclose(shift, exponents_left(8).susceptibility, rtol=0.015)


def test_heat_grows_by_the_logarithm_s_amplitude():
    """Of order 1/L: half as far at twice the size."""
    left = [heat_step(size) - onsager.SPECIFIC_HEAT_AMPLITUDE for size in (64, 128)]
    assert left[0] / left[1] == pytest.approx(2.0, rel=0.05)
    heats = [kaufman(n, onsager.CRITICAL_COUPLING).heat for n in (64, 128)]
    assert heat_step(64) * np.log(2.0) == pytest.approx(heats[1] - heats[0])


def test_a_size_without_an_octave_below_is_refused():
    with pytest.raises(BadInput, match="no exact torus"):
        exponents_left(3)


def test_without_the_product_of_averages_the_slope_is_that_of_plain_moments():
    """dU/dK with ⟨O S⟩ alone, from the moments of all traces."""
    torus, key = Torus(4, chains=64, steps=50, temperature=onsager.CRITICAL_TEMPERATURE), jax.random.key(0)
    traces = wolff(key, torus.coupling, size=4, chains=64, steps=50, burn_in=12)
    bonds, square = np.asarray(traces.bonds, float), np.asarray(traces.magnetisation, float) ** 2
    second, fourth = square.mean(), (square**2).mean()
    plain = (2 * fourth * (square * bonds).mean() / second - (square**2 * bonds).mean()) / (3 * second**2)
    right, wrong = torus.measure(key), torus.as_broken(NotConnected).measure(key)
    assert wrong[Torus.binder_slope] == pytest.approx(plain, rel=1e-10)
    assert abs(plain) > 3 * abs(right[Torus.binder_slope])
