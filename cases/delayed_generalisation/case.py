"""Delayed generalisation: test errors fall long after training errors; with it or without it, wells of −log p(w·w*)."""

from __future__ import annotations

from fieldbench.claims import AtLeast, AtMost, Case, Check, Control, Figure, Theory

from . import theory
from .experiment import FrozenFeatures, ShuffledLabels, Training
from .observables import delay, late_fall, late_learning, well
from .tiers import (
    STANDARD,
    TIERS,
    WHOLE,
    cheapest,
    interpolating,
    literal,
    narrow_and_literal,
    wide_and_interpolating,
    wide_and_literal,
)

KERNEL: dict[str, Theory] = {"kernel": theory.kernel}
NO_WELLS = (
    "where networks interpolate, aligned neurons are few (three or four, at every N) and their overlaps spread: the "
    "density falls without a second maximum. The wells belong to the literal reading of σ_a², in which nothing is "
    "delayed"
)
ALL_WIDTHS = (
    "a network four times as wide learns late, too: at N⟨a²⟩ fixed u = n²σ_a²/(σ⁴dN) is thousands of times the u_c of "
    "kernel adaptation at either N; the Gaussian process, which learns nothing late, is far beyond 4N"
)

FEW_WELLS = (
    "few data sets: forty-eight have log p .18 ± .12 above the valley, and 115 would decide. That wells appear as N "
    "falls does not need it: at 4N log p is 1.2 ± .1 below the valley"
)
LATE = AtLeast("cubic-is-learned-after-training", late_learning, 0.02, rivals=KERNEL, on=interpolating, statement=True)
CHECKS: tuple[Check, ...] = (
    LATE,
    AtLeast("test-error-falls-after-training", late_fall, 0.02, rivals=KERNEL, on=interpolating, tiers=WHOLE),
    # A test error that falls with the training error has 0, the kernel −.9.
    AtLeast("delay", delay, 0.0, rivals=KERNEL, on=interpolating, tiers=WHOLE),
    AtMost("wide-networks-do-not-learn-late", late_learning, 0.02, on=wide_and_interpolating, tiers=STANDARD,
           expect="contradicted", because=ALL_WIDTHS),
    AtLeast("wells-beside-the-delay", well, 0.0, on=interpolating, tiers=WHOLE, expect="contradicted",
            because=NO_WELLS),
    AtMost("no-late-learning-in-the-literal-reading", late_learning, 0.02, on=literal, tiers=STANDARD),
    AtLeast("wells-in-the-literal-reading", well, 0.0, on=narrow_and_literal, tiers=STANDARD, expect="inconclusive",
            because=FEW_WELLS),
    AtMost("no-wells-at-four-times-the-width", well, 0.0, on=wide_and_literal, tiers=STANDARD),
)  # fmt: skip
CONTROLS = (
    Control("frozen-features", contradicts=LATE, experiment=FrozenFeatures, on=cheapest),
    Control("shuffled-labels", contradicts=LATE, experiment=ShuffledLabels, on=cheapest),
)

CASE = Case(
    theories={Training: theory.kernel},
    tiers=TIERS,
    checks=CHECKS,
    controls=CONTROLS,
    figure=Figure(
        y=Training.test,
        x="time",
        label="time",
        group=lambda at: f"N = {at.width}, N⟨a²⟩ = {at.readout:g}",
    ),
)
