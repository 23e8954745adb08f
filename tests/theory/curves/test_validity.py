"""Bounds of the actions' errors: they hold on many spectra, and are of the order that they claim."""

import numpy as np
import pytest

from fieldbench.theory.curves import learning_curves
from fieldbench.theory.curves.validity import equivalent_kernel_bound, one_loop_bound
from fieldbench.theory.kernels.spectrum import Spectrum


def _deviations(spectrum, samples, ridge, target):
    errors = [
        action(spectrum, samples, ridge, target=target).test_error
        for action in (learning_curves.effective_ridge, learning_curves.equivalent_kernel, learning_curves.one_loop)
    ]
    return [np.abs(np.log(errors[0] / other)) for other in errors[1:]]


@pytest.mark.parametrize("seed", range(20))
def test_bounds_hold(seed):
    rng = np.random.default_rng(seed)
    levels = np.sort(np.arange(1, 60.0) ** -rng.uniform(0.2, 3.0) * np.exp(0.5 * rng.standard_normal(59)))[::-1]
    spectrum = Spectrum(levels, rng.integers(1, 9, 59).astype(float), unresolved=float(rng.uniform(0.0, 0.1)))
    samples = np.array([1.0, 5.0, 30.0, 200.0, 1000.0])
    target = rng.uniform(0.0, 1.0, 59) ** 4
    for ridge in (0.01, 0.3, 3.0, 100.0):
        bare, loop = _deviations(spectrum, samples, ridge, target)
        # Rounding of the solver is 4e-16 in ln κ_eff; a bound may be reached to that.
        assert np.all(bare <= equivalent_kernel_bound(spectrum, samples, ridge) + 1e-12)
        assert np.all(loop <= one_loop_bound(spectrum, samples, ridge) + 1e-12)


def test_first_and_second_order_in_the_loop():
    spectrum = Spectrum(np.arange(1, 100.0) ** -1.5)
    ridges = np.array([1e3, 1e4])
    first, second = (np.array([bound(spectrum, 20, r)[0] for r in ridges])
                     for bound in (equivalent_kernel_bound, one_loop_bound))  # fmt: skip
    # δ ~ Tr K/κ and e ~ P Σλ²/κ²: the first bound falls as 1/κ, the second as 1/κ³; corrections are of order P/κ.
    assert abs(first[0] / first[1] - 10.0) < 10.0 * 20 * 3 / 1e3
    assert abs(second[0] / second[1] / 1e3 - 1.0) < 3 * 20 * 3 / 1e3


def test_the_bound_is_reached_up_to_a_factor_where_the_target_is_learned():
    # One mode that is well learned responds with the full 2 ln κ; E0 adds its own.
    spectrum, samples, ridge = Spectrum(np.array([10.0, 1e-3]), np.array([1.0, 200.0])), 50.0, 10.0
    bare, _ = _deviations(spectrum, np.array([samples]), ridge, np.array([1.0, 0.0]))
    bound = equivalent_kernel_bound(spectrum, samples, ridge)
    assert 0.5 * bound[0] < bare[0] <= bound[0]


def test_more_learned_modes_than_samples_leave_no_bound():
    spectrum = Spectrum(np.ones(100))
    assert equivalent_kernel_bound(spectrum, 20, 1e-3)[0] == np.inf
    assert one_loop_bound(spectrum, 20, 1e-3)[0] == np.inf
