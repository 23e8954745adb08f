"""The next order over a data set, where the data set is a homogeneous space itself, and where it is not."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.departures.departure import departure
from fieldbench.theory.departures.departure_over_points import departure_over_points
from fieldbench.theory.kernels import EmpiricalSpectrum, principal_components
from fieldbench.theory.kernels.spectrum import Spectrum


def test_equidistant_points_are_the_circle():
    size, modes = 240, 40
    k = np.arange(modes)
    levels, counts = (1.0 + k) ** -3.0, np.where(k > 0, 2.0, 1.0)
    angles = 2.0 * np.pi * np.arange(size) / size
    gram = np.cos((angles[:, None] - angles)[:, :, None] * k) @ (levels * counts)
    spectrum = principal_components(gram)
    coefficients = spectrum.functions.T @ (np.sqrt(2.0) * np.cos(2.0 * angles)) / size
    found = departure_over_points(spectrum, 15, 0.05, coefficients**2)
    circle = departure(Spectrum(levels, counts), 15, 0.05, np.eye(modes)[2], 2)
    # Four harmonics below k = 40 add up to 160 < 240: sums over the points are integrals, to rounding of the modes
    # that the kernel lacks and to the step of the flow.
    np.testing.assert_allclose(found.published, circle.published, rtol=1e-8)
    np.testing.assert_allclose(found.relative, circle.relative, rtol=1e-5)
    np.testing.assert_allclose(found.scatter, circle.scatter, rtol=1e-5)


def test_refusals():
    spectrum = EmpiricalSpectrum(np.ones(4), np.eye(4) * 2.0)
    for samples, ridge in ((2, 0.0), (4, 0.1)):
        with pytest.raises(BadInput):
            departure_over_points(spectrum, samples, ridge, np.ones(4))
