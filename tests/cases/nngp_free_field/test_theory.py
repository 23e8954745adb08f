"""Rivals of the free field against quadrature and closed forms."""

import numpy as np
import pytest
from scipy import special

from cases.nngp_free_field import theory
from cases.nngp_free_field.experiment import INPUTS, PAIRS, PlaneNetworks, SphereNetworks

NETWORKS = PlaneNetworks(5, 10)


def test_first_term_of_the_arcsine_is_the_linear_part_of_a_neuron():
    """⟨erf(z)z⟩ = (2/√π) K/√(1 + 2K), so that the linear parts have covariance (4/π) K₁₂/√((1 + 2K₁₁)(1 + 2K₂₂))."""
    inner = INPUTS @ INPUTS.T / 2.0
    slopes = 2.0 / np.sqrt(np.pi * (1.0 + 2.0 * np.diag(inner)))
    expected = (inner * np.outer(slopes, slopes))[PAIRS]
    np.testing.assert_allclose(theory.first_term_of_arcsine(NETWORKS)[PlaneNetworks.covariance], expected, rtol=1e-12)


def test_the_other_sigmoid_is_erf_of_z_over_root_two():
    nodes, weights = special.roots_hermitenorm(200)
    expected = weights / weights.sum() @ special.erf(nodes / 2.0**0.5) ** 2  # |x|² = d at A
    found = theory.argument_over_root_two(NETWORKS)[PlaneNetworks.covariance]
    assert found[0] == pytest.approx(expected, rel=1e-10)
    assert np.all(np.asarray(theory.argument_over_root_two(SphereNetworks(1, 1))[SphereNetworks.power]) > 0.0)


def test_gaussian_features_leave_what_wick_leaves():
    """Of Gaussian φ, k⟨φφφφ⟩ − Σ⟨φφ⟩⟨φφ⟩ is k − 1 times the pairings; at A they are 3⟨φ²⟩²."""
    variance = (2.0 / np.pi) * np.arcsin(2.0 / 3.0)
    assert theory.gaussian_features(NETWORKS)[PlaneNetworks.four_point][0] == pytest.approx(6.0 * variance**2)
    assert theory.without_coefficient(NETWORKS)[PlaneNetworks.four_point][0] == pytest.approx(variance**2)


def test_margins_leave_the_sign_of_every_law_to_be_told():
    for hidden, readout in (("gaussian", "uniform"), ("uniform", "uniform"), ("gaussian", "gaussian")):
        said = theory.one_neuron(PlaneNetworks(5, 10, hidden, readout))[PlaneNetworks.four_point]
        assert said.sizes()["resolution"][0] <= 0.25 * abs(said.value[0])
