"""Wrong problems for the controls: what an action is asked is not what was measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fieldbench.claims import Said
from fieldbench.theory import curves

from . import actions
from .actions import Problem
from .experiment import Regression, Sphere
from .theory import QUADRATIC, best, problem


def without_factor_p(at: Regression) -> Problem:
    """Broken: learnability λ/(λ + κ) in place of λ/(λ + κ/P)."""
    return replace(problem(at), samples=(1,) * len(at.samples))


def with_linear_degeneracy(at: Sphere) -> Problem:
    """Broken: as many quadratic harmonics as linear ones."""
    right = problem(at)
    degeneracies = right.spectrum.degeneracies.copy()
    degeneracies[QUADRATIC] = degeneracies[1]
    return replace(right, spectrum=replace(right.spectrum, degeneracies=degeneracies))


def half_the_loop(at: Regression) -> Said:
    """Half of the one-loop shift in the logarithm of the error: a lost factor 2."""
    of = problem(at)
    return {Regression.error: np.sqrt(actions.one_loop(of) * actions.equivalent_kernel(of))}


def loop_reversed(at: Regression) -> Said:
    """The one-loop shift with the other sign."""
    of = problem(at)
    return {Regression.error: actions.equivalent_kernel(of) ** 2 / actions.one_loop(of)}


def without_e0(at: Regression) -> Said:
    """The effective ridge in the bias alone, without the factor E0 of the variance over data."""
    return {Regression.error: actions.without_e0(problem(at))}


def whole_trace_as_ridge(at: Regression) -> Said:
    """κ + Σλ_k for κ + Σλ_k(1 − L_k): what is learned counted as noise, too."""
    of = problem(at)
    trace = of.spectrum.trace
    errors = [
        curves.equivalent_kernel(of.spectrum, of.samples, ridge + trace, target=of.power).test_error
        for ridge in of.ridges
    ]
    return {Regression.error: np.stack(errors, axis=1)}


def opposite_order(at: Regression) -> Said:
    """The order in 1/P with the other sign."""
    leading = actions.effective_ridge(problem(at))
    return {Regression.error: leading**2 / best(at).error}


def half_the_orders(at: Regression) -> Said:
    """The orders in 1/P with a factor two lost."""
    return {Regression.error: np.sqrt(actions.effective_ridge(problem(at)) * best(at).error)}
