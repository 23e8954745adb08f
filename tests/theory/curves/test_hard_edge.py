"""The hard edge against the exact smallest-eigenvalue law, random matrices, and its limits."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from fieldbench.errors import BadInput
from fieldbench.theory.curves.hard_edge import microscopic_density, peak_enhancement


def test_density_starts_as_edelmans_law_and_ends_flat():
    # D s_min has density (1 + √t)/(2√t) e^{−t/2−√t} (Edelman 1988): with z = 2√t it starts at 1/2.
    assert microscopic_density(0.0) == pytest.approx(0.5)
    t = 1e-3
    law = (1.0 + np.sqrt(t)) / (2.0 * np.sqrt(t)) * np.exp(-t / 2.0 - np.sqrt(t)) * np.sqrt(t)
    # Other eigenvalues add to the density in second order of z; the law's own expansion agrees through first order.
    assert microscopic_density(2.0 * np.sqrt(t)) == pytest.approx(law, abs=(2.0 * np.sqrt(t)) ** 2)
    assert microscopic_density(300.0) == pytest.approx(1.0 / np.pi, abs=300.0**-2)


def test_enhancement_against_adaptive_quadrature():
    for x in (0.01, 1.0, 100.0):
        c = 2.0 * np.sqrt(x)
        pieces = np.concatenate([[0.0], np.geomspace(0.01 * c, 200.0, 60)])
        found = sum(
            quad(lambda z, c=c: (microscopic_density(z) - 1 / np.pi) * (z / (z * z + c * c)) ** 2, a, b)[0]
            for a, b in pairwise(pieces)
        )
        assert peak_enhancement(x)[0] == pytest.approx(1.0 + 4.0 * c * found, abs=1e-6)


def test_limits():
    small, large = peak_enhancement([1e-4, 1e4])
    # ρ = ½ − O(z) near zero: π/2 up to 4c∫z³/(z² + c²)² dz, which is c log(1/c) times a few.
    assert small == pytest.approx(np.pi / 2, abs=4 * 0.02 * np.log(50.0))
    assert large == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("x", [0.1, 1.0])
def test_mean_over_random_matrices(x):
    dimension, draws = 24, 8000
    factors = np.random.default_rng(0).standard_normal((draws, dimension, dimension))
    levels = np.linalg.eigvalsh(factors @ factors.transpose(0, 2, 1))
    ridge = x / dimension
    # Tr over the bulk belongs to the effective ridge; at P = D its height is (1 + z)²/(z(2 + z)), z² = (1 + z)κ/Dλ.
    scaled = ridge / dimension
    z = 0.5 * (scaled + np.sqrt(scaled**2 + 4.0 * scaled))
    leading = 0.5 * np.sqrt(dimension / ridge)
    expected = (1.0 + z) ** 2 / (z * (2.0 + z)) + (peak_enhancement(x)[0] - 1.0) * leading
    heights = 1.0 + np.sum(levels / (levels + ridge) ** 2, axis=1)
    error = heights.std(ddof=1) / draws**0.5
    # What is left is one part in D of the height (edge and bulk at the next order), and four standard errors.
    assert heights.mean() == pytest.approx(expected, abs=leading / dimension + 4.0 * error)
    assert (expected - leading) / leading > 0.04  # and the effective ridge alone is off by more


@pytest.mark.parametrize("x", [0.0, -1.0, 1e5, np.nan])
def test_ridges_outside_are_named(x):
    with pytest.raises(BadInput, match="scaled ridge"):
        peak_enhancement(x)
