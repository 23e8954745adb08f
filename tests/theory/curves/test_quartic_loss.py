"""Quartic loss: Hartree and cavity against the effective ridge, each other and a scan of the site."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.curves import quartic_loss
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.curves.quartic_loss import hartree, posterior_hartree, quartic_cavity

LEVELS, SIZES, RIDGE = np.arange(1.0, 33.0) ** -2.0, np.array([40.0, 160.0]), 20.0


@pytest.mark.parametrize("thermal", [False, True])
@pytest.mark.parametrize("theory", [hartree, quartic_cavity])
def test_without_coupling_it_is_the_effective_ridge(theory, thermal):
    expected = effective_ridge(LEVELS, SIZES, RIDGE, target=LEVELS)
    found = theory(LEVELS, SIZES, RIDGE, 0.0, LEVELS, thermal=thermal)
    np.testing.assert_allclose(found.error, expected.test_error, rtol=1e-10)
    np.testing.assert_allclose(found.effective_ridge, expected.effective_ridge, rtol=1e-10)
    thermal_part = RIDGE * expected.learnability.sum(axis=1) / SIZES if thermal else 0.0
    np.testing.assert_allclose(found.mean_square, expected.train_error + thermal_part, rtol=1e-10)


@pytest.mark.parametrize("thermal", [False, True])
def test_hartree_and_cavity_agree_to_first_order_in_u(thermal):
    plain = effective_ridge(LEVELS, SIZES, RIDGE, target=LEVELS).test_error
    gaps, shifts = [], []
    for coupling in (0.01, 0.02):
        even, whole = (
            theory(LEVELS, SIZES, RIDGE, coupling, LEVELS, thermal=thermal).error
            for theory in (hartree, quartic_cavity)
        )
        gaps.append(whole - even)
        shifts.append(even - plain)
    assert np.all(np.abs(gaps[0]) < 0.01 * np.abs(shifts[0]))
    # Twice the coupling: four times the gap, up to the next order, 6u⟨Δ²⟩ < 0.2.
    np.testing.assert_allclose(np.divide(gaps[1], gaps[0]), 4.0, rtol=0.2)


def test_sites_are_the_minimum_and_the_mean_of_their_energy():
    fields, variance, ridge, coupling = np.array([-1.5, 0.3, 2.0]), 0.4, 0.9, 0.2
    grid = np.linspace(-8.0, 8.0, 160_001)
    energy = (grid - fields[:, None]) ** 2 / (2 * variance) + (grid**2 + coupling * grid**4) / (2 * ridge)
    force, _, square = quartic_loss._map_site(fields, variance, ridge, coupling)
    np.testing.assert_allclose(fields - variance * force, grid[energy.argmin(axis=1)], atol=1e-4)  # the grid's spacing
    np.testing.assert_allclose(square, (fields - variance * force) ** 2, rtol=1e-12)
    density = np.exp(-energy)
    mean = density @ grid / density.sum(axis=1)
    force, slope, square = quartic_loss._thermal_site(fields, variance, ridge, coupling)
    np.testing.assert_allclose(fields - variance * force, mean, atol=1e-9)
    np.testing.assert_allclose(square, density @ grid**2 / density.sum(axis=1), atol=1e-9)
    step = 1e-5
    for site, found in ((quartic_loss._thermal_site, slope), (quartic_loss._map_site, None)):
        moved = [site(fields + sign * step, variance, ridge, coupling)[0] for sign in (1, -1)]
        expected = site(fields, variance, ridge, coupling)[1] if found is None else found
        np.testing.assert_allclose((moved[0] - moved[1]) / (2 * step), expected, rtol=1e-6)


def test_many_half_learned_modes_share_one_ridge():
    """A mode's own variance is a share 2L/ΣL of all: more modes bring both theories together."""
    gaps = []
    for modes in (20, 80):
        levels = np.full(modes, 1.0 / modes)
        size = 20.0 * modes
        even = hartree(levels, size, RIDGE, 0.1, levels, thermal=True).error
        gaps.append(float(posterior_hartree(levels, size, RIDGE, 0.1, levels).error[0] / even[0] - 1.0))
    assert gaps[0] < 0.0
    assert gaps[1] / gaps[0] == pytest.approx(0.25, rel=0.1)


@pytest.mark.parametrize("theory", [hartree, quartic_cavity, posterior_hartree])
def test_couplings_are_solved_one_by_one(theory):
    couplings = np.array([0.1, 0.3])
    found = theory(LEVELS, 40.0, RIDGE, couplings, LEVELS)
    for index, coupling in enumerate(couplings):
        alone = theory(LEVELS, 40.0, RIDGE, coupling, LEVELS)
        for name in ("error", "mean_square", "effective_ridge"):
            assert getattr(found, name)[index] == getattr(alone, name)[0]
    both = theory(LEVELS, SIZES, RIDGE, couplings, LEVELS)
    assert both.error[0] == found.error[0]
    assert both.error[1] == theory(LEVELS, SIZES[1], RIDGE, couplings[1], LEVELS).error[0]


def test_bad_input_is_refused():
    with pytest.raises(BadInput, match="κ > 0"):
        hartree(LEVELS, SIZES, 0.0, 0.1, LEVELS)
    with pytest.raises(BadInput, match="smaller"):
        hartree(LEVELS, 1.0, RIDGE, -5.0, LEVELS)
    with pytest.raises(BadInput, match="u ≥ 0"):
        quartic_cavity(LEVELS, SIZES, RIDGE, -0.1, LEVELS)
