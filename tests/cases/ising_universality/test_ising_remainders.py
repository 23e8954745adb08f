"""What exact lattices say of larger ones, against exact lattices and against plain moments of the traces."""

import jax
import numpy as np
import pytest

from cases.ising_universality.experiment import NotConnected, Torus
from cases.ising_universality.theory import (
    ONSAGER,
    POWERS,
    crossing_of,
    exact,
    heat_step,
    of_class,
    series,
    universality,
)
from fieldbench.errors import BadInput
from fieldbench.sampling.ising import wolff
from fieldbench.theory.ising import kaufman, onsager, scaling, torus_moments


def test_laws_are_exact_where_exact_tori_fixed_them():
    """To rounding at 8; what the second correction brings is seen, and less than a tenth of the first."""
    eight, torus = Torus(8, temperature=ONSAGER), torus_moments(8, onsager.CRITICAL_COUPLING)
    law, first, none = universality(eight), series(1, eight), series(0, eight)
    for quantity, name in POWERS.items():
        value = getattr(torus, name)
        np.testing.assert_allclose(law[quantity].value, value, rtol=1e-12)
        assert 0.0 < abs(first[quantity] - value) < 0.1 * abs(none[quantity] - value)


def test_other_classes_differ_by_their_exponents_alone():
    """From 12 to 24 the ratio of three Potts states to Ising is 2^{4/15 − 1/4} in G, the inverse in χ."""
    small, large = (
        [of_class(scaling.POTTS_3, Torus(size, temperature=ONSAGER)), universality(Torus(size, temperature=ONSAGER))]
        for size in (12, 24)
    )
    for quantity, power in ((Torus.susceptibility, -1 / 60), (Torus.correlation, -1 / 60), (Torus.binder_slope, 0.2)):
        assert small[0][quantity] == pytest.approx(float(small[1][quantity].value))
        assert large[0][quantity] / float(large[1][quantity].value) == pytest.approx(2.0**power)


def test_crossing_is_exact_for_the_pairs_that_it_was_carried_from():
    """At 4, 8 and at 6, 12, from any coupling; and larger pairs stepped from T_c cross nearer to it, as L^{−11/4}."""
    for size in (4, 6):
        small, large = (torus_moments(n, 1 / 2.25) for n in (size, 2 * size))
        assert crossing_of(size, 1 / 2.25) == pytest.approx(scaling.binder_crossing(small, large, 1 / 2.25), rel=1e-12)
    left = [crossing_of(size, onsager.CRITICAL_COUPLING) - onsager.CRITICAL_TEMPERATURE for size in (4, 6, 8, 4096)]
    assert abs(left[0]) > 2.0 * abs(left[1]) > 3.0 * abs(left[2]) > 1e-4
    assert abs(left[3]) < 1e-5
    with pytest.raises(BadInput, match="begin at 4"):
        crossing_of(2, 0.44)


def test_energy_s_resolution_is_a_thousandth_of_the_coupling():
    """To first order, d²E/dK² left out: a thousandth of the difference itself."""
    at = Torus(16, temperature=2.3)
    known, moved = exact(at)[Torus.energy], exact(at, off=1e-3)[Torus.energy]
    assert known.value == kaufman(16, at.coupling).energy
    size = float(known.sizes()["resolution: a thousandth of the coupling"])
    np.testing.assert_allclose(abs(moved.value - known.value), size, rtol=5e-3)


def test_heat_grows_by_the_logarithm_s_amplitude():
    """Of order 1/L: half as far at twice the size."""
    left = [heat_step(size) - onsager.SPECIFIC_HEAT_AMPLITUDE for size in (64, 128)]
    assert left[0] / left[1] == pytest.approx(2.0, rel=0.05)
    heats = [kaufman(n, onsager.CRITICAL_COUPLING).heat for n in (64, 128)]
    assert heat_step(64) * np.log(2.0) == pytest.approx(heats[1] - heats[0])


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
