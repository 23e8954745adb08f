"""Adaptation over patches: linear networks are the oracle, `networks.linear_cnn` an independent derivation."""

from dataclasses import replace

import numpy as np
import pytest

from fieldbench.theory.adaptation import FLUCTUATING, RESPONSE, AlignedMode, Problem, hermite_modes, solve
from fieldbench.theory.adaptation.overlaps import LINEAR
from fieldbench.theory.fluctuations import fluctuations
from fieldbench.theory.networks import LinearCNN, adapted

LARGE = LinearCNN(patches=4, size=30, channels=20_000, mean_field=2_000.0, ridge=1.0)
SAMPLES = 3_000


def problem(of, samples, patches=None):
    return Problem(
        dimension=of.size,
        samples=samples,
        width=of.channels,
        ridge=of.ridge,
        chi=of.mean_field,
        target=((AlignedMode(1), 1.0),),
        activation=LINEAR,
        readout_variance=1 / of.patches,
        patches=of.patches if patches is None else patches,
    )


@pytest.mark.parametrize(("patches", "samples"), [(1, 100), (4, 300), (10, 211)])
def test_the_saddle_of_a_linear_network_is_that_of_the_linear_cnn(patches, samples):
    of = LinearCNN(patches, 50, 1000, 100.0, 1.0)
    found = solve(problem(of, samples), replace(RESPONSE, modes=hermite_modes(1)))
    known = adapted(of, samples, connected=False, infinite_channels=True)
    assert found.predictor[0] == pytest.approx(known.learnability, rel=1e-6)
    assert found.overlap_variance == pytest.approx(known.ratio, rel=1e-6)
    assert found.effective_ridge == pytest.approx(known.effective_ridge, rel=1e-6)


def test_fluctuations_of_a_linear_network_are_the_connected_terms_of_the_linear_cnn():
    found = solve(problem(LARGE, SAMPLES), replace(FLUCTUATING, degree=1))
    grid = found.neurons.grid
    shift = np.array(
        [
            LARGE.size * fluctuations(found).mean(grid.m**2) - found.overlap_variance,
            LARGE.size / (LARGE.size - 1) * fluctuations(found).mean(grid.r) - found.transverse_variance,
        ]
    )
    whole, saddle = adapted(LARGE, SAMPLES), adapted(LARGE, SAMPLES, connected=False, infinite_channels=True)
    known = np.array([whole.ratio - saddle.ratio, whole.orthogonal - saddle.orthogonal])
    # Transverse: to second order in a shift of some per mille. Along the teacher t moves too, which linear_cnn leaves.
    assert shift[1] == pytest.approx(known[1], rel=0.1)
    assert abs(shift[0] - known[0]) < 0.02 * saddle.ratio


def test_patches_that_are_not_taught_take_part_in_the_ridge():
    several, single = (solve(problem(LARGE, 300, n), replace(RESPONSE, modes=hermite_modes(1))) for n in (4, 1))
    assert several.effective_ridge > single.effective_ridge
