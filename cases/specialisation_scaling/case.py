"""A few neurons learn a cubic: M of N leave the bulk, as √(N/d) in the limit, and need samples as √(Nd)."""

from __future__ import annotations

from functools import partial

from fieldbench.claims import Case, Check, Control, Figure, Guard, Limit, Remainder, Theory, Tier, per, with_margins

from . import theory
from .experiment import Network, ShuffledLabels, WithoutRootTwo
from .observables import count_exponent, count_exponent_at_lower_border, onset, onset_exponent

LOADS = (13.0, 19.0)  # P/√(Nd), below and beyond the onset
WIDTHS = (50, 100, 200, 400)
# Few neurons hop rarely, and latest near the onset.
BELOW = [
    Network(20, n, LOADS[0], time=time, burn_in=80.0)
    for n, time in zip(WIDTHS, (110.0, 110.0, 110.0, 60.0), strict=True)
]
BEYOND = [Network(20, n, LOADS[1], time=time) for n, time in zip(WIDTHS, (50.0, 50.0, 40.0, 24.0), strict=True)]
FORTY = Network(40, 200, LOADS[1], burn_in=160.0)
TIERS = {
    # With a dozen data sets the alignment flipped at 3 of 21 seeds, by noise alone, with two dozen at one.
    "quick": Tier([Network(20, 60, LOADS[-1], time=30.0)], replicates=40),
    "standard": Tier(
        [*BELOW, *BEYOND, FORTY],
        replicates=24,
        note="about 10 minutes on one core",
    ),
}


def on_the_ladder(at: Network) -> bool:
    return at.dimension == 20


def beyond_onset(at: Network) -> bool:
    return on_the_ladder(at) and at.load == LOADS[-1]


def at_forty(at: Network) -> bool:
    return at.dimension == 40


def before_onset(at: Network) -> bool:
    return at.load == LOADS[0]


def smallest(at: Network) -> bool:
    return at.width == WIDTHS[0] and beyond_onset(at)


GP: dict[str, Theory] = {"gp": theory.gaussian_process}
NEAR: dict[str, Theory] = {"without-h5-and-h7": theory.without_h5_and_h7}
FINITE: dict[str, Theory | float] = {"leading-order": 0.5, "d-cubed": 0.0}
FEW: dict[str, Theory | float] = {"a-fixed-few": 0.0, "a-fixed-share": 1.0}
MECHANISMS: dict[str, Theory | float] = {"three-layers": 1 / 3, "d-cubed": 0.0}
STANDARD = ("standard",)

FEW_NEURONS = "24 data sets leave 2 to 4 % of M, too much for a margin of 8 % and the orders left beside a deviation"
FEW_CROSSINGS = (
    "near the onset neurons cross rarely: 24 data sets leave .005 of A at N = 50, three times of which do not fit into "
    "the margin of .019 beside a deviation of −.009"
)
FROZEN = (
    "metastable: hardly a neuron crosses in 24 units of time at d = 40, and from the prior too few have crossed; "
    "on the same eight data sets A rises from .212 to .226 ± .009 as the burn-in grows from 40 to 200 (theory .231)"
)

# Orders left by the theory: the sum of what each of them moves the exponents by (tests/cases/specialisation_scaling).
# Beside them what is asked of 24 data sets, from the scatter of pilots.
OF_ONSET = (
    Remainder("orders left by the theory", 0.0125, got="computed"),
    Remainder("resolution", 0.02, got="chosen"),
)
OF_COUNT = (
    Remainder("orders left by the theory", 0.037, got="computed"),
    Remainder("resolution", 0.04, got="chosen"),
)
NEXT_ORDER = (Remainder("next order (d/N)^½, as large as a decade before", 0.02, got="bounded"),)

# fmt: off
ALIGNMENT = Check("alignment", Network.alignment, rivals={**NEAR, **GP}, on=beyond_onset, statement=True)
ONSET = Check("onset-exponent", onset_exponent, rivals=FINITE, on=on_the_ladder, tiers=STANDARD, statement=True,
              margin=OF_ONSET)
COUNT = Check("count-exponent", count_exponent, rivals=FEW, on=on_the_ladder, tiers=STANDARD, statement=True,
              margin=OF_COUNT)
