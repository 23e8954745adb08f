"""Delayed generalisation: test errors fall long after training errors; with it or without it, wells of −log p(w·w*)."""

from __future__ import annotations

import math

from fieldbench.claims import AtLeast, AtMost, Case, Check, Control, Figure, Theory, Tier

from . import theory
from .experiment import FrozenFeatures, TestedOnTraining, Training
from .observables import delay, late_fall, late_learning, well
from .off_the_ray import points

INTERPOLATING, LITERAL = 7.7, 0.0114  # N⟨a²⟩: .011 of each readout at the source's N = 700, and .011 of all of them
SMALL = Training(75, INTERPOLATING, horizon=0.1, dimension=16, samples=96)
WIDTHS = (112, 224, 448)
TIERS = {
    "quick": Tier([SMALL], replicates=16),
    "standard": Tier(
        [
            SMALL,
            *(Training(width, INTERPOLATING) for width in WIDTHS),
            *(Training(width, LITERAL, horizon=0.08) for width in (WIDTHS[0], WIDTHS[-1])),
        ],
        replicates=20,
        note="7 minutes on one core",
    ),
    "off-the-ray": Tier(points(), replicates=20, note="four drawn points, minutes; not run yet"),
    "paper": Tier(
        [
            Training(width, each, horizon=20.0, dimension=150, samples=600)
            for width in (700, 1400, 2800)
            for each in (INTERPOLATING, LITERAL)
        ],
        replicates=50,
        note="the source's size, both readings of its σ_a²: 10⁶ steps a network and more; not run",
    ),
}
STANDARD = ("standard",)


def interpolating(at: Training) -> bool:
    """Networks whose prior has the size of the target: they reach the noise on their training set."""
    return at.readout > 1


def literal(at: Training) -> bool:
    return not interpolating(at)


def narrow(at: Training) -> bool:
    return at.width == WIDTHS[0]


def narrow_and_literal(at: Training) -> bool:
    return narrow(at) and literal(at)


def wide_and_literal(at: Training) -> bool:
    return not narrow(at) and literal(at)


def wide_and_interpolating(at: Training) -> bool:
    return at.width == WIDTHS[-1] and interpolating(at)


def small(at: Training) -> bool:
    return at.dimension == SMALL.dimension


KERNEL: dict[str, Theory] = {"kernel": theory.kernel}
NO_WELLS = (
    "where networks interpolate, aligned neurons are few (two or three, at every N) and their overlaps spread: the "
    "density falls monotonically. The wells belong to the literal reading of σ_a², in which nothing is delayed"
)
ALL_WIDTHS = (
    "a network four times as wide falls late, too: at N⟨a²⟩ fixed u = n²σ_a²/(σ⁴dN) is thousands of times the u_c of "
    "kernel adaptation at every N here; the Gaussian process, which has no late fall, is far beyond 4N"
)

# A test error that fell with the training error would have a logarithm of times of 0, or of −.9, as the kernel has it.
DELAY = AtLeast("delay", delay, 0.0, rivals=KERNEL, on=interpolating, statement=True)
CHECKS: tuple[Check, ...] = (
    DELAY,
    AtLeast("delay-of-a-factor-four", delay, math.log(4), on=interpolating, tiers=STANDARD),
    AtLeast("cubic-is-learned-after-training", late_learning, 0.02, rivals=KERNEL, on=interpolating, tiers=STANDARD),
    AtLeast("test-error-falls-after-training", late_fall, 0.02, rivals=KERNEL, on=interpolating, tiers=STANDARD),
    AtMost("wide-networks-do-not-fall-late", late_fall, 0.02, on=wide_and_interpolating, tiers=STANDARD,
           expect="contradicted", because=ALL_WIDTHS),
    AtLeast("wells-beside-the-delay", well, 0.0, on=interpolating, tiers=STANDARD, expect="contradicted",
            because=NO_WELLS),
    AtMost("no-delay-in-the-literal-reading", delay, math.log(2), on=literal, tiers=STANDARD),
    AtLeast("wells-in-the-literal-reading", well, 0.0, rivals=KERNEL, on=narrow_and_literal, tiers=STANDARD),
    AtMost("no-wells-at-four-times-the-width", well, 0.0, on=wide_and_literal, tiers=STANDARD),
)  # fmt: skip
CONTROLS = (
    Control("frozen-features", contradicts=DELAY, experiment=FrozenFeatures, on=small),
    Control("tested-on-training-inputs", contradicts=DELAY, experiment=TestedOnTraining, on=small),
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
