"""What adaptation over patches says of a network, what it leaves open, and what other theories say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder, Said, log
from fieldbench.theory.adaptation import (
    FLUCTUATING,
    KERNEL_RIDGE,
    AlignedMode,
    Approximation,
    Problem,
    Solution,
    solve,
)
from fieldbench.theory.fluctuations import fluctuations, observables
from fieldbench.theory.networks import LinearCNN, adapted

from .experiment import Network

RATIO = log(Network.along / Network.across)
COMPLETE = replace(FLUCTUATING, degree=5)  # the ninth degree changes nothing in the fourth digit here
ASKED = {Network.linear: 0.01, Network.cubic_part: 0.015, Network.along: 0.005, Network.across: 0.002}
"""Relative resolution asked of sixteen data sets."""


def problem(at: Network, **changes: Any) -> Problem:
    """d → S, n → P, K → K/N, one readout a patch of variance 1/(NCχ)."""
    found = Problem(
        dimension=at.size,
        samples=at.samples,
        width=at.channels,
        ridge=at.ridge,
        chi=at.mean_field,
        target=((AlignedMode(1), 1.0), (AlignedMode(3), at.cubic)),
        readout_variance=1 / at.patches,
        patches=at.patches,
    )
    return replace(found, **changes)


@cache
def solved(of: Problem, approximation: Approximation, cubic: float) -> dict[Any, float]:
    """Every quantity, in an approximation that keeps fluctuations or does not."""
    solution = solve(of, approximation)
    mean = fluctuations(solution).mean if approximation.fluctuations else solution.neurons.mean
    return _quantities(solution, mean, cubic)


def _quantities(solution: Solution, mean: Callable[[NDArray[np.float64]], float], cubic: float) -> dict[Any, float]:
    found, grid, size = observables(solution), solution.neurons.grid, solution.problem.dimension
    return {
        Network.linear: found.linear,
        Network.cubic_part: found.cubic / cubic,
        Network.along: size * mean(grid.m**2 / (1 + 2 * grid.q)),
        Network.across: size / (size - 1) * mean(grid.r / (1 + 2 * grid.q)),
    }


def complete(at: Network) -> Said:
    """Adaptation with the response ridge and fluctuations to first order, in and across the patches."""
    return with_remainders(at, solved(problem(at), COMPLETE, at.cubic))


def with_remainders(at: Network, values: dict[Any, float]) -> dict[Any, Known]:
    """Values with what the first order leaves open, which wrong ones get as well.

    Another order of the fluctuations is bounded by the first. The data set's own teacher power η = Σ_μ y z/P − 1 has
    the variance (2 + 12ε + 42ε²)/P (one patch; several average it) and moves every quantity by ½ var η times a second
    derivative, at most twice the quantity itself: L and λ grow no faster than (1 + η)².
    """
    first, saddle = (solved(problem(at), each, at.cubic) for each in (COMPLETE, replace(COMPLETE, fluctuations=False)))
    power = (2 + 12 * at.cubic + 42 * at.cubic**2) / at.samples
    return {
        quantity: Known(
            value,
            Remainder("another order of the fluctuations", abs(first[quantity] - saddle[quantity]),
                      order="(S/P)², 1/χ²", got="bounded"),
            Remainder("the data's own power, to second order",
                      power * abs(first[quantity] - (prior_across(at) if quantity is Network.across else 0.0)),
                      order="1/P", got="bounded"),
            Remainder("resolution asked of an average over data sets", ASKED[quantity] * abs(value), got="chosen"),
        )
        for quantity, value in values.items()
    }  # fmt: skip


def prior_across(at: Network) -> float:
    return solved(problem(at, chi=0.0), KERNEL_RIDGE, at.cubic)[Network.across]


def kernel_ridge(at: Network) -> Said:
    """The effective ridge over the spectrum of K: without the response."""
    return dict(solved(problem(at), KERNEL_RIDGE, at.cubic))


def gaussian_process(at: Network) -> Said:
    """Infinitely many channels, whose kernel does not move."""
    return dict(solved(problem(at, chi=0.0), KERNEL_RIDGE, at.cubic))


def linear_twin(at: Network) -> Said:
    """The linear CNN of the same shape on the linear teacher."""
    twin = adapted(LinearCNN(at.patches, at.size, at.channels, at.mean_field, at.ridge), at.samples)
    return {Network.linear: twin.learnability, Network.cubic_part: 0.0, RATIO: float(np.log(twin.ratio))}


def one_patch(at: Network) -> Said:
    """Wrong: the fully connected network of one patch, readouts of variance 1/(Cχ)."""
    return with_remainders(at, solved(problem(at, readout_variance=1.0, patches=1), COMPLETE, at.cubic))


def lazy(at: Network) -> Said:
    """Wrong: the Gaussian process in place of the network."""
    return with_remainders(at, solved(problem(at, chi=0.0), KERNEL_RIDGE, at.cubic))


def half_the_feedback(at: Network) -> Said:
    """Wrong: (χ/4CN)[…]² in the action, the two neurons of a square counted once."""
    return with_remainders(at, solved(problem(at, chi=at.mean_field / 2), COMPLETE, at.cubic))


def more_ridge(factor: float) -> Callable[[Network], Said]:
    """A world whose ridge is `factor` times the stated one."""
    return lambda at: dict(solved(problem(at, ridge=factor * at.ridge), COMPLETE, at.cubic))
