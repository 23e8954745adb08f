"""Two signs of a small cubic: neurons that stay normally distributed as they spread, and neurons that do not."""

from __future__ import annotations

from typing import Any

from fieldbench.claims import AtLeast, AtMost, Case, Check, Control, Expression, Figure, Limit, Remainder, Theory, per

from . import broken, rivals, theory
from .experiment import Network
from .guards import GUARDS
from .observables import BULK, action, adjusted, distance_from_normal, kurtosis, overlaps, rises, seen
from .tiers import STANDARD, TIERS, elsewhere, nearer, negative, of_the_claim, outer, positive
from .wells import outer_minima, outer_minima_elsewhere, outer_minima_of_the_source

NORMAL: dict[str, Theory] = {"normal-of-the-same-variance": rivals.normal}
FROZEN: dict[str, Theory] = {"frozen-radius": rivals.frozen_radius, "gp": rivals.gaussian_process}
GP: dict[str, Theory] = {"gp": rivals.gaussian_process}
RIDGE: dict[str, Theory] = {"kernel-ridge": rivals.kernel_ridge, "gp": rivals.gaussian_process}

FEW = (
    "for want of data sets: sixteen leave standard errors of .1 of −log p where it has risen by 3, as large as the "
    "margin, and of .3 at the end of the fourth decade; ninety-six would decide the former in 24 minutes of one core, "
    "twenty times as many the latter"
)
UNSETTLED = (
    "chains of twelve units of time have not left the prior where κ < 2: d⟨m²⟩ still falls by 5 to 6 % from a chain's "
    "first half to its second at ε < 0, and at ε > 0 neurons hardly cross to the outer wells (R-hat up to 1.5); three "
    "times as long ones, and starts from both sides, are needed"
)
UNMIXED = (
    "chains of ten time units mix E[f H_3] too little at ε = −.05: split R-hat 1.31 ± .09, limit 1.3, where six "
    "effective draws of a stationary chain have 1.21; twice the steps would have 1.1"
)
SCATTER = "for want of data sets: sixteen leave .001, margins are .002; 2.2 times as many would decide"
# fmt: off
ACTION = Check("action", action(BULK), theory=theory.resolved, on=of_the_claim, effect=0.7, tiers=STANDARD,
               expect="inconclusive", because=FEW)
VARIANCE = Check("teacher-variance", adjusted(Network.variance_along), theory=theory.resolved, rivals=FROZEN,
                 on=of_the_claim, tiers=STANDARD, statement=True)
NOT_NORMAL = Check("not-normal-at-a-positive-cubic", kurtosis, theory=theory.resolved, rivals=NORMAL, on=positive,
                   statement=True)
STILL_NORMAL = Check("normal-at-a-negative-cubic", kurtosis, theory=theory.resolved, on=negative, effect=0.7,
                     statement=True)