CHECKS: tuple[Check | Limit, ...] = (
    ALIGNMENT,
    ONSET,
    COUNT,
    Check("alignment-before-the-onset", Network.alignment, rivals=GP, on=before_onset, expect="inconclusive",
          because=FEW_CROSSINGS),
    Check("samples-at-onset", onset, rivals={**NEAR, **GP}, on=on_the_ladder, tiers=STANDARD, scale="log"),
    Check("linear-misfit", Network.linear, rivals=GP, on=beyond_onset, tiers=STANDARD),
    Check("alignment-at-forty", Network.alignment, rivals={**NEAR, **GP}, on=at_forty, tiers=STANDARD,
          expect="inconclusive", because=FROZEN),
    Check("linear-misfit-at-forty", Network.linear, rivals=GP, on=at_forty, tiers=STANDARD, expect="inconclusive",
          because=FROZEN),
    Check("specialised-at-forty", Network.specialised, rivals=GP, on=at_forty, tiers=STANDARD, expect="inconclusive",
          because=FROZEN),
    Check("specialised-neurons", Network.specialised, rivals=GP, on=beyond_onset, tiers=STANDARD,
          expect="inconclusive", because=FEW_NEURONS),
    Check("count-exponent-at-a-lower-border", count_exponent_at_lower_border, rivals=FEW, on=on_the_ladder,
          tiers=STANDARD, margin=OF_COUNT),
    Limit("onset-in-width", theory.onset_in_width, 0.5, rivals=MECHANISMS, margin=NEXT_ORDER),
    Limit("onset-with-dimension", theory.onset_in_dimension, 1.0, margin=NEXT_ORDER,
          rivals={"d-cubed": 3.0, "two-layer-cnn": 0.75}),
    Limit("count-in-width", theory.count_in_width, 0.5, margin=NEXT_ORDER,
          rivals={"three-layers": 1 / 3, "a-fixed-share": 1.0}),
)
GUARDS = (
    # Chains of 10 effective draws have 1.1.
    Guard("mixing-alignment", Network.rhat_alignment, of=(Network.alignment, Network.linear), at_most=1.1, pooled=True),
    # A count that changes once in a chain has no R-hat; three standard errors over a dozen chains of pilots.
    Guard("count-does-not-drift", Network.drift, of=(Network.specialised,), at_least=-0.15, at_most=0.15, pooled=True),
    Guard("effective-samples-alignment", Network.ess_alignment, of=(Network.alignment, Network.linear), at_least=8,
          pooled=True),
    Guard("effective-samples-count", Network.ess_specialised, of=(Network.specialised,), at_least=8, pooled=True),
)
broken = partial(with_margins, right=theory.complete)
CONTROLS = (
    Control("readouts-halved", contradicts=ALIGNMENT, theory=broken(theory.changed(readout=0.5))),
    Control("noise-doubled", contradicts=ALIGNMENT, theory=broken(theory.changed(ridge=2.0))),
    Control("noise-without-root-two", contradicts=ALIGNMENT, experiment=WithoutRootTwo, on=smallest),
    Control("shuffled-labels", contradicts=ALIGNMENT, experiment=ShuffledLabels, on=smallest),
    Control("onset-of-the-narrowest", contradicts=ONSET, theory=theory.of_narrowest, on=on_the_ladder),
    Control("onset-with-readouts-not-over-n", contradicts=ONSET, theory=theory.readouts_not_over_n, on=on_the_ladder),
    Control("count-with-readouts-not-over-n", contradicts=COUNT, theory=theory.readouts_not_over_n, on=on_the_ladder),
    Control("share-of-neurons", contradicts=COUNT, theory=theory.share_of_neurons, on=on_the_ladder),
)

CASE = Case(
    theories={Network: theory.complete},
    tiers=TIERS,
    checks=CHECKS,
    controls=CONTROLS,
    guards=GUARDS,
    figure=Figure(y=Network.alignment, x=per(lambda at: at.width), label="N", on=on_the_ladder, rivals=NEAR,
                  group=lambda at: f"P/√(Nd) = {at.load:g}"),
)
