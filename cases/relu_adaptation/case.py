"""ReLU networks adapt their kernel: what they learn of a fold does not fall with the dimension, as a kernel's does."""

from __future__ import annotations

from functools import partial

from fieldbench.claims import (
    Case,
    Check,
    Control,
    Figure,
    Remainder,
    Theory,
    per,
    with_margins,
    with_shares,
)

from . import theory
from .averaged import averaged, averaged_process, without_response
from .experiment import Network, ShuffledLabels, WithoutRootTwo
from .gaussian_weights import gaussian_process, gaussian_weights, rescaling
from .guards import GUARDS
from .observables import even_exponent, linear_exponent, mean_along, mean_even, mean_linear
from .tiers import STANDARD, TIERS, drawn, known, smallest

ON_GIVEN_DATA: dict[str, Theory] = {
    "gaussian-weights": gaussian_weights,
    "gp": gaussian_process,
}
FIXED: dict[str, Theory] = {**ON_GIVEN_DATA, "rescaling": rescaling}
OVER_DATA: dict[str, Theory] = {"averaged-over-data": averaged}
FALLING: dict[str, Theory] = {"gp": averaged_process, "rescaling": rescaling}
ADAPTED: dict[str, Theory] = {"gaussian-weights": gaussian_weights}
OF_ANOTHER = (Remainder("what the theory on given data leaves, rounded up", 0.03, got="chosen"),)

ONE_DENSITY = (
    "a centred Gaussian has no odd moments, through which nine tenths of the fold are learned: neurons on its two "
    "sides differ ((w·v)² is two to three times as large on one), h(w) is mostly odd and its overlap with the fold even"
)
ONE_DIRECTION = (
    "few samples a dimension show a noisy direction, whose fold is another function: R_2 on given data scatters from "
    "set to set and lies below what the average over data says"
)

UNMIXED = (
    "chains of thirty units of time mix R_2 too little at some drawn points (R-hat up to 1.17, 13 effective draws of "
    "two chains); all 32 values lie within their margins: judged by all points together (docs/findings.md)"
)

# fmt: off
FOLD = Check("fold-learned", mean_even, rivals={**FIXED, **OVER_DATA}, on=known, statement=True)
FLAT = Check("fold-along-beta", even_exponent, rivals=FALLING, on=known, tiers=STANDARD, statement=True)
LINEAR = Check("linear-learned", mean_linear, rivals=ON_GIVEN_DATA, on=known, statement=True)
CHECKS = (
    FOLD,
    FLAT,
    LINEAR,
    Check("linear-learned-against-one-scale", mean_linear, rivals={"rescaling": rescaling, **OVER_DATA},
          on=known),
    Check("linear-along-beta", linear_exponent, rivals=ADAPTED, on=known, tiers=STANDARD),
    Check("linear-on-each-set", Network.linear, rivals=ON_GIVEN_DATA, on=known),
    Check("fold-on-each-set", Network.even, rivals=ON_GIVEN_DATA, on=known),
    Check("variance-along-the-teacher", mean_along, rivals={**ADAPTED, **OVER_DATA}, on=known),
    Check("fold-with-gaussian-weights", mean_even, gaussian_weights, on=known, margin=OF_ANOTHER,
          expect="contradicted", because=ONE_DENSITY),
    Check("linear-with-gaussian-weights", mean_linear, gaussian_weights, on=known, margin=OF_ANOTHER,
          expect="contradicted", because=ONE_DENSITY),
    Check("fold-averaged-over-data", mean_even, averaged, on=known, margin=OF_ANOTHER, expect="contradicted",
          because=ONE_DIRECTION),
    Check("linear-at-drawn-points", Network.linear, rivals=ON_GIVEN_DATA, on=drawn, tiers=("off-the-ray",)),
    Check("fold-at-drawn-points", Network.even, rivals=ON_GIVEN_DATA, on=drawn, tiers=("off-the-ray",),
          expect="inconclusive", because=UNMIXED),
)
broken, shares = (partial(keep, right=theory.complete) for keep in (with_margins, with_shares))
CONTROLS = (
    Control("gaussian-weights", contradicts=FOLD, theory=broken(theory.averages(gaussian_weights)), on=known),
    Control("direction-without-noise", contradicts=FOLD, theory=broken(theory.averages(averaged)), on=known),
    Control("half-the-feedback", contradicts=FOLD, theory=broken(theory.changed(pull=0.5)),
            on=lambda at: smallest(at) and at.sets > 2),
    Control("noise-without-root-two", contradicts=FOLD, experiment=WithoutRootTwo, on=smallest),
    Control("shuffled-labels", contradicts=FOLD, experiment=ShuffledLabels, on=smallest),
    Control("kernel-of-the-prior", contradicts=FLAT, theory=shares(theory.averages(averaged_process))),
    Control("one-scale", contradicts=FLAT, theory=shares(theory.averages(rescaling))),
    Control("gaussian-weights-of-the-linear-part", contradicts=LINEAR,
            theory=broken(theory.averages(gaussian_weights)), on=known),
    Control("ridge-of-the-kernel", contradicts=LINEAR, theory=broken(theory.averages(without_response)),
            on=known, why="the effective ridge of a kernel that stays"),
    Control("shuffled-labels-of-the-linear-part", contradicts=LINEAR, experiment=ShuffledLabels, on=smallest),
)
# fmt: on

CASE = Case(
    theories={Network: theory.complete},
    tiers=TIERS,
    checks=CHECKS,
    controls=CONTROLS,
    guards=GUARDS,
    figure=Figure(y=mean_even, x=per(lambda at: at.dimension), label="d", symbol="R_2", log="x", on=known,
                  rivals={**FIXED, **OVER_DATA}, group=lambda at: f"n = {at.samples / at.dimension:.2g}d"),
)  # fmt: skip