OTHERS: tuple[tuple[str, Expression, dict[str, Theory], dict[str, Any]], ...] = (
    ("linear-learned", adjusted(Network.linear), RIDGE, {}),
    ("cubic-learned", adjusted(Network.cubic_learned), FROZEN, {"expect": "inconclusive", "because": UNMIXED}),
    ("transverse-variance", adjusted(Network.variance_across), FROZEN,
     {"expect": "inconclusive", "because": SCATTER}),
)
# Chains that have not settled exclude a process, and no near rival.
AT_DRAWN_POINTS: tuple[tuple[str, Expression, dict[str, Any]], ...] = (
    ("action", action(), {"effect": 0.7}),
    ("kurtosis", kurtosis, {"rivals": NORMAL}),
    ("teacher-variance", adjusted(Network.variance_along), {"rivals": GP}),
    *((name, observed, {"rivals": GP}) for name, observed, _, _ in OTHERS),
)
CHECKS: tuple[Check | Limit, ...] = (
    ACTION,
    Check("action-over-four-decades", action(), theory=theory.resolved, on=of_the_claim, effect=0.7, tiers=STANDARD,
          expect="inconclusive", because=FEW),
    VARIANCE,
    NOT_NORMAL,
    STILL_NORMAL,
    AtMost("distance-from-normal", distance_from_normal, 0.05, on=negative,
           rivals={"of-the-other-sign": broken.other_sign}),
    AtLeast("two-wells-at-a-positive-cubic", rises(0.0, 0.2), 0.0, on=positive, rivals=NORMAL,
            tiers=STANDARD),
    *(Check(name, observed, theory=theory.resolved, rivals=rivals, on=of_the_claim, tiers=STANDARD,
            **declared)
      for name, observed, rivals, declared in OTHERS),
    Check("action-nearer", action(), theory=theory.resolved, on=nearer, effect=0.7, tiers=("nearer",)),
    Check("kurtosis-nearer", kurtosis, theory=theory.resolved, on=nearer, rivals=NORMAL, tiers=("nearer",)),
    *(Check(f"{name}-nearer", observed, theory=theory.resolved, rivals=rivals, on=nearer, tiers=("nearer",))
      for name, observed, rivals, _ in (("teacher-variance", adjusted(Network.variance_along), FROZEN, {}), *OTHERS)),
    *(Check(f"{name}-elsewhere", observed, theory=theory.resolved, on=elsewhere, tiers=("off-the-ray",),
            expect="inconclusive", because=UNSETTLED, **more)
      for name, observed, more in AT_DRAWN_POINTS),
    AtLeast("outer-wells-are-apart", rises(1.2, 1.6), 0.0, rivals=NORMAL, on=outer, tiers=("outer-wells",)),
    Limit("outer-minima", outer_minima, 1.0, rivals={"none": 0.0},
          margin=(Remainder("a count", 0.1, got="bounded"),)),
    Limit("outer-minima-of-the-source", outer_minima_of_the_source, 1.0, rivals={"none": 0.0},
          margin=(Remainder("a count", 0.1, got="bounded"),)),
    Limit("no-outer-minima-elsewhere", outer_minima_elsewhere, 0.0, rivals={"as-many": 3.0},
          margin=(Remainder("a count", 0.1, got="bounded"),)),
)

READOUTS, FLIPPED = broken.claimed(broken.changed(readout=0.5)), broken.claimed(broken.other_sign)
CONTROLS = (
    Control("readouts-halved", contradicts=ACTION, theory=READOUTS, on=of_the_claim),
    Control("sign-of-the-cubic", contradicts=ACTION, theory=FLIPPED, on=of_the_claim),
    Control("normal-neurons", contradicts=ACTION, theory=broken.claimed(rivals.normal), on=positive),
    Control("readouts-halved-in-kurtosis", contradicts=NOT_NORMAL, theory=READOUTS, on=positive),
    Control("sign-of-the-cubic-in-kurtosis", contradicts=NOT_NORMAL, theory=FLIPPED, on=positive),
    Control("readouts-halved-where-normal", contradicts=STILL_NORMAL, theory=READOUTS, on=negative),
    Control("sign-of-the-cubic-where-normal", contradicts=STILL_NORMAL, theory=FLIPPED, on=negative),
    Control("readouts-halved-in-variance", contradicts=VARIANCE, theory=READOUTS, on=of_the_claim),
    Control("frozen-radius", contradicts=VARIANCE, theory=broken.claimed(rivals.frozen_radius), on=of_the_claim),
)
CASE = Case(
    theories={Network: theory.resolved},
    tiers=TIERS,
    checks=CHECKS,
    controls=CONTROLS,
    guards=GUARDS,
    figure=Figure(y=seen, x=per(overlaps), label="|w·w*|", symbol="p(w·w*)", log="y", rivals=NORMAL,
                  group=lambda at: f"d = {at.dimension}, κ = {at.ridge:g}, ε = {at.cubic:g}"),
)
