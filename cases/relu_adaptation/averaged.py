"""Averaged over data, where every set shows the teacher's own direction: kernel adaptation, and a process."""

from __future__ import annotations

from functools import cache

from fieldbench.claims import Said
from fieldbench.theory.adaptation import (
    RELU,
    AlignedMode,
    Approximation,
    FoldMode,
    Problem,
    predictor_overlap,
    solve,
)

from .experiment import Network
from .theory import together

MODES = AlignedMode(1), FoldMode()
AVERAGED = Approximation("averaged over data", MODES)
WITHOUT_RESPONSE = Approximation("averaged, ridge of the kernel", MODES, ridge="kernel")


def averaged(at: Network) -> Said:
    """Kernel adaptation averaged over data: every set shows the teacher's own direction."""
    return over_data(at, AVERAGED, float(at.width))


def without_response(at: Network) -> Said:
    """The same, its ridge summed over the kernel's spectrum in place of the response's."""
    return over_data(at, WITHOUT_RESPONSE, float(at.width))


def averaged_process(at: Network) -> Said:
    """The Gaussian process averaged over data, by its effective ridge."""
    return over_data(at, WITHOUT_RESPONSE, 0.0)


@cache
def over_data(at: Network, approximation: Approximation, chi: float) -> Said:
    target = (MODES[0], 1.0), (MODES[1], at.fold)
    problem = Problem(at.dimension, at.samples, at.width, at.ridge, chi, target, activation=RELU)
    neurons = solve(problem, approximation).neurons
    linear, even = (
        predictor_overlap(problem, neurons, mode.overlap(RELU, neurons.grid.m, neurons.grid.r)) for mode in MODES
    )
    along = at.dimension * neurons.mean(neurons.grid.m**2)
    return together(at, [(linear, even, along)] * at.sets)
