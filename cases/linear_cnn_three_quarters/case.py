"""A two-layer linear CNN learns a linear teacher with P ~ d^{3/4} samples, while its Gaussian process needs P ~ d."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from fieldbench.claims import (
    Case,
    Check,
    Control,
    Figure,
    Guard,
    Known,
    Limit,
    Remainder,
    Rival,
    Said,
    Tier,
    exponent,
    local_exponents,
    log,
    per,
    spread,
)
from fieldbench.theory.networks import LinearCNN, adapted, aligned, gaussian_process, half_samples
from fieldbench.theory.networks import shrinkage as shrunken_teacher

from .experiment import Gibbs, Langevin, ShuffledLabels, WithoutRootTwo
from .p50 import extrapolated_level, local_exponent
from .theory import (
    ORDER_PARAMETERS,
    P50,
    along_the_ray,
    averaged,
    left_open,
    network,
    order_parameters,
    p50_budget,
    step_bias,
)

SCALED_P50 = P50 / per(lambda at: at.dimension**0.75)
BY_LANGEVIN, BY_GIBBS = (Langevin.learnability, Langevin.ratio), (Langevin.gibbs_learnability, Langevin.gibbs_ratio)
LANGEVIN_LEARNABILITY = Langevin.learnability - Langevin.gibbs_learnability
LANGEVIN_RATIO = log(Langevin.ratio / Langevin.gibbs_ratio)


def linear_response(at: Gibbs) -> Said:
    """The kernel adapts to the teacher and responds linearly to the data's noise; shrinkage says what that leaves."""
    found, further, left = order_parameters(at, adapted), order_parameters(at, shrunken_teacher), left_open(at)
    beyond = partial(Remainder, "noise beyond linear response", got="computed")
    p50 = half_samples(network(at), adapted)
    return {
        **{what: Known(v, beyond(np.abs(v - further[what])), *left[what]) for what, v in found.items()},
        P50: Known(p50, beyond(p50_budget(at).beyond, relative=True), *left[P50]),
    }


def shrinkage(at: Gibbs) -> Said:
    """The same to all orders in the noise: what is learned is a shrunken noisy teacher."""
    left = left_open(at)
    return {what: Known(value, *left[what]) for what, value in averaged(at, shrunken_teacher).items()}


def finite_step(at: Langevin) -> Said:
    """Langevin samples what Gibbs does, up to the bias of its step."""
    same = Known(0.0, Remainder("finite step", step_bias(at), order="h²", got="bounded"))
    return {LANGEVIN_LEARNABILITY: same, LANGEVIN_RATIO: same}


no_feature_learning = partial(averaged, curve=gaussian_process)
full_alignment = partial(averaged, curve=aligned)
kernel_spectrum = partial(averaged, curve=partial(adapted, spectrum="kernel"))
equivalent_kernel = partial(averaged, curve=partial(adapted, spectrum="bare"))
without_remainders = partial(averaged, curve=adapted)


def half_mean_field(at: Gibbs) -> Said:
    return linear_response(replace(at, mean_field=at.mean_field / 2))


def dimension(at: Gibbs) -> float:
    return at.dimension


def at_unit_ridge(at: Gibbs) -> bool:
    return at.ridge == UNIT


exponents, levels = np.vectorize(local_exponent), np.vectorize(extrapolated_level)

LARGE = 250_000  # the largest network is at four times this α: α = 10⁶, d = 5·10¹⁴
RIDGES = UNIT, SMALL = 1.0, 0.01

# The sizes bracket P_50 closely: a replicate's P_50 is interpolated between two nested training sets.
RAY = (Gibbs(0.4, (48, 64), 128), Gibbs(1.0, (211, 270), 16), Gibbs(2.0, (640, 800), 6))
# Three sweeps forget the start at κ = 1; at κ = .01 they left nearly half of the posterior's width (R-hat 1.052).
SMALL_RIDGE = Gibbs(1.0, (125, 160), 16, ridge=SMALL, burn_in=10)
TIERS = {
    "quick": Tier(
        [Gibbs(0.2, (15, 21), 128), Gibbs(0.4, (48, 64), 64), Langevin(0.2, (15, 21), 128, steps=1600)], replicates=16
    ),
    "standard": Tier([*RAY, SMALL_RIDGE, Langevin(0.4, (48, 64), 128, steps=2000)], replicates=32),
    "paper": Tier(
        [*RAY, Gibbs(4.0, (1900, 2300), 3), SMALL_RIDGE, Langevin(0.4, (48, 64), 128, steps=4000)],
        replicates=32,
        note="the source's own ray up to alpha = 4 (d = 8000): about 90 minutes on one core, 2 GiB",
    ),
}

