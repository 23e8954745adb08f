"""Wrong problems for the controls: what an action is asked is not what was measured."""

from __future__ import annotations

from dataclasses import replace

from .actions import Problem
from .experiment import Regression, Sphere
from .theory import QUADRATIC, problem


def without_factor_p(at: Regression) -> Problem:
    """Broken: learnability λ/(λ + κ) in place of λ/(λ + κ/P)."""
    return replace(problem(at), samples=(1,) * len(at.samples))


def with_linear_degeneracy(at: Sphere) -> Problem:
    """Broken: as many quadratic harmonics as linear ones."""
    right = problem(at)
    degeneracies = right.spectrum.degeneracies.copy()
    degeneracies[QUADRATIC] = degeneracies[1]
    return replace(right, spectrum=replace(right.spectrum, degeneracies=degeneracies))
