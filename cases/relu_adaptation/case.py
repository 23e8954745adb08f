"""ReLU networks adapt their kernel: what they learn of a fold does not fall with the dimension, as a kernel's does."""

from __future__ import annotations

from functools import partial

from fieldbench.claims import Case, Check, Control, Figure, Guard, Remainder, Theory, Tier, per, with_margins

from . import theory
from .experiment import Network, ShuffledLabels, WithoutRootTwo
from .observables import even_exponent, linear_exponent, mean_along, mean_even, mean_linear
from .points import Drawn, points

LOADS = (2, 3, 4)  # n/d
LONGER = {(24, 3), (48, 3), (48, 4), (96, 2), (96, 3)}  # d, n/d where chains of 30 did not mix R_2


def ladder(dimension: int, width: int, sets: int) -> list[Network]:
    """One β at each n/d."""
    return [
        Network(dimension, width, load * dimension, sets=sets, time=60.0 if (dimension, load) in LONGER else 30.0)
        for load in LOADS
    ]


TIERS = {
    "quick": Tier([Network(24, 188, 96, sets=2)], replicates=8),
    "standard": Tier(
        [*ladder(24, 188, 4), *ladder(48, 375, 2), *ladder(96, 750, 1)],
        replicates=8,
        note="about 5 minutes on one core",
    ),
    "off-the-ray": Tier(points(), replicates=8, note="eight drawn points: 6 minutes on one core"),
}
STANDARD = ("standard",)


def known(at: Network) -> bool:
    return not isinstance(at, Drawn)


def drawn(at: Network) -> bool:
    return isinstance(at, Drawn)


def smallest(at: Network) -> bool:
    return known(at) and at.dimension == 24 and at.samples == 96


ON_GIVEN_DATA: dict[str, Theory] = {"gaussian-weights": theory.gaussian_weights, "gp": theory.gaussian_process}
FIXED: dict[str, Theory] = {**ON_GIVEN_DATA, "rescaling": theory.rescaling}
OVER_DATA: dict[str, Theory] = {"averaged-over-data": theory.averaged}
FALLING: dict[str, Theory] = {"gp": theory.averaged_process, "rescaling": theory.rescaling}
ADAPTED: dict[str, Theory] = {"gaussian-weights": theory.gaussian_weights}
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
    Check("linear-learned-against-one-scale", mean_linear, rivals={"rescaling": theory.rescaling, **OVER_DATA},
          on=known),
    Check("linear-along-beta", linear_exponent, rivals=ADAPTED, on=known, tiers=STANDARD),
    Check("linear-on-each-set", Network.linear, rivals=ON_GIVEN_DATA, on=known),
    Check("fold-on-each-set", Network.even, rivals=ON_GIVEN_DATA, on=known),
    Check("variance-along-the-teacher", mean_along, rivals={**ADAPTED, **OVER_DATA}, on=known),
    Check("fold-with-gaussian-weights", mean_even, theory.gaussian_weights, on=known, margin=OF_ANOTHER,
          expect="contradicted", because=ONE_DENSITY),
    Check("linear-with-gaussian-weights", mean_linear, theory.gaussian_weights, on=known, margin=OF_ANOTHER,
          expect="contradicted", because=ONE_DENSITY),
    Check("fold-averaged-over-data", mean_even, theory.averaged, on=known, margin=OF_ANOTHER, expect="contradicted",
          because=ONE_DIRECTION),
    Check("linear-at-drawn-points", Network.linear, rivals=ON_GIVEN_DATA, on=drawn, tiers=("off-the-ray",)),
    Check("fold-at-drawn-points", Network.even, rivals=ON_GIVEN_DATA, on=drawn, tiers=("off-the-ray",),
          expect="inconclusive", because=UNMIXED),
)
GUARDS = tuple(
    guard
    for name, quantity, rhat, ess in (
        ("linear", Network.linear, Network.rhat_linear, Network.ess_linear),
        ("fold", Network.even, Network.rhat_even, Network.ess_even),
        ("variance", Network.along, Network.rhat_along, Network.ess_along),
    )
    for guard in (
        # The mean of four chains of fifty effective draws strays by .02.
        Guard(f"mixing-{name}", rhat, of=(quantity,), at_most=1.1, pooled=True),
        Guard(f"effective-samples-{name}", ess, of=(quantity,), at_least=20, pooled=True),
    )
)
broken = partial(with_margins, right=theory.complete)
CONTROLS = (
    Control("gaussian-weights", contradicts=FOLD, theory=broken(theory.averages(theory.gaussian_weights)), on=known),
    Control("direction-without-noise", contradicts=FOLD, theory=broken(theory.averages(theory.averaged)), on=known),
    Control("half-the-feedback", contradicts=FOLD, theory=broken(theory.changed(pull=0.5)),
            on=lambda at: smallest(at) and at.sets > 2),
    Control("noise-without-root-two", contradicts=FOLD, experiment=WithoutRootTwo, on=smallest),
    Control("shuffled-labels", contradicts=FOLD, experiment=ShuffledLabels, on=smallest),
    Control("kernel-of-the-prior", contradicts=FLAT, theory=theory.with_shares(theory.averaged_process)),
    Control("one-scale", contradicts=FLAT, theory=theory.with_shares(theory.rescaling)),
    Control("gaussian-weights-of-the-linear-part", contradicts=LINEAR,
            theory=broken(theory.averages(theory.gaussian_weights)), on=known),
    Control("ridge-of-the-kernel", contradicts=LINEAR, theory=broken(theory.averages(theory.without_response)),
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