KERNELS = {"equivalent-kernel": equivalent_kernel, "no-feature-learning": no_feature_learning}
LEARNABILITY = Check(
    "learnability", Gibbs.learnability, rivals={"kernel-spectrum": kernel_spectrum, **KERNELS}, on=at_unit_ridge
)
RATIO = Check("eigenvalue-ratio", Gibbs.ratio, rivals=KERNELS, on=at_unit_ridge, scale="log")
LANGEVIN = Check("langevin-ratio", LANGEVIN_RATIO)
CHECKS = (
    LEARNABILITY,
    RATIO,
    Check("test-error", Gibbs.mse, rivals=KERNELS, on=at_unit_ridge, scale="log"),
    Check("orthogonal-ratio", Gibbs.orthogonal, rivals={"teacher-alone-adapts": 1.0}, on=at_unit_ridge),
    Check("learnability-shrinkage", Gibbs.learnability, theory=shrinkage),
    Check(
        "p50",
        P50,
        rivals={
            "gaussian-process": Rival(no_feature_learning, free="offset"),
            "full-alignment": Rival(full_alignment, free="offset"),
            "gaussian-process-level": no_feature_learning,
        },
        on=at_unit_ridge,
        scale="log",
    ),
    Check(
        "p50-exponent",
        exponent(P50, over=dimension),
        rivals={"gaussian-process": 1.0, "full-alignment": 0.5},
        on=at_unit_ridge,
        statement=True,
    ),
    Check("local-exponents", local_exponents(P50, over=dimension), on=at_unit_ridge),
    Check("spread-over-three-quarters", spread(SCALED_P50), rivals={"exact-collapse": 0.0}, on=at_unit_ridge),
    Check(
        "p50-at-small-ridge",
        P50,
        theory=shrinkage,
        rivals={"linear-response": without_remainders, "kernel-spectrum": kernel_spectrum},
        on=lambda at: at.ridge == SMALL,
        scale="log",
    ),
    Check("langevin-learnability", LANGEVIN_LEARNABILITY),
    LANGEVIN,
    Limit(
        "limiting-exponent",
        lambda: exponents(4 * LARGE, RIDGES),
        expected=0.75,
        # The distance from 3/4 halves when α grows fourfold: that at a quarter of α is twice what is left.
        margin=(
            Remainder("order α^{-1/2}", lambda: exponents(LARGE, RIDGES) - 0.75, order="α^{-1/2}", got="computed"),
        ),
    ),
    Limit(
        "limiting-level",
        lambda: levels(LARGE, RIDGES),
        expected=1.0,
        # The extrapolation's own remainder is of order 1/α: that from a quarter of α is four times what is left.
        margin=(Remainder("order 1/α", lambda: levels(LARGE / 4, RIDGES) - 1.0, order="1/α", got="computed"),),
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
        Control("mean-field-halved", contradicts=RATIO, theory=half_mean_field, why="feature learning half as strong"),
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
        Guard("langevin-mixing", Langevin.rhat, of=BY_LANGEVIN, at_most=1.05),
        Guard("langevin-draws", Langevin.ess, of=BY_LANGEVIN, at_least=50),
        Guard("gibbs-mixing-beside-langevin", Langevin.gibbs_rhat, of=BY_GIBBS, at_most=1.05),
    ),
    figure=Figure(
        y=P50,
        x=per(dimension),
        label="d",
        group=lambda at: at.ridge,
        rivals={"gaussian-process": no_feature_learning, "full-alignment": full_alignment},
        curve=along_the_ray,
        log="xy",
        on=at_unit_ridge,
    ),
)
