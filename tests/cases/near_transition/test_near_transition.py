"""Densities that are ones, shapes read off them, rivals and errors that differ as they should, and what is measured."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cases.near_transition import broken, observables, rivals, theory, wells
from cases.near_transition.experiment import Network, density, observed
from cases.near_transition.off_the_ray import POINTS, points
from cases.near_transition.tiers import MAIN, SMALL
from fieldbench.claims import Known
from fieldbench.sampling import Weights

NEGATIVE, POSITIVE = MAIN


@pytest.mark.parametrize("at", MAIN)
def test_a_density_is_normalised_and_has_its_own_moments(at):
    """Trapezoids of .1 on shapes .1 wide and smooth; cubic splines of logarithms are there to 10⁻³ (`transition`)."""
    known = theory.complete(at)
    p, m = known[Network.density].value, at.overlap
    assert 2 * np.trapezoid(p, m) == pytest.approx(1, abs=2e-3)
    second, fourth = (2 * at.dimension**k * np.trapezoid(p * m ** (2 * k), m) for k in (1, 2))
    assert second == pytest.approx(known[Network.variance_along].value, rel=5e-3)
    assert fourth == pytest.approx(known[Network.fourth_along].value, rel=1e-2)


def test_margins_are_small_beside_what_is_claimed():
    for at in MAIN:
        known = theory.resolved(at)[Network.density]
        bulk, asked = (observables.asked(at, decades) for decades in (observables.BULK, observables.DECADES))
        assert np.all(sum(known.sizes().values())[bulk] < 0.25 * 0.7 * known.value[bulk])
        assert np.ptp(np.log10(known.value[asked])) > 4


def test_a_normal_density_has_no_kurtosis_and_no_distance():
    said = rivals.normal(POSITIVE)
    moments = np.zeros((2, 3))
    second, fourth, p = (
        np.tile(np.asarray(said[q].value), (2, *[1] * said[q].value.ndim))
        for q in (Network.variance_along, Network.fourth_along, Network.density)
    )
    assert observables.kurtosis.function(POSITIVE, second, fourth, moments) == pytest.approx(0)
    assert observables.distance_from_normal.function(POSITIVE, p, second) == pytest.approx(0, abs=1e-12)
    assert np.all(np.diff(said[Network.density].value) < 0)


def test_kurtosis_of_pooled_moments_to_first_order():
    rng = np.random.default_rng(0)
    second, fourth = 4 + 0.1 * rng.standard_normal((400, 1)), 50 + rng.standard_normal((400, 1))
    found = observables.kurtosis.function(POSITIVE, second[:, 0], fourth[:, 0], np.zeros((400, 3)))
    assert found.mean() == pytest.approx(fourth.mean() / second.mean() ** 2 - 3)
    expected = 50 / 16 * np.hypot(1 / 50, 2 * 0.1 / 4)
    assert found.std() == pytest.approx(expected, rel=0.15)


def test_the_other_sign_is_the_other_sign():
    wrong, right = broken.other_sign(NEGATIVE), broken.changed()(POSITIVE)
    assert wrong[Network.density].value == pytest.approx(right[Network.density].value)
    # E[f H_3]/6ε with ε < 0 of a network whose own cubic has the other sign.
    assert wrong[Network.cubic_learned].value == pytest.approx(right[Network.cubic_learned].value)


def test_errors_keep_the_margins():
    right, wrong = theory.resolved(POSITIVE), broken.claimed(rivals.normal)(POSITIVE)
    for quantity in (Network.linear, Network.variance_along):
        assert isinstance(wrong[quantity], Known)
        assert sum(wrong[quantity].sizes().values()) == pytest.approx(sum(right[quantity].sizes().values()))
    shares = [sum(known[Network.density].sizes().values()) / known[Network.density].value for known in (right, wrong)]
    np.testing.assert_allclose(*shares)


def test_a_central_well_is_followed_to_where_it_settles_alone():
    """Followed on its own neurons from a larger ridge it is what settles at once, where that does."""
    at = Network(50, 1000, 1000, 4.0, 0.05)
    alone = theory.settled(at)
    found = None
    for factor in (2.0, 1.5, 1.0):
        problem = theory.problem(at, ridge=factor)
        found = theory.cavity(theory.solve(problem, theory.BETWEEN_PLACES), start=found)
    assert found.observables().linear == pytest.approx(alone.observables().linear, abs=1e-4)
    assert found.observables().overlap_variance == pytest.approx(alone.observables().overlap_variance, rel=1e-3)


def test_outer_minima_lie_where_overlaps_are_asked_for():
    for approximation, place in ((wells.RESPONSE, 1.75), (wells.SLIDE, 2.3)):
        found = wells.minima(wells.NEAR, approximation)
        assert len(found) == 2
        assert found[-1] == pytest.approx(place, abs=0.1)


def test_points_off_the_ray_have_both_signs():
    drawn = points()
    assert len(drawn) == 2 * POINTS
    assert [at.cubic for at in drawn[1::2]] == [-at.cubic for at in drawn[::2]]


def test_what_is_observed_of_a_network():
    """d²⟨m⁴⟩ by hand, and a density that is one; ⟨m²⟩ of it is that of its neurons, all of which were asked."""
    at = Network(6, 20, 8, 5.0, -0.05)
    keys = jax.random.split(jax.random.key(0), 3)
    inputs = jax.random.normal(keys[0], (2, at.samples, at.dimension), jnp.float32)
    energy, start = at.energy(inputs), at.prior(keys[:2])
    m = np.asarray(energy.physical(start).hidden[..., 0], np.float64)
    np.testing.assert_allclose(np.asarray(observed(energy, start)["fourth"]), 36 * (m**4).mean(axis=-1), rtol=1e-5)
    assert isinstance(start, Weights)
    found = np.asarray(density(energy, start)["density"])
    np.testing.assert_allclose(found.sum(axis=-1) * 0.1, 1, rtol=1e-5)


def test_the_small_network_is_not_normal_at_a_positive_cubic():
    known = theory.complete(SMALL)
    assert known[Network.fourth_along].value / known[Network.variance_along].value ** 2 - 3 < -0.5
