"""What theories say of one network at the three signs of ε: solved once for all checks, rivals and controls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from fieldbench.theory.adaptation import Approximation, Problem, observables, rescaled_process, solve, staircase

from .experiment import Network


@cache
def adapted(at: Network, approximation: Approximation, ridge: float | None = None) -> dict[Any, Any]:
    """Every quantity in an approximation of kernel adaptation, at the network's own ridge or at another."""
    three = [observables(solve(_problem(at, sign, ridge), approximation)) for sign in at.sign]
    return {
        Network.linear: np.array([one.linear for one in three]),
        Network.overlap: np.array([one.overlap_variance for one in three]),
        Network.radius: np.array([one.transverse_variance for one in three]),
        **_responses(at, [one.cubic for one in three], [one.harmonic for one in three]),
    }


@cache
def rescaled(at: Network, scale: float | None) -> dict[Any, Any]:
    """The responses of a Gaussian process with the kernel times `scale`, or times what learning makes of it (None)."""
    two = [rescaled_process(_problem(at, sign), scale) for sign in (-1.0, 1.0)]
    return _responses(at, [one.cubic for one in two], [one.harmonic for one in two])


def _responses(at: Network, cubic: Sequence[float], harmonic: Sequence[float]) -> dict[Any, Any]:
    """From the coefficients at −|ε| (first) and +|ε| (last) to the responses to the sign of ε."""
    return {
        Network.response: (cubic[-1] - cubic[0]) / (2 * at.cubic),
        Network.harmonic_response: (harmonic[-1] - harmonic[0]) / (2 * at.cubic),
    }


def _problem(at: Network, sign: float, ridge: float | None = None) -> Problem:
    return staircase(
        dimension=at.dimension,
        samples=at.samples,
        width=at.width,
        ridge=at.ridge if ridge is None else ridge,
        chi=at.chi,
        cubic=sign * at.cubic,
    )
