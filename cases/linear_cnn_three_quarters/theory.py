"""Theories of the average over data sets, read at an experiment's training sizes, and what they all leave open."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from fieldbench.claims import Expression, Remainder, crossing
from fieldbench.theory.networks import LinearCNN, OrderParameters, half_samples

from .experiment import Gibbs, Langevin, Ray
from .p50 import HalfSamplesBudget, half_samples_budget
from .remainders import Shifts, remainders

Curve = Callable[[LinearCNN, float], OrderParameters]

P50 = crossing(Gibbs.learnability, 0.5)
ORDER_PARAMETERS = (Gibbs.learnability, Gibbs.ratio, Gibbs.orthogonal, Gibbs.mse)


def network(at: Ray) -> LinearCNN:
    return LinearCNN(at.teacher.patches, at.teacher.size, at.prior.channels, at.mean_field, at.ridge)


def order_parameters(at: Gibbs, curve: Curve) -> dict[Expression, Any]:
    points = [curve(network(at), samples) for samples in at.samples]
    return {
        Gibbs.learnability: np.array([point.learnability for point in points]),
        Gibbs.ratio: np.array([point.ratio for point in points]),
        Gibbs.orthogonal: np.array([point.orthogonal for point in points]),
        Gibbs.mse: np.array([point.mse for point in points]),
    }


def averaged(at: Gibbs, curve: Curve) -> dict[Expression, Any]:
    """The order parameters and P_50, which is a root of the theory's own curve, without remainders."""
    return {**order_parameters(at, curve), P50: half_samples(network(at), curve)}


@cache
def p50_budget(at: Gibbs) -> HalfSamplesBudget:
    return half_samples_budget(network(at), at.samples[0], at.samples[-1])


def left_open(at: Gibbs) -> dict[Expression, tuple[Remainder, ...]]:
    """What linear response and shrinkage both leave open, every size with a positive sign."""
    parts = [remainders(network(at), samples) for samples in at.samples]
    causes = (
        ("the teacher's signal over data sets, to second order", "1/P", [part.own_signal for part in parts]),
        ("half a sample in the self-consistent ridge", "1/P", [part.half_sample for part in parts]),
        ("fluctuation of the kernel at finite C", "S/C", [part.kernel for part in parts]),
        ("thermal turn of the learned direction at finite χ", "1/χ", [part.tilt for part in parts]),
    )

    def each(read: Callable[[Shifts], float]) -> tuple[Remainder, ...]:
        return tuple(Remainder(name, [read(s) for s in shifts], order, "computed") for name, order, shifts in causes)

    budget = p50_budget(at)
    return {
        Gibbs.learnability: each(lambda shifts: shifts.learnability),
        Gibbs.ratio: each(lambda shifts: shifts.ratio),
        Gibbs.orthogonal: each(lambda shifts: shifts.orthogonal),
        Gibbs.mse: each(lambda shifts: shifts.mse),
        P50: (
            Remainder(
                "remainders of the learnability through the slope", budget.remainder, got="computed", relative=True
            ),
            Remainder("interpolation", budget.interpolation, got="computed", relative=True),
        ),
    }


def step_bias(at: Langevin) -> float:
    """h²/4 for the sampler's step h ≤ 0.65/√(largest curvature), the lazy kernel's Marchenko-Pastur edge at least.

    The sampler takes 1.4/√ of a bound six times that edge. A Störmer-Verlet scheme is off by h²ω²/4 in the variance of
    a mode of frequency ω, at most 1 for what learns slowly; BAOAB is exact for quadratic energies and better than that
    otherwise.
    """
    share = at.samples[-1] / at.dimension
    return float(0.25 * 0.65**2 / (1 + share * (1 + share**-0.5) ** 2 / at.ridge))


def along_the_ray(at: Gibbs) -> tuple[list[float], list[float]]:
    """d and P_50 of the networks of whole shape up to this one, from below its neighbour in a tier."""
    models = [LinearCNN.on_ray(n / 10, ridge=at.ridge) for n in range(round(4 * at.alpha), round(10 * at.alpha) + 1)]
    return [model.dimension for model in models], [half_samples(model) for model in models]
