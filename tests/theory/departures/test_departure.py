"""The next order on homogeneous spaces and what it leaves open, against the kernel that is solved at any order."""

import numpy as np
import pytest

from fieldbench.theory.curves import markov_circle
from fieldbench.theory.curves.finite_size import leverage_scatter
from fieldbench.theory.curves.finite_size_error import sphere_error_correction
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.departures.departure import departure
from fieldbench.theory.kernels import Kernel, sphere
from fieldbench.theory.kernels.spectrum import Spectrum


def markov(mass, modes):
    k = np.arange(modes)
    levels, counts = markov_circle.eigenvalues(mass, k), np.where(k > 0, 2.0, 1.0)
    return Spectrum(levels, counts, unresolved=float(markov_circle.kernel(mass, 0.0) - levels @ counts))


@pytest.mark.parametrize(("samples", "mass"), [(10, 1.0), (10, 5.0), (10, 20.0), (40, 1.0), (40, 8.0), (40, 30.0)])
def test_what_is_left_open_covers_the_exact_error(samples, mass):
    modes = max(160, int(4 * mass))
    spectrum = markov(mass, modes)
    for wave in (1, samples // 8, samples // 4, samples // 2, samples):
        found = departure(spectrum, samples, 0.0, np.eye(modes)[wave], 2)
        exact = markov_circle.interpolation_error(samples, mass, wave)
        assert abs(exact / found.published - 1.0 - found.relative) < found.beyond
        # Where the expansion is good it must explain: what is left is then below what it corrects.
        if found.beyond[0] < 0.25 * abs(found.relative[0]):
            assert abs(exact / found.published - 1.0 - found.relative) < 0.25 * abs(exact / found.published - 1.0)


def test_it_is_no_order_of_one_over_p_without_ridge():
    # At a fixed wavelength in units of the samples' distance an order of 1/P would halve; ρ and v rise to their limits.
    small, large = (departure(markov(0.5, 4 * P), P, 0.0, np.eye(4 * P)[P // 10], 2) for P in (20, 40))
    assert large.relative[0] > small.relative[0] > 1.0
    assert large.scatter[0] > small.scatter[0] > 0.5


def test_parts_are_those_of_their_rooms():
    spectrum, power = sphere.spectrum(Kernel("erf"), 6), np.zeros(sphere.spectrum(Kernel("erf"), 6).eigenvalues.size)
    power[3] = 2.0
    found = departure(spectrum, [30, 80], 0.2, power, 6)
    total = 0.2 + spectrum.unresolved
    curve = effective_ridge(Spectrum(spectrum.eigenvalues, spectrum.degeneracies), [30, 80], total, target=power)
    shift = sphere_error_correction(spectrum, [30, 80], 0.2, power, 6)
    np.testing.assert_allclose(found.published, curve.test_error, rtol=1e-14)
    np.testing.assert_allclose(found.error, curve.test_error + shift, rtol=1e-12)
    np.testing.assert_allclose(found.scatter, leverage_scatter(curve, 6), rtol=1e-12)
    np.testing.assert_allclose(found.beyond, (np.abs(found.relative) + 3.0 * found.scatter) ** 2, rtol=1e-12)
