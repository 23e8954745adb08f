"""Theories of the average over data sets, read at an experiment's training sizes, and what they all leave open."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from fieldbench.claims import Expression, Remainder, crossing
from fieldbench.theory.networks import LinearCNN, OrderParameters, half_samples
from fieldbench.theory.networks.linear_cnn_p50 import half_samples_budget
from fieldbench.theory.networks.linear_cnn_remainders import remainders

from .experiment import Gibbs, Langevin, Ray

Curve = Callable[[LinearCNN, float], OrderParameters]

P50 = crossing(Gibbs.learnability, 0.5)
ORDER_PARAMETERS = (Gibbs.learnability, Gibbs.ratio, Gibbs.orthogonal, Gibbs.mse)  # as in linear_cnn_remainders
PARTS = (
    ("own_signal", "the teacher's signal over data sets, to second order", "1/P"),
    ("half_sample", "half a sample in the self-consistent ridge", "1/P"),
    ("kernel", "fluctuation of the kernel at finite C", "S/C"),
    ("tilt", "thermal turn of the learned direction at finite χ", "1/χ"),
)


def network(at: Ray) -> LinearCNN:
    return LinearCNN(at.teacher.patches, at.teacher.size, at.prior.channels, at.mean_field, at.ridge)


def order_parameters(at: Gibbs, curve: Curve) -> dict[Expression, Any]:
    points = [curve(network(at), samples) for samples in at.samples]
    return {what: np.array([getattr(point, what.name) for point in points]) for what in ORDER_PARAMETERS}


def averaged(at: Gibbs, curve: Curve) -> dict[Expression, Any]:
    """The order parameters and P_50, which is a root of the theory's own curve, without remainders."""
    return {**order_parameters(at, curve), P50: half_samples(network(at), curve)}


@cache
def p50_budget(at: Gibbs) -> dict[str, float]:
    return half_samples_budget(network(at), at.samples[0], at.samples[-1])


def left_open(at: Gibbs) -> dict[Expression, tuple[Remainder, ...]]:
    """What linear response and shrinkage both leave open, every size with a positive sign."""
    sizes = [remainders(network(at), samples) for samples in at.samples]
    slope, bend = p50_budget(at)["remainder"], p50_budget(at)["interpolation"]
    left: dict[Expression, tuple[Remainder, ...]] = {
        what: tuple(Remainder(words, [s[part][i] for s in sizes], order, "computed") for part, words, order in PARTS)
        for i, what in enumerate(ORDER_PARAMETERS)
    }
    left[P50] = (
        Remainder("remainders of the learnability through the slope", slope, got="computed", relative=True),
        Remainder("interpolation", bend, got="computed", relative=True),
    )
    return left


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
