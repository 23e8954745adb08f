"""Truncated spectra: traces, agreement with decimation mode by mode, bad input."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.decimation.running_ridge import decimate
from fieldbench.theory.decimation.truncation import spaces_above, truncate
from fieldbench.theory.kernels import sphere
from fieldbench.theory.kernels.dual import Kernel
from fieldbench.theory.kernels.spectrum import PowerLawTail, Spectrum


def test_noise_of_a_truncated_kernel_on_the_sphere_is_what_the_diagonal_loses():
    kernel, dimension = Kernel("relu"), 7
    low, noise = truncate(sphere.spectrum(kernel, dimension), 3)
    diagonal = sum(l * g for l, g in zip(low.eigenvalues, low.degeneracies, strict=True))
    # K(1) = Σ deg λ to the 1e-13 of the listed spectrum plus its unresolved part.
    assert noise == pytest.approx(float(kernel.of_cosine(np.ones(1))[0]) - diagonal, abs=1e-12)
    assert low.unresolved == 0.0
    assert low.rank == 1 + 7 + 27


def test_without_degeneracies_it_is_decimation():
    levels = np.arange(1, 30.0) ** -2
    learned = 5.0 * levels / (5.0 * levels + 0.1)
    cut = decimate(levels, learned, 0.1, 0.05)
    low, noise = truncate(Spectrum(levels), spaces_above(learned, 0.05))
    assert low.rank == cut.keep
    np.testing.assert_allclose(0.1 + noise, cut.ridge, rtol=1e-14)
    np.testing.assert_array_equal(low.eigenvalues, cut.eigenvalues)


def test_a_power_law_tail_becomes_noise():
    tail = PowerLawTail(1.0, 2.0, 3)
    _, noise = truncate(Spectrum(np.array([1.0, 0.25, 1 / 9]), tail=tail), 3)
    assert noise == pytest.approx(tail.trace, rel=1e-14)


def test_spaces_that_the_kernel_lacks_may_lie_in_between():
    assert spaces_above(np.array([0.9, 0.5, 0.0, 0.02, 0.001]), 0.01) == 4
    assert spaces_above(np.array([1e-5, 1e-6]), 0.01) == 1


@pytest.mark.parametrize("keep", [0, 4])
def test_keeping_too_few_or_too_many_is_refused(keep):
    with pytest.raises(BadInput, match="listed spaces"):
        truncate(Spectrum(np.array([1.0, 0.5, 0.2])), keep)


def test_a_threshold_is_a_learnability():
    with pytest.raises(BadInput, match="threshold"):
        spaces_above(np.array([0.5]), 1.0)
