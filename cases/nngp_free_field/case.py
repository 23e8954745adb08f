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
    exponent,
    observable,
    per,
    with_margins,
)
from fieldbench.theory.kernels import Kernel

from . import theory
from .experiment import DEGREES, FewNeurons, HeavyTails, IdenticalPairs, PlaneNetworks, Regression, SphereNetworks
from .tiers import TIERS, gaussian, uniform, wide_gaussian

AT_A = PlaneNetworks.four_point.at(quadruple="AAAA")
FALLING = SphereNetworks.power.at(degree=DEGREES[1:]) / SphereNetworks.power.at(degree=DEGREES[:-1])
IN_ORDER = Regression.learned.at(degree=(1, 3)) - Regression.learned.at(degree=(3, 5))


@observable(AT_A)
def size_of_cumulant(at: PlaneNetworks, coefficient: NDArray[np.float64]) -> NDArray[np.float64]:
    """|⟨ffff⟩_c| at A, whose exponent is read whatever its sign."""
    return np.abs(coefficient) / at.width


Rivals = dict[str, Theory | float | Rival]
READOUTS: Rivals = {"gaussian-readouts": theory.gaussian_readouts}
COINCIDENT = PlaneNetworks.covariance.at(pair=("AA", "BB", "CC", "DD"))
COVARIANCES: Rivals = {"first-term-of-arcsine": theory.first_term_of_arcsine,
                       "argument-over-root-two": theory.argument_over_root_two}  # fmt: skip
falls_with_width = partial(
    Check, observable=exponent(size_of_cumulant, over=lambda at: at.width), theory=-1.0, statement=True,
    rivals={"one-neuron-more": theory.one_neuron_more, "root-n": -0.5, "inverse-square": -2.0},
)  # fmt: skip
ARCSINE = Check("arcsine-covariance", PlaneNetworks.covariance, on=lambda at: at.hidden == "gaussian")
ARCSINE_AT_POINTS = Check("arcsine-at-coincident-points", COINCIDENT, rivals=COVARIANCES,
                          on=lambda at: at.hidden == "gaussian", statement=True)  # fmt: skip
COEFFICIENT = Check("gaussian-coefficient", AT_A, on=gaussian, scale="log", statement=True,
                    rivals={"without-coefficient": theory.without_coefficient,
                            "gaussian-features": theory.gaussian_features})  # fmt: skip
UNIFORM = Check("uniform-coefficient", AT_A, on=lambda at: at.readout == "uniform", statement=True,
                rivals={"free-field": 0.0, "other-hidden-law": theory.other_hidden_law, **READOUTS})  # fmt: skip
FOUR_POINT = Check("gaussian-four-point", PlaneNetworks.four_point, rivals={"free-field": 0.0}, on=gaussian)
GAUSSIAN_EXPONENT = falls_with_width("gaussian-exponent", on=gaussian,
                                     margin=(Remainder("resolution", 0.01, got="chosen"),))  # fmt: skip
# What uniform readouts leave scatters as much as what they take away.
UNIFORM_EXPONENT = falls_with_width("uniform-exponent", on=uniform,
                                    margin=(Remainder("resolution", 0.02, got="chosen"),))  # fmt: skip
SPECTRUM = Check("spectrum-of-outputs", SphereNetworks.power, scale="log", statement=True,
                 rivals={"argument-over-root-two": theory.argument_over_root_two,
                         "flat-in-degree": Rival(1.0, free="offset")})  # fmt: skip
