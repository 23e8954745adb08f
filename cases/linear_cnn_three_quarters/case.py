"""A two-layer linear CNN learns a linear teacher with P ~ d^{3/4} samples, while its Gaussian process needs P ~ d."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np

from fieldbench.claims import (
    Case,
    Check,
    Control,
    Expression,
    Figure,
    Guard,
    Known,
    Limit,
    Remainder,
    Rival,
    Said,
    Tier,
    crossing,
    exponent,
    local_exponents,
    log,
    per,
    spread,
)
from fieldbench.theory.linear_cnn import LinearCNN, OrderParameters, adapted, aligned, gaussian_process, half_samples
from fieldbench.theory.linear_cnn_p50 import extrapolated_level, half_samples_budget, local_exponent
from fieldbench.theory.linear_cnn_remainders import remainders
from fieldbench.theory.shrinkage import shrinkage as shrunken_teacher

from .experiment import Gibbs, Langevin, Ray, ShuffledLabels, WithoutRootTwo

Curve = Callable[[LinearCNN, float], OrderParameters]

P50 = crossing(Gibbs.learnability, 0.5)
ORDER_PARAMETERS = (Gibbs.learnability, Gibbs.ratio, Gibbs.orthogonal, Gibbs.mse)
LANGEVIN_LEARNABILITY = Langevin.learnability - Langevin.gibbs_learnability
LANGEVIN_RATIO = log(Langevin.ratio / Langevin.gibbs_ratio)


def linear_response(at: Gibbs) -> Said:
    """The kernel adapts to the teacher, and responds linearly to the noise of the data."""
    left, noise = left_open(at), "noise beyond linear response"
    value, to_all_orders = order_parameters(at, adapted), order_parameters(at, shrunken_teacher)
    return {
        **{
            what: Known(v, Remainder(noise, np.abs(v - to_all_orders[what]), got="computed"), *left[what])
            for what, v in value.items()
        },
        P50: Known(half_samples(network(at), adapted), relative(noise, p50_budget(at)["beyond"]), *left[P50]),
    }


def shrinkage(at: Gibbs) -> Said:
    """The same to all orders in the noise: the learned map is a shrunken noisy teacher."""
    left = left_open(at)
    return {what: Known(value, *left[what]) for what, value in averaged(at, shrunken_teacher).items()}


def finite_step(at: Langevin) -> Said:
    """Langevin samples what Gibbs does up to h²/4, for its step h ≤ 0.65/√(largest curvature).

    That curvature is the lazy kernel's Marchenko-Pastur edge at least; the sampler takes 1.4/√ of a bound six times
    that edge. A Störmer-Verlet scheme is off by h²ω²/4 in the variance of a mode of frequency ω, at most 1 for what
    learns slowly; BAOAB is exact for quadratic energies and better than that otherwise.
    """
    share = at.samples[-1] / at.dimension
    bias = 0.25 * 0.65**2 / (1 + share * (1 + share**-0.5) ** 2 / at.ridge)
    same = Known(0.0, Remainder("finite step", bias, order="h²", got="bounded"))
    return {LANGEVIN_LEARNABILITY: same, LANGEVIN_RATIO: same}


def network(at: Ray) -> LinearCNN:
    return LinearCNN(at.teacher.patches, at.teacher.size, at.prior.channels, at.mean_field, at.ridge)


def order_parameters(at: Gibbs, curve: Curve) -> dict[Expression, Any]:
    points = [curve(network(at), samples) for samples in at.samples]
    return {what: np.array([getattr(point, what.name) for point in points]) for what in ORDER_PARAMETERS}


def averaged(at: Gibbs, curve: Curve) -> dict[Expression, Any]:
    """What a theory of the average over data sets says, without remainders."""
    return {**order_parameters(at, curve), P50: half_samples(network(at), curve)}


@cache
def p50_budget(at: Gibbs) -> dict[str, float]:
    return half_samples_budget(network(at), at.samples[0], at.samples[-1])


def left_open(at: Gibbs) -> dict[Expression, tuple[Remainder, ...]]:
    """What both theories leave out: the parts of `linear_cnn_remainders`, each with the sign that widens the margin."""
    sizes = [remainders(network(at), samples) for samples in at.samples]

    def part(words: str, key: str, order: str, number: int) -> Remainder:
        return Remainder(words, [size[key][number] for size in sizes], order=order, got="computed")

    parts = (
        ("the teacher's signal over data sets, to second order", "own_signal", "1/P"),
        ("half a sample in the self-consistent ridge", "half_sample", "1/P"),
        ("fluctuation of the kernel at finite C", "kernel", "S/C"),
        ("thermal turn of the learned direction at finite χ", "tilt", "1/χ"),
    )
    return {
        **{what: tuple(part(*of, number) for of in parts) for number, what in enumerate(ORDER_PARAMETERS)},
        P50: (
            relative("remainders of the learnability through the slope", p50_budget(at)["remainder"]),
            relative("interpolation", p50_budget(at)["interpolation"]),
        ),
    }


def relative(words: str, size: float) -> Remainder:
    return Remainder(words, size, got="computed", relative=True)


without_features = partial(averaged, curve=gaussian_process)
full_alignment = partial(averaged, curve=aligned)
kernel_spectrum = partial(averaged, curve=partial(adapted, spectrum="kernel"))
equivalent_kernel = partial(averaged, curve=partial(adapted, spectrum="bare"))
linear_response_alone = partial(averaged, curve=adapted)


def half_mean_field(at: Gibbs) -> Said:
    return linear_response(replace(at, mean_field=at.mean_field / 2))


def dimension(at: Gibbs) -> float:
    return at.dimension


def along_the_ray(at: Gibbs) -> tuple[Any, Any]:
    """d and P_50 of the networks of whole shape up to this one, from below its neighbour in a tier."""
    smaller = [LinearCNN.on_ray(n / 10, ridge=at.ridge) for n in range(round(4 * at.alpha), round(10 * at.alpha) + 1)]
    return [model.dimension for model in smaller], [half_samples(model) for model in smaller]


LARGE = 250_000  # the largest network is at four times this α: α = 10⁶, d = 5·10¹⁴
RIDGES = UNIT, SMALL = 1.0, 0.01


def at_unit_ridge(at: Gibbs) -> bool:
    return at.ridge == UNIT


# The sizes bracket P_50 closely: a replicate's P_50 is interpolated between two nested training sets.
FIRST, SECOND, THIRD = Gibbs(0.4, (48, 64), 128), Gibbs(1.0, (211, 270), 16), Gibbs(2.0, (640, 800), 6)
AT_SMALL_RIDGE = Gibbs(1.0, (125, 160), 16, ridge=SMALL)
TIERS = {
    "quick": Tier(
        [Gibbs(0.2, (15, 21), 128), Langevin(0.2, (15, 21), 128, steps=1600), Gibbs(0.4, (48, 64), 64)], replicates=16
    ),
    "standard": Tier([FIRST, Langevin(0.4, (48, 64), 128, steps=2000), SECOND, THIRD, AT_SMALL_RIDGE], replicates=32),
    "paper": Tier(
        [
            FIRST,
            Langevin(0.4, (48, 64), 128, steps=4000),
            SECOND,
            THIRD,
            Gibbs(4.0, (1900, 2300), 3),
            AT_SMALL_RIDGE,
        ],
        replicates=32,
        note="the source's own ray up to alpha = 4 (d = 8000): about 90 minutes on one core, 2 GiB",
    ),
}

WITHOUT = {"equivalent-kernel": equivalent_kernel, "no-feature-learning": without_features}
POWER_LAWS = {
    "gaussian-process": Rival(without_features, free="offset"),
    "full-alignment": Rival(full_alignment, free="offset"),
}
LEARNABILITY = Check(
    "learnability", Gibbs.learnability, on=at_unit_ridge, rivals={"kernel-spectrum": kernel_spectrum, **WITHOUT}
)
EIGENVALUE_RATIO = Check("eigenvalue-ratio", Gibbs.ratio, on=at_unit_ridge, scale="log", rivals=WITHOUT)
LANGEVIN = Check("langevin-ratio", LANGEVIN_RATIO)
CHECKS = (
    LEARNABILITY,
    EIGENVALUE_RATIO,
    Check("test-error", Gibbs.mse, on=at_unit_ridge, scale="log", rivals=WITHOUT),
    Check("orthogonal-ratio", Gibbs.orthogonal, on=at_unit_ridge, rivals={"teacher-alone-adapts": 1.0}),
    Check("learnability-shrinkage", Gibbs.learnability, theory=shrinkage),
    Check(
        "p50",
        P50,
        on=at_unit_ridge,
        scale="log",
        rivals={**POWER_LAWS, "gaussian-process-level": without_features},
    ),
    Check(
        "p50-exponent",
        exponent(P50, over=dimension),
        on=at_unit_ridge,
        rivals={"gaussian-process": 1.0, "full-alignment": 0.5},
        statement=True,
    ),
    Check("local-exponents", local_exponents(P50, over=dimension), on=at_unit_ridge),
    Check(
        "spread-over-three-quarters",
        spread(P50 / per(lambda at: at.dimension**0.75)),
        on=at_unit_ridge,
        rivals={"exact-collapse": 0.0},
    ),
    Check(
        "p50-at-small-ridge",
        P50,
        theory=shrinkage,
        on=lambda at: at.ridge == SMALL,
        scale="log",
        rivals={"linear-response": linear_response_alone, "kernel-spectrum": kernel_spectrum},
    ),
    Check("langevin-learnability", LANGEVIN_LEARNABILITY),
    LANGEVIN,
    Limit(
        "limiting-exponent",
        lambda: [local_exponent(4 * LARGE, ridge) for ridge in RIDGES],
        expected=0.75,
        # The distance from 3/4 halves when α grows fourfold: that at a quarter of α is twice what is left.
        margin=(
            Remainder(
                "order α^{-1/2}",
                lambda: [local_exponent(LARGE, ridge) - 0.75 for ridge in RIDGES],
                order="α^{-1/2}",
                got="computed",
            ),
        ),
    ),
    Limit(
        "limiting-level",
        lambda: [extrapolated_level(LARGE, ridge) for ridge in RIDGES],
        expected=1.0,
        # The extrapolation's own remainder is of order 1/α: that from a quarter of α is four times what is left.
        margin=(
            Remainder(
                "order 1/α",
                lambda: [extrapolated_level(LARGE / 4, ridge) - 1 for ridge in RIDGES],
                order="1/α",
                got="computed",
            ),
        ),
    ),
    Limit(
        "gaussian-process-needs-d",
        lambda: [half_samples(LinearCNN.on_ray(100, ridge=ridge), gaussian_process) / 5e6 for ridge in RIDGES],
        expected=[ridge + 0.5 for ridge in RIDGES],
        margin=(Remainder("root finding", 1e-10, got="bounded"),),
    ),
)

CASE = Case(
    theories={Gibbs: linear_response, Langevin: finite_step},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control(
            "shuffled-labels",
            contradicts=LEARNABILITY,
            experiment=ShuffledLabels,
            on=lambda at: at.alpha == 0.4,
            why="without the teacher there is nothing to learn",
        ),
        Control(
            "mean-field-halved",
            contradicts=EIGENVALUE_RATIO,
            theory=half_mean_field,
            why="feature learning half as strong",
        ),
        Control(
            "langevin-without-root-two",
            contradicts=LANGEVIN,
            experiment=WithoutRootTwo,
            why="the noise printed without the factor √2 samples at half the temperature",
        ),
    ),
    guards=(
        Guard("gibbs-mixing", Gibbs.rhat, of=ORDER_PARAMETERS, at_most=1.05),
        # The scatter of data sets is ten times that of the posterior: a few draws a replicate are enough.
        Guard("gibbs-draws", Gibbs.ess, of=ORDER_PARAMETERS, at_least=5),
        Guard("langevin-mixing", Langevin.rhat, of=(Langevin.learnability, Langevin.ratio), at_most=1.05),
        Guard("langevin-draws", Langevin.ess, of=(Langevin.learnability, Langevin.ratio), at_least=50),
        Guard(
            "gibbs-mixing-beside-langevin",
            Langevin.gibbs_rhat,
            of=(Langevin.gibbs_learnability, Langevin.gibbs_ratio),
            at_most=1.05,
        ),
    ),
    figure=Figure(
        y=P50,
        x=per(dimension),
        label="d",
        group=lambda at: at.ridge,
        rivals={"gaussian-process": without_features, "full-alignment": full_alignment},
        curve=along_the_ray,
        log="xy",
        on=at_unit_ridge,
    ),
)
