"""Minima of the saddle's action at the source's size, on a grid that reaches |m| = 4."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.adaptation import RESPONSE, SLIDE, Approximation, solve
from fieldbench.theory.transition import log_density

from .experiment import Network
from .theory import problem

BEYOND = 1.0  # in |m| = |w·w*| a minimum is an outer one; wells of aligned central neurons lie below .5
NEAR = Network(50, 1000, 250, 2.0, 0.05)
ELSEWHERE = (replace(NEAR, cubic=-0.05), *(replace(NEAR, ridge=10.0, cubic=cubic) for cubic in (-0.05, 0.05)))


def minima(at: Network, approximation: Approximation) -> NDArray[np.float64]:
    """Where −log p(|m|) is smallest among its neighbours."""
    spline = log_density(solve(problem(at), approximation).neurons)
    m = np.linspace(0.0, 0.99 * float(spline.x[-1]), 2000)
    inner = spline(m)[1:-1]
    found: NDArray[np.float64] = m[1:-1][(inner > spline(m)[:-2]) & (inner > spline(m)[2:])]
    return found


def outer_minima(at: Network = NEAR, approximation: Approximation = RESPONSE) -> float:
    """How many there are: at κ = 2, ε = .05 one on each side."""
    return float(np.sum(minima(at, approximation) > BEYOND))


def outer_minima_of_the_source() -> float:
    """The same of the one-dimensional action with |w_⊥| frozen and κ for the ridge."""
    return outer_minima(NEAR, SLIDE)


def outer_minima_elsewhere() -> float:
    """At ε = −.05, and at κ = 10 with both signs."""
    return sum(outer_minima(at) for at in ELSEWHERE)
