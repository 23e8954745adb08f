"""Theories of the average over data sets, read at an experiment's training sizes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np

from fieldbench.claims import Expression, Known, Remainder, Said, crossing, log
from fieldbench.claims.known import Origin
from fieldbench.theory.networks import (
    LinearCNN,
    OrderParameters,
    adapted,
    aligned,
    gaussian_process,
    half_samples,
    shrunken_half_samples,
)

from .experiment import Gibbs, Langevin, Ray
from .remainders import Shifts, predict

Curve = Callable[[LinearCNN, float], OrderParameters]

P50 = crossing(Gibbs.learnability, 0.5)
ORDER_PARAMETERS = (Gibbs.learnability, Gibbs.ratio, Gibbs.orthogonal, Gibbs.mse)
NAMES = ("learnability", "ratio", "orthogonal", "mse")
ASKED = {Gibbs.learnability: 0.002, Gibbs.ratio: 0.002, Gibbs.orthogonal: 0.0, Gibbs.mse: 0.005}
"""Relative resolution of an average over data sets: a sixth of what linear response is off by at α = 1, κ = 1, or less.

The theory leaves less open than that at the largest networks, and is not asked for more than can be measured there.
"""
LANGEVIN_LEARNABILITY = Langevin.learnability - Langevin.gibbs_learnability
LANGEVIN_RATIO = log(Langevin.ratio / Langevin.gibbs_ratio)


def network(at: Ray) -> LinearCNN:
    return LinearCNN(at.teacher.patches, at.teacher.size, at.prior.channels, at.mean_field, at.ridge)


def shrinkage(at: Gibbs) -> Said:
    """What is learned is a shrunken noisy teacher: to all orders in the noise, to first order in 1/C and 1/χ."""
    return shrunken(network(at), at.samples)


def alone(at: Gibbs) -> Said:
    """The same with what it leaves open alone, whatever data sets resolve."""
    return shrunken(network(at), at.samples, asked={})


def shrunken(model: LinearCNN, sizes: tuple[int, ...], asked: Mapping[Any, float] = ASKED) -> dict[Expression, Known]:
    points = [predict(model, samples) for samples in sizes]
    causes: tuple[tuple[str, str, Origin, list[Shifts]], ...] = (
        ("samples lost in a finite regression", "1/P", "bounded", [point.samples for point in points]),
        ("the teacher's own power, to second order", "1/P", "computed", [point.own_signal for point in points]),
        ("second order in 1/C and 1/χ", "1/C²", "bounded", [point.next_order for point in points]),
        ("spike and bulk of a finite matrix", "1/(NS)", "bounded", [point.matrix for point in points]),
    )
    found: dict[Expression, Known] = {
        what: Known(
            [getattr(point.value, name) for point in points],
            *(Remainder(cause, [getattr(s, name) for s in shifts], order, got) for cause, order, got, shifts in causes),
            Remainder(
                "resolution asked of an average over data sets", asked.get(what, 0.0), got="chosen", relative=True
            ),
        )
        for what, name in zip(ORDER_PARAMETERS, NAMES, strict=True)
    }
    return {**found, P50: interpolated(found[Gibbs.learnability], sizes, model)}


def interpolated(learnability: Known, sizes: tuple[int, ...], model: LinearCNN) -> Known:
    """P_50 as it is measured, on a straight line in log P through the first and the last size.

    How much of each part is real is not the same at two sizes of network: in exponents they must not cancel. Each
    network's is therefore a remainder of its own.
    """
    low, high = learnability.value[0], learnability.value[-1]
    slope = (high - low) / math.log(sizes[-1] / sizes[0])
    share = (0.5 - low) / (high - low)
    left = np.abs(sum(learnability.sizes().values()))
    open_ = (abs(1 - share) * left[0] + abs(share) * left[-1]) / slope
    name = f"all that L leaves open, through its slope (d = {model.dimension}, κ = {model.ridge:g})"
    return Known(sizes[0] * math.exp((0.5 - low) / slope), Remainder(name, open_, got="bounded", relative=True))


@cache
def _read(model: LinearCNN, sizes: tuple[int, ...], curve: Curve) -> dict[Expression, Any]:
    points = [curve(model, samples) for samples in sizes]
    found: dict[Expression, Any] = {
        what: np.array([getattr(point, name) for point in points])
        for what, name in zip(ORDER_PARAMETERS, NAMES, strict=True)
    }
    return {**found, P50: half_samples(model, curve)}


def averaged(at: Gibbs, curve: Curve) -> Said:
    """A theory's order parameters and P_50, which is a root of its own curve, without remainders."""
    return _read(network(at), at.samples, curve)


# One object a curve, so that what is computed once is found again.
linear_response = partial(averaged, curve=adapted)
kernel_spectrum = partial(averaged, curve=partial(adapted, spectrum="kernel"))
equivalent_kernel = partial(averaged, curve=partial(adapted, spectrum="bare"))
no_feature_learning = partial(averaged, curve=gaussian_process)
full_alignment = partial(averaged, curve=aligned)


def half_mean_field(at: Gibbs) -> Said:
    return shrinkage(replace(at, mean_field=at.mean_field / 2))


def without_patches_in_the_prior(at: Gibbs) -> Said:
    """Readouts of variance 1/(Cχ) in place of 1/(NCχ), at the same ridge κ/χ."""
    model = network(at)
    stronger = replace(model, mean_field=model.mean_field * model.patches, ridge=model.ridge * model.patches)
    return shrunken(stronger, at.samples)


def fixed_channels(at: Gibbs) -> Said:
    """C = 1000 at every α: the ray on which the exponent is another."""
    return shrunken(replace(network(at), channels=1000), at.samples)


def finite_step(at: Langevin) -> Said:
    """Langevin samples what Gibbs does, up to the bias of its step."""
    same = Known(0.0, Remainder("finite step", step_bias(at), order="h²", got="bounded"))
    return {LANGEVIN_LEARNABILITY: same, LANGEVIN_RATIO: same}


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
    return [model.dimension for model in models], [shrunken_half_samples(model) for model in models]
