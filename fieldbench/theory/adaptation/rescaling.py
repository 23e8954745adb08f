"""The rival of kernel adaptation: learning only rescales the lazy kernel, K_0 → Q K_0, by one number Q.

    N(1 − 1/Q) = χ tᵀK_0 t,      t = (Q K_0 + κ)^{-1} y                                                  (1)

exact for the mean of two-layer linear networks (arXiv:2502.03210; Li and Sompolinsky) and the natural
extension to others. It cannot prefer the teacher's direction, so it learns the cubic part of a target no better than
a Gaussian process with Q times the signal. Q may also be left free and fitted, which gives the rival its own best
constant.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation.approximations import Approximation
from fieldbench.theory.adaptation.closure import Closure, closure
from fieldbench.theory.adaptation.learnabilities import linear_and_cubic
from fieldbench.theory.adaptation.neurons import tilted
from fieldbench.theory.adaptation.problem import Problem
from fieldbench.theory.adaptation.response import sector_spectrum

LAZY = Approximation("lazy", ridge="kernel")
LARGEST_SCALE = 1e8


@dataclass(frozen=True)
class Rescaled:
    """A Gaussian process with kernel Q K_0: `scale` Q, and what it makes of the target (as in `Observables`)."""

    scale: float
    linear: float
    cubic: float
    harmonic: float
    effective_ridge: float


def _root(excess: Callable[[float], float]) -> float:
    if excess(1.0) >= 0.0:
        return 1.0
    if excess(LARGEST_SCALE) < 0.0:
        raise BadInput(f"the rescaling equation has no root below Q = {LARGEST_SCALE:g}: lower chi or raise the ridge")
    return math.exp(brentq(lambda log_scale: excess(math.exp(log_scale)), 0.0, math.log(LARGEST_SCALE), xtol=1e-14))


@dataclass(frozen=True, eq=False)
class _Process:
    """The lazy network's modes: everything that Q multiplies."""

    equations: Closure

    def discrepancy(self, scale: float) -> tuple[NDArray[np.float64], float, float]:
        """t = (Q K_0 + κ_eff/n)^{-1} y in modes, κ_eff over the spectrum of Q K_0, and its E0."""
        problem = self.equations.problem
        neurons = tilted(self.equations.grid, np.zeros_like(self.equations.grid.m), 0.0)
        kernel = (
            scale * problem.readout_variance * (self.equations.overlaps * neurons.weights) @ self.equations.overlaps.T
        )
        modes = sector_spectrum(self.equations.sectors, neurons, problem, response=False).scaled(scale)
        ridge = modes.effective_ridge(problem.samples, problem.ridge)
        shifted = kernel + ridge / problem.samples * np.eye(len(kernel))
        t = np.asarray(np.linalg.solve(shifted, self.equations.target), dtype=np.float64)
        return t, ridge, modes.discrepancy_factor(problem.samples, ridge)

    def excess(self, scale: float) -> float:
        """Left minus right side of (1) over N, averaged over data: tᵀQK_0t = y·t − κ|t|², |t|² = E0 Σ_k t_k²/n."""
        problem = self.equations.problem
        t, _, factor = self.discrepancy(scale)
        quadratic = float(self.equations.target @ t) - problem.ridge * factor * float(t @ t) / problem.samples
        return 1.0 - 1.0 / scale - problem.chi / problem.width * quadratic / scale

    def rescaled(self, scale: float) -> Rescaled:
        problem = self.equations.problem
        t, ridge, _ = self.discrepancy(scale)
        neurons = tilted(self.equations.grid, scale * t @ self.equations.overlaps, 0.0)
        linear, cubic, harmonic = linear_and_cubic(problem, neurons)
        return Rescaled(scale, linear, cubic, harmonic, ridge)


def rescaled_process(problem: Problem, scale: float | None = None) -> Rescaled:
    """The rescaling theory of `problem`, averaged over data, at its own Q (equation 1) or at a given one.

    Raises BadInput for scale ≤ 0 or if (1) has no root.
    """
    process = _Process(closure(problem, LAZY))
    if scale is None:
        scale = _root(process.excess)
    if not scale > 0:
        raise BadInput(f"scale Q = {scale}; a kernel needs a positive factor")
    return process.rescaled(scale)