WIDTHS = GAUSSIAN_EXPONENT, UNIFORM_EXPONENT
CHECKS = (
    ARCSINE,
    ARCSINE_AT_POINTS,
    Check("covariance-of-uniform-weights", COINCIDENT, rivals={"arcsine": theory.arcsine}, on=uniform),
    Check("covariance-of-uniform-weights-between-points", PlaneNetworks.covariance, on=uniform),
    Check("covariance-of-outputs", FewNeurons.output_covariance),
    COEFFICIENT,
    FOUR_POINT,
    UNIFORM,
    Check("uniform-four-point", PlaneNetworks.four_point, rivals=READOUTS, on=uniform),
    Check("uniform-readouts-four-point", PlaneNetworks.four_point, rivals=READOUTS,
          on=lambda at: at.hidden == "gaussian" and at.readout == "uniform"),
    GAUSSIAN_EXPONENT,
    UNIFORM_EXPONENT,
    AtMost("uniform-sign", AT_A, 0.0, on=lambda at: at.readout == "uniform"),
    # The estimator above takes the readouts' own excess as given; the outputs' cumulant measures it.
    AtMost("uniform-sign-of-outputs", FewNeurons.output_cumulant, 0.0, on=uniform),
    Check("cumulant-of-outputs", FewNeurons.output_cumulant, on=gaussian,
          rivals={"without-coefficient": theory.without_coefficient, "free-field": 0.0}),
    Check("cumulant-of-uniform-outputs", FewNeurons.output_cumulant, rivals={"free-field": 0.0, **READOUTS},
          on=uniform),
    SPECTRUM,
    AtMost("spectrum-falls-with-degree", FALLING, 1.0, on=lambda at: at.width == 20),
    Check("learnability-by-degree", Regression.learned,
          rivals={"equivalent-kernel": theory.bare_ridge}),
    AtLeast("low-degree-is-learned-first", IN_ORDER, 0.0),
)  # fmt: skip
CONTROLS = (
    Control("heavy-tailed-readouts", contradicts=COEFFICIENT, experiment=HeavyTails, on=wide_gaussian,
            why="Student's t with 3 degrees of freedom, same variance: no fourth moment, so K̂ does not settle as 1/N"),
    Control("a-pairing-lost", contradicts=COEFFICIENT, theory=with_margins(theory.two_pairings, theory.one_neuron),
            why="covariances of K̂ over two of the three pairings"),
    Control("readouts-taken-for-gaussian", contradicts=UNIFORM,
            theory=with_margins(theory.gaussian_readouts, theory.one_neuron),
            why="k = 3 where uniform readouts have 9/5"),
    Control("hidden-weights-taken-for-gaussian", contradicts=UNIFORM,
            theory=with_margins(theory.other_hidden_law, theory.one_neuron),
            why="the covariance hardly tells the two laws apart, the coefficient does"),
    *(Control(f"one-neuron-more-in-{check.id}", contradicts=check, theory=theory.one_neuron_more) for check in WIDTHS),
    *(Control(f"root-n-in-{check.id}", contradicts=check, theory=theory.root_n) for check in WIDTHS),
    Control("neurons-in-identical-pairs", contradicts=FOUR_POINT, experiment=IdenticalPairs, on=wide_gaussian,
            why="the same covariance from half as many independent neurons: twice the cumulant"),
    Control("activation-swapped", contradicts=ARCSINE, on=gaussian,
            theory=partial(theory.one_neuron, kernel=Kernel("relu"))),
    Control("activation-swapped-at-points", contradicts=ARCSINE_AT_POINTS, on=gaussian,
            theory=partial(theory.one_neuron, kernel=Kernel("relu"))),
    Control("argument-over-root-two-at-points", contradicts=ARCSINE_AT_POINTS,
            theory=with_margins(theory.argument_over_root_two, theory.one_neuron),
            why="erf(x/√2), the other usual sigmoid"),
    Control("spectrum-with-argument-over-root-two", contradicts=SPECTRUM,
            theory=with_margins(theory.argument_over_root_two, theory.power_by_degree)),
    Control("spectrum-of-a-cusp", contradicts=SPECTRUM,
            theory=with_margins(theory.fourth_power_law, theory.power_by_degree),
            why="λ_l ∝ l⁻⁴, as of a kernel that is not smooth"),
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
        symbol="connected four-point function",
        group=lambda at: f"{at.hidden} hidden weights, {at.readout} readouts",
        rivals={"inverse-square-of-n": theory.inverse_square},
        curve=theory.along_the_widths,
        log="xy",
    ),
)
