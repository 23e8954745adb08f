"""The staircase's theories against closed forms, and its measurement against plain linear solves."""

import jax
import numpy as np
import pytest

from cases.gp_cubic_staircase.experiment import KERNEL, STAIRCASE, Sphere, points_on_sphere
from cases.gp_cubic_staircase.theory import (
    P50,
    P90,
    bare_ridge,
    leading,
    level,
    limit_formula,
    modes,
    one_loop,
    theory,
    with_cubic_modes,
    with_the_bound_of_what_follows,
)
from fieldbench.regression import NestedCholesky
from fieldbench.theory.kernels import sphere

SMALL = Sphere(6, 60)


def test_measurement_is_that_of_plain_solves():
    """Every quantity of one data set, at its largest size, to rounding times the condition number."""
    key = jax.random.key(3)
    found = SMALL.measure(key, gpr=NestedCholesky())
    x = points_on_sphere(key, 1, 60, 6)[0]
    inverse = np.linalg.inv(KERNEL(x, x) + 0.01 * np.eye(60))
    eigenvalues = sphere.eigenvalues(KERNEL, 6, 4)
    cubic = sphere.degeneracy(3, 6) ** 0.5 * sphere.zonal(3, 6, x[:, 0] / 6**0.5)
    averaged = eigenvalues[3] * np.sum(sphere.zonal(3, 6, x @ x.T / 6) * inverse)
    expected = {
        Sphere.cubic: averaged,
        Sphere.linear: eigenvalues[1] * np.sum((x @ x.T) * inverse) / 6,
        Sphere.cubic_from_linear: eigenvalues[3] * cubic @ inverse @ x[:, 0],
        Sphere.cubic_alone: eigenvalues[3] * cubic @ inverse @ cubic,
    }
    for quantity, value in expected.items():
        np.testing.assert_allclose(found[quantity][-1], value, rtol=1e-9, atol=1e-12)
    whole = found[Sphere.cubic_alone] + found[Sphere.cubic_from_linear] / STAIRCASE
    np.testing.assert_allclose(found[Sphere.cubic_with_linear], whole, rtol=1e-12)


def test_bare_ridge_and_one_loop_bracket_what_iterates_to_the_effective_ridge():
    """Each iteration raises the ridge, so that less is learned; without ridge in the loop it is P λ/(P λ + κ)."""
    at = Sphere(8, 190)
    bare, loop, effective = (said(at)[Sphere.cubic] for said in (bare_ridge, one_loop, leading))
    assert np.all(bare > loop)
    assert np.all(loop > effective)
    weighted = at.samples * sphere.eigenvalues(KERNEL, 8, 4)[3]
    np.testing.assert_allclose(bare, weighted / (weighted + 0.01), rtol=1e-12)


def test_bound_makes_the_correction_larger_not_smaller():
    at = Sphere(8, 190)
    plain, corrected, bounded = (said(at)[Sphere.cubic] for said in (leading, theory, with_the_bound_of_what_follows))
    assert np.all(corrected < plain)
    assert np.all(bounded < corrected)
    enough = at.samples >= 30  # below, the scatter of a point's leverage is no small parameter
    assert np.all((corrected - bounded < 0.5 * (plain - corrected))[enough])


def test_numbers_of_modes():
    """d(d+4)(d−1)/6 harmonics: d fewer than symmetric tensors, which need more samples."""
    at = Sphere(8, 190)
    assert modes(at) == 112
    assert np.all(with_cubic_modes(None, at)[Sphere.cubic] < leading(at)[Sphere.cubic])
    assert np.all(with_cubic_modes(2, at)[Sphere.cubic] > leading(at)[Sphere.cubic])


def test_limit_formula_is_the_limit():
    """Against bisection of the effective ridge, in P_50 and P_90: a few parts in d."""
    from fieldbench.theory.curves import samples_to_learn

    at = Sphere(400, 400**3)
    said = limit_formula(at)
    for p, learned in ((P50, 0.5), (P90, 0.9)):
        needed = samples_to_learn(sphere.spectrum(KERNEL, 400), 3, learned, 0.01)
        assert said[p] == pytest.approx(needed, rel=5 / 400)
    np.testing.assert_allclose(level(10**5), 1.0, atol=1e-8)
