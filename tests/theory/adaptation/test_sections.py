"""Neurons at places along the teacher, by quadrature."""

import math

import numpy as np
import pytest

from fieldbench.theory.adaptation import FLUCTUATING, solve, staircase
from fieldbench.theory.adaptation.overlaps import ERF, RELU
from fieldbench.theory.adaptation.sections import places, section


@pytest.mark.parametrize(("activation", "off"), [(ERF, 0.01), (RELU, 0.12)])  # a kink costs 24 points a tenth
def test_sections_are_the_variance_over_directions_and_its_first_harmonic(activation, off):
    grid = solve(staircase(dimension=20, samples=280, width=10**6, ridge=0.6, chi=1e-3, cubic=0.0), FLUCTUATING)
    points, (xi, weights) = grid.neurons.grid, np.polynomial.hermite_e.hermegauss(150)
    weights = weights / weights.sum()
    cut, z = section(activation, points), places(activation.odd)[0]
    for place, at in ((3, 500), (10, 1500)):
        values = activation.function(points.m[at] * z[place] + math.sqrt(points.r[at]) * xi)
        whole = weights @ values**2 - (weights @ values) ** 2
        np.testing.assert_allclose(cut.whole[place, at], whole, rtol=off, atol=1e-4)
        np.testing.assert_allclose(cut.first[place, at], weights @ (values * xi), rtol=off, atol=1e-4)
