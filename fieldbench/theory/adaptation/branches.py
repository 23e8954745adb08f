"""Solve the closure on the branch from the lazy end or from the aligned end.

At a given κ_eff the discrepancy t is unique (see `closure`), so every solution is a root of one function of one
variable,

    G(log κ_eff) = log κ_R[t(κ_eff)] − log κ_eff,

κ_R being the effective ridge over the spectrum that the neurons under t have. A large κ_eff leaves t weak and the
neurons lazy, with G < 0; the smallest possible, κ_eff = κ, aligns them as far as they can be, with G ≥ 0. The two
ends are followed towards each other to their first root: one solution if they meet, coexisting ones if they do not.
No iteration that can be unstable is involved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.optimize import brentq

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation.approximations import Approximation
from fieldbench.theory.adaptation.closure import Closure, State, closure
from fieldbench.theory.adaptation.neurons import Neurons, Vector
from fieldbench.theory.adaptation.problem import Problem

Branch = Literal["lazy", "aligned"]

_ENDS: tuple[Branch, Branch] = ("lazy", "aligned")

TOLERANCE = 1e-8  # of the residual, in units of the target
EDGE_MASS = 1e-12  # of neurons at the outermost overlap
REACHES = (4.0, 8.0, 16.0, 32.0)  # of the grid in m, in units of max(σ_w, 1)
LOG_STEP = 0.15  # in log κ_eff, when looking for the first root
CONNECTED_ROUNDS = 30


@dataclass(frozen=True, eq=False)
class Solution:
    """A point on a branch. `converged` and `message` say whether to trust it.

    discrepancy t and predictor f = K t are in `modes` normalised to unit variance. overlap_variance = d⟨m²⟩ and
    transverse_variance = d⟨r⟩/(d−1) are both σ_w² in the prior.
    """

    problem: Problem
    approximation: Approximation
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


def solve(problem: Problem, approximation: Approximation, branch: Branch = "lazy") -> Solution:
    """The solution of `problem` in an approximation, on the branch followed from the lazy (default) or aligned end.

    Raises BadInput with the reason if the branch cannot be followed to the problem's strength: use `follow` to get
    the failed attempt as a value.
    """
    solution = follow(problem, approximation, branch)
    if not solution.converged:
        raise BadInput(solution.message)
    return solution


def branches(problem: Problem, approximation: Approximation) -> tuple[Solution, ...]:
    """The distinct solutions reached from the two ends: one, or two where they coexist. Raises BadInput if none."""
    found = [solution for solution in (follow(problem, approximation, end) for end in _ENDS) if solution.converged]
    if not found:
        raise BadInput(
            f"no branch of the {approximation.name} approximation converges: {follow(problem, approximation).message}"
        )
    if len(found) == 2 and np.allclose(found[0].predictor, found[1].predictor, rtol=1e-5, atol=1e-7):
        return (found[0],)
    return tuple(found)


def follow(problem: Problem, approximation: Approximation, branch: Branch = "lazy") -> Solution:
    """Follow a branch to its first root, widening the grid in m until it holds every neuron.

    Returns a Solution whose `converged` may be False; then `message` says what went wrong and what to change.
    """
    if branch not in _ENDS:
        raise BadInput(f"branch {branch!r} is not one of {', '.join(_ENDS)}")
    for reach in REACHES:
        solution = _follow_on_grid(closure(problem, approximation, reach=reach), branch)
        if solution.neurons.edge_mass() < EDGE_MASS:
            return solution
    message = (
        f"the {approximation.name} approximation puts neurons beyond |m| = {REACHES[-1]:g}: the strength χσ_a²/N = "
        f"{problem.strength:.3g} is too large for the ridge {problem.ridge:.3g}; lower chi or raise the ridge"
    )
    return replace(solution, converged=False, message=message)


def _follow_on_grid(equations: Closure, branch: Branch) -> Solution:
    discrepancy = _self_consistent(equations, np.zeros_like(equations.target), branch)
    for _ in range(CONNECTED_ROUNDS if equations.approximation.connected else 0):
        term = equations.connected_at(discrepancy)
        occupied = equations.state(discrepancy).neurons.weights > 1e-12
        # a constant in the action is no change
        change = float(np.ptp((term - equations.connected)[occupied]))
        equations = replace(equations, connected=term)
        discrepancy = _self_consistent(equations, discrepancy, branch)
        if change < TOLERANCE:
            break
    return _finish(equations, branch, discrepancy)


def _self_consistent(equations: Closure, start: Vector, branch: Branch) -> Vector:
    """t at the first root of G met from the branch's end, on a fixed connected term."""
    bare = math.log(equations.problem.ridge)
    if equations.approximation.ridge == "bare":
        return equations.minimum(equations.problem.ridge, start)
    found = {"t": start}

    def excess(log_ridge: float) -> float:
        found["t"] = equations.minimum(math.exp(log_ridge), found["t"])
        return math.log(equations.state(found["t"]).effective_ridge) - log_ridge

    if branch == "lazy":
        here = math.log(equations.state(np.zeros_like(start)).effective_ridge)
        while excess(here) > 0.0:
            here += LOG_STEP
        direction = -LOG_STEP
    else:
        here, direction = bare, LOG_STEP
    before = excess(here)
    while before != 0.0:
        there = max(here + direction, bare)
        after = excess(there)
        if there == bare and after <= 0.0:
            # κ_R ≥ κ exactly, so this is a vanishing spectrum and rounding
            here = bare
            break
        if before * after <= 0.0:
            here = float(brentq(excess, min(here, there), max(here, there), xtol=1e-13, rtol=1e-14))
            break
        here, before = there, after
    return equations.minimum(math.exp(here), found["t"])


def _finish(equations: Closure, branch: Branch, discrepancy: Vector) -> Solution:
    problem, approximation = equations.problem, equations.approximation
    state = equations.state(discrepancy)
    residual = equations.residual(discrepancy)
    converged = bool(residual < TOLERANCE)
    message = f"residual {residual:.1e} on the branch from the {branch} end"
    if not converged:
        message = (
            f"Newton's method left a residual of {residual:.1e} (limit {TOLERANCE:g}) in the {approximation.name} "
            f"approximation at strength χσ_a²/N = {problem.strength:.3g}, ridge {problem.ridge:.3g}, "
            f"{problem.samples} samples; lower chi or raise the ridge"
        )
    return Solution(problem, approximation, branch, converged, message, residual, equations, discrepancy, state)
