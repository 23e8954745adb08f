"""Solve the closure by following a branch in the strength: from the lazy end upwards, or from the aligned end downwards.

Newton steps from the neighbouring solution, not damped iteration: near a first-order transition the iteration is unstable
on exactly the branches one wants (arXiv:2310.03789). Where both ends arrive at one solution there is one branch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.optimize import root

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation.closure import Closure, State, closure
from fieldbench.theory.adaptation.neurons import Neurons, Vector
from fieldbench.theory.adaptation.problem import Problem
from fieldbench.theory.adaptation.theories import Theory

Branch = Literal["lazy", "aligned"]

TOLERANCE = 1e-9  # of the residual, in units of the target
FIRST_STRENGTH = 1e-2  # where following from the lazy end begins, relative to the problem's own strength
ALIGNED_STRENGTH = 30.0  # where the aligned end is, relative to the problem's own strength
EDGE_MASS = 1e-12
SMALLEST_STEP = 1e-3  # in log strength


@dataclass(frozen=True, eq=False)
class Solution:
    """A point on a branch. `converged` and `message` say whether to trust it.

    discrepancy t and predictor f = K t are in `modes` normalised to unit variance. overlap_variance = d⟨m²⟩ and
    transverse_variance = d⟨r⟩/(d−1) are both σ_w² in the prior.
    """

    problem: Problem
    theory: Theory
    branch: Branch
    converged: bool
    message: str
    residual: float
    equations: Closure
    discrepancy: Vector
    state: State

    @property
    def effective_ridge(self) -> float:
        """κ_eff, in the units of κ."""
        return self.state.effective_ridge

    @property
    def neurons(self) -> Neurons:
        """The measure over (m, r) at the solution."""
        return self.state.neurons

    @property
    def predictor(self) -> Vector:
        """f = K t, mode by mode."""
        return self.state.kernel @ self.discrepancy

    @property
    def overlap_variance(self) -> float:
        """d⟨(w·v)²⟩."""
        return self.problem.dimension * self.neurons.mean(self.neurons.grid.m**2)

    @property
    def transverse_variance(self) -> float:
        """d⟨|w_⊥|²⟩/(d−1), the variance of one transverse component times d."""
        return self.problem.dimension * self.neurons.mean(self.neurons.grid.r) / (self.problem.dimension - 1)


def solve(problem: Problem, theory: Theory, branch: Branch = "lazy") -> Solution:
    """The solution of `theory` for `problem` on the branch followed from the lazy (default) or from the aligned end.

    Raises BadInput with the reason if the branch cannot be followed to the problem's strength: use `follow` to get
    the failed attempt as a value.
    """
    solution = follow(problem, theory, branch)
    if not solution.converged:
        raise BadInput(solution.message)
    return solution


def branches(problem: Problem, theory: Theory) -> tuple[Solution, ...]:
    """The distinct solutions reached from the two ends: one, or two in a coexistence region. Raises BadInput if none."""
    found = [solution for solution in (follow(problem, theory, end) for end in _ENDS) if solution.converged]
    if not found:
        raise BadInput(f"no branch of the {theory.name} theory converges: {follow(problem, theory).message}")
    if len(found) == 2 and np.allclose(found[0].predictor, found[1].predictor, rtol=1e-5, atol=1e-7):
        return (found[0],)
    return tuple(found)


_ENDS: tuple[Branch, Branch] = ("lazy", "aligned")


def follow(problem: Problem, theory: Theory, branch: Branch = "lazy") -> Solution:
    """Follow a branch to the problem's strength, widening the grid in m until it holds every neuron.

    Returns a Solution whose `converged` may be False; then `message` says at which strength Newton's method lost it.
    """
    if branch not in _ENDS:
        raise BadInput(f"branch {branch!r} is not one of {', '.join(_ENDS)}")
    for reach in (4.0, 8.0, 16.0):
        solution = _follow_on_grid(closure(problem, theory, reach=reach), branch)
        if solution.neurons.edge_mass() < EDGE_MASS:
            return solution
    message = f"neurons reach overlaps |m| beyond {reach:g} σ_w: strength χσ_a²/N = {problem.strength:g} is too large"
    return replace(solution, converged=False, message=message)


def _follow_on_grid(equations: Closure, branch: Branch) -> Solution:
    problem = equations.problem
    discrepancy = equations.lazy_discrepancy(problem)
    if problem.chi == 0.0:
        return _finish(equations, branch, discrepancy, lost_at=None)
    path = (FIRST_STRENGTH, 1.0) if branch == "lazy" else (FIRST_STRENGTH, ALIGNED_STRENGTH, 1.0)
    lost_at = None
    for start, stop in zip((FIRST_STRENGTH, *path[:-1]), path, strict=True):
        discrepancy, lost_at = _continue(equations, discrepancy, start, stop)
        if lost_at is not None:
            break
    for _ in range(20 if equations.theory.connected and lost_at is None else 0):
        term = equations.connected_at(discrepancy, problem)
        change = np.abs(term - equations.connected)[equations.state(discrepancy, problem).neurons.weights > 1e-12]
        equations = replace(equations, connected=term)
        discrepancy, lost_at = _continue(equations, discrepancy, 1.0, 1.0)
        # a constant in the action is no change
        if lost_at is not None or np.ptp(change) < TOLERANCE:
            break
    return _finish(equations, branch, discrepancy, lost_at)


def _continue(equations: Closure, discrepancy: Vector, start: float, stop: float) -> tuple[Vector, float | None]:
    """Newton along strengths start → stop (relative), halving steps that fail. Returns t and where it was lost, or None."""
    position, end = math.log(start), math.log(stop)
    step = math.log(3.0)
    attempt = position
    while True:
        at = equations.problem.with_chi(equations.problem.chi * math.exp(attempt))
        trial = root(equations.residual, discrepancy, args=(at,), tol=1e-12)
        if np.all(np.isfinite(trial.x)) and np.max(np.abs(equations.residual(trial.x, at))) < TOLERANCE:
            discrepancy, position = np.asarray(trial.x), attempt
            if position == end:
                return discrepancy, None
        else:
            step /= 2.0
            if step < SMALLEST_STEP:
                return discrepancy, math.exp(attempt)
        attempt = end if abs(end - position) <= step else position + math.copysign(step, end - position)


def _finish(equations: Closure, branch: Branch, discrepancy: Vector, lost_at: float | None) -> Solution:
    problem = equations.problem
    residual = float(np.max(np.abs(equations.residual(discrepancy, problem))))
    converged = lost_at is None and residual < TOLERANCE
    message = f"residual {residual:.1e} on the branch from the {branch} end"
    if not converged:
        message = (
            f"the {equations.theory.name} theory has no solution by Newton's method on the branch from the {branch} end: "
            f"lost at {lost_at or 1.0:.3g} of the strength χσ_a²/N = {problem.strength:.3g}; try the other branch"
        )
    state = equations.state(discrepancy, problem)
    return Solution(problem, equations.theory, branch, converged, message, residual, equations, discrepancy, state)
