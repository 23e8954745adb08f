"""The outputs of a random erf network become a free field as 1/N, with the covariance of one neuron at every width N.

Their connected four-point function falls as 1/N, with a coefficient set by the law of the weights. The free field
prefers, and learns first, low degrees.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import (
    AtLeast,
    AtMost,
    Case,
    Check,
    Control,
    Figure,
    Remainder,
    Rival,
    Theory,
    Tier,
    exponent,
    observable,
    per,
)
from fieldbench.theory.kernels import Kernel

from . import theory
from .experiment import DEGREES, FewNeurons, HeavyTails, IdenticalPairs, PlaneNetworks, Regression, SphereNetworks

AT_A = PlaneNetworks.four_point.at(quadruple="AAAA")
FALLING = SphereNetworks.power.at(degree=DEGREES[1:]) / SphereNetworks.power.at(degree=DEGREES[:-1])
IN_ORDER = Regression.learned.at(degree=(1, 3)) - Regression.learned.at(degree=(3, 5))


@observable(AT_A)
def size_of_cumulant(at: PlaneNetworks, coefficient: NDArray[np.float64]) -> NDArray[np.float64]:
    """|⟨ffff⟩_c| at A, whose exponent is read whatever its sign."""
    return np.abs(coefficient) / at.width


def gaussian(at: PlaneNetworks) -> bool:
    return at.hidden == at.readout == "gaussian"


def wide_gaussian(at: PlaneNetworks) -> bool:
    return gaussian(at) and at.width == 1000


def uniform(at: PlaneNetworks) -> bool:
    return at.hidden == at.readout == "uniform"


def networks(hidden: str, readout: str, *widths: int) -> list[PlaneNetworks]:
    """The covariance needs many networks at N = 1, the cumulant some thousands at any width."""
    count = {1: 200_000, 5: 50_000, 50: 5_000, 500: 5_000, 1000: 2_500}
    return [(FewNeurons if n <= 5 else PlaneNetworks)(n, count[n], hidden, readout) for n in widths]


QUICK = (
    *networks("gaussian", "gaussian", 1, 5, 1000),
    *networks("uniform", "uniform", 1, 5, 1000),
    *networks("gaussian", "uniform", 5),
    SphereNetworks(20, 2048),
    Regression(6, (80, 160, 320), draws=4),
)
FURTHER = (
    *networks("gaussian", "gaussian", 50, 500),
    *networks("uniform", "uniform", 50, 500),
    *networks("gaussian", "uniform", 1, 50, 500, 1000),
    SphereNetworks(1, 16_384),
    SphereNetworks(500, 2048),
    Regression(8, (160, 320, 640), draws=4),
)
NOTE = "has the source's own widths, N = 1, 5, 500, 1000: there is no larger tier"
TIERS = {"quick": Tier(QUICK, replicates=16), "standard": Tier([*QUICK, *FURTHER], replicates=16, note=NOTE)}

INVERSE_SQUARE: dict[str, Theory | float | Rival] = {"inverse-square-of-n": theory.inverse_square}
BEYOND = {"free-field": 0.0, **INVERSE_SQUARE}
READOUTS: dict[str, Theory | float | Rival] = {"free-field": 0.0, "gaussian-readouts": theory.gaussian_readouts}
falls_with_width = partial(
    Check, observable=exponent(size_of_cumulant, over=lambda at: at.width), theory=-1.0,
    rivals={"independent-of-n": 0.0, "inverse-square": -2.0}, margin=(Remainder("resolution", 0.02, got="chosen"),),
)  # fmt: skip
ARCSINE = Check("arcsine-covariance", PlaneNetworks.covariance, on=lambda at: at.hidden == "gaussian")
COEFFICIENT = Check("gaussian-coefficient", AT_A, rivals=INVERSE_SQUARE, on=gaussian, scale="log")
FOUR_POINT = Check("gaussian-four-point", PlaneNetworks.four_point, rivals=BEYOND, on=gaussian)
CHECKS = (
    ARCSINE,
    Check("covariance-of-uniform-weights", PlaneNetworks.covariance, rivals={"arcsine": theory.arcsine}, on=uniform),
    Check("covariance-of-outputs", FewNeurons.output_covariance),
    COEFFICIENT,
    FOUR_POINT,
    Check("uniform-four-point", PlaneNetworks.four_point, rivals=READOUTS, on=uniform),
    Check("uniform-readouts-four-point", PlaneNetworks.four_point, rivals=READOUTS,
          on=lambda at: at.hidden == "gaussian" and at.readout == "uniform"),
    falls_with_width("gaussian-exponent", on=gaussian, statement=True),
    falls_with_width("uniform-exponent", on=uniform),
    AtMost("uniform-sign", AT_A, 0.0, on=uniform),
    # The estimator above takes the readouts' own excess as given; the outputs' cumulant measures it.
    AtMost("uniform-sign-of-outputs", FewNeurons.output_cumulant, 0.0, on=uniform),
    Check("cumulant-of-outputs", FewNeurons.output_cumulant, rivals=BEYOND, on=gaussian),
    Check("cumulant-of-uniform-outputs", FewNeurons.output_cumulant, rivals=READOUTS, on=uniform),
    Check("spectrum-of-outputs", SphereNetworks.power, rivals={"flat-in-degree": Rival(1.0, free="offset")},
          scale="log"),
    AtMost("spectrum-falls-with-degree", FALLING, 1.0, on=lambda at: at.width == 20),
    Check("learnability-by-degree", Regression.learned, rivals={"equivalent-kernel": theory.equivalent_kernel}),
    AtLeast("low-degree-is-learned-first", IN_ORDER, 0.0),
)  # fmt: skip
CONTROLS = (
    Control("heavy-tailed-readouts", contradicts=COEFFICIENT, experiment=HeavyTails, on=wide_gaussian,
            why="Student's t with 3 degrees of freedom, same variance: no fourth moment, so K̂ does not settle as 1/N"),
    Control("neurons-in-identical-pairs", contradicts=FOUR_POINT, experiment=IdenticalPairs, on=wide_gaussian,
            why="the same covariance from half as many independent neurons: twice the cumulant"),
    Control("activation-swapped", contradicts=ARCSINE, on=gaussian,
            theory=partial(theory.one_neuron, kernel=Kernel("relu"))),
)  # fmt: skip

CASE = Case(
    theories={
        PlaneNetworks: theory.one_neuron,
        FewNeurons: theory.few_neurons,
        SphereNetworks: theory.power_by_degree,
        Regression: theory.first_order,
    },
    tiers=TIERS,
    checks=CHECKS,
    controls=CONTROLS,
    figure=Figure(
        y=size_of_cumulant,
        x=per(lambda at: at.width),
        label="N",
        group=lambda at: f"{at.hidden} hidden weights, {at.readout} readouts",
        rivals={"inverse-square-of-n": theory.inverse_square},
        curve=theory.along_the_widths,
        log="xy",
    ),
)
