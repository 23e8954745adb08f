"""The case's vectors of quantities: that they are what they are called, and that rivals differ as they should."""

import numpy as np
import pytest

from cases.grokking_first_order import theory
from cases.grokking_first_order.experiment import Network
from cases.grokking_first_order.observables import occupied
from fieldbench.theory.adaptation import RESPONSE, solve
from fieldbench.theory.fluctuations import observables

AT = Network(0.125, 0.15)


def test_densities_are_normalised_and_margins_small():
    known = theory.complete(AT)
    density = known[Network.density].value
    assert 2 * density.sum() * 0.1 == pytest.approx(1, abs=1e-4)
    assert known[Network.beyond].value[0] == pytest.approx(1, abs=1e-4)
    for quantity in theory.ORDERED[:2]:
        assert sum(known[quantity].sizes().values()) < 0.06 * known[quantity].value
    assert occupied(AT).sum() >= 8


def test_a_saddle_is_the_librarys():
    found, expected = theory.adapted(AT, RESPONSE), observables(solve(theory.problem(AT), RESPONSE))
    assert found[Network.linear].value == pytest.approx(1 - expected.linear)
    assert found[Network.cubic_learned].value == pytest.approx(expected.cubic / -0.3)
    assert found[Network.variance_along].value == pytest.approx(expected.overlap_variance)


def test_normal_neurons_have_the_theorys_variance_and_no_wells():
    normal = theory.gaussian(AT)
    assert normal[Network.variance_along].value == pytest.approx(theory.complete(AT)[Network.variance_along].value)
    assert np.all(np.diff(normal[Network.density].value) < 0)


def test_the_printed_closure_leaves_more_to_learn():
    """Half of what central neurons have learned is not counted."""
    assert theory.printed(AT)[Network.linear].value > theory.complete(AT)[Network.linear].value
    assert theory.printed(AT)[Network.variance_along].value > 1.3 * theory.complete(AT)[Network.variance_along].value


def test_what_is_asked_is_a_quarter_of_the_way_to_a_frozen_radius():
    """Or two fifths, where the theory itself leaves that much."""
    known, frozen = theory.resolved(AT), theory.frozen_radius(AT)
    for quantity in theory.JUDGED:
        way = abs(known[quantity].value - frozen[quantity].value)
        assert 0.15 * way < sum(known[quantity].sizes().values()) < 0.4 * way
