"""Equivalent kernel, one loop, effective ridge and decimation: where each action of GP regression holds, and fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fieldbench.claims import Case, Check, Control, Figure, Known, Quantity, Remainder, Said, Theory, Tier, per

from .actions import (
    Action,
    Problem,
    decimation,
    effective_ridge,
    equivalent_kernel,
    equivalent_kernel_at_cutoff,
    equivalent_kernel_bound,
    one_loop,
    one_loop_bound,
)
from .bands import Band, alone, around, asked, edge, left, own, widest_at_small_ridge, within
from .experiment import BLOCK, RIDGES, Digits, GaussianFeatures, Regression, Sphere, Synthetic, TailDoubled, TailLeftOut
from .theory import QUADRATIC, best, dense_curve, error_at_largest_p, one_ridge, problem, where
from .truncation import change, resolved


def first_order(at: Synthetic) -> Said:
    """Effective ridge and its first correction in 1/P, of the kernel and of truncated kernels with noise."""
    known, truncated = best(at), change(at)
    one = Remainder("orders beyond the computed correction", known.left_open, order="1/P²", relative=True)
    both = Remainder("orders beyond the computed corrections", truncated.left_open, order="1/P²")
    return {Regression.error: Known(known.error, one), at.truncation: Known(truncated.value, both)}


def without_factor_p(at: Regression) -> Problem:
    """Broken: learnability λ/(λ + κ) in place of λ/(λ + κ/P)."""
    return replace(problem(at), samples=(1,) * len(at.samples))


def with_linear_degeneracy(at: Sphere) -> Problem:
    """Broken: as many quadratic harmonics as linear ones."""
    right = problem(at)
    degeneracies = right.spectrum.degeneracies.copy()
    degeneracies[QUADRATIC] = degeneracies[1]
    return replace(right, spectrum=replace(right.spectrum, degeneracies=degeneracies))


def inside(id: str, action: Action, band: Band, rivals: Mapping[str, Theory] | None = None) -> Check:
    """The error lies within the band about this action."""
    return Check(id, asked(band), theory=within(action, band), rivals=rivals or {}, scale="log")


def beyond(id: str, action: Action, band: Band, statement: bool = False) -> Check:
    """The error exceeds that of this action by more than the band."""
    return Check(id, asked(band), theory=edge(action, band), side="above", scale="log", statement=statement)


def truncated(id: str, quantity: Quantity) -> Check:
    """A truncated kernel with noise learns what the kernel does, up to what theory says and wherever it is resolved."""
    return Check(id, where(resolved, quantity), rivals={"no-difference": 0.0})


SPHERE = Sphere(50, (50, 200), draws=4)
# Many data sets at one ridge, mostly effective.
MANY = GaussianFeatures(200, (25, 50), draws=64, targets=64, exponent=2.0, ridges=(1e-2,), kept=())
SMALL = (SPHERE, GaussianFeatures(1000, (25, 50), draws=14), MANY, Digits(600, (40, 60), draws=24))
TIERS = {
    "quick": Tier(SMALL, replicates=BLOCK),
    "standard": Tier(
        [
            *SMALL,
            Sphere(50, (100, 200), draws=24),
            Sphere(50, (500,), draws=4),
            Sphere(50, (1000,), draws=1, targets=64),
            Sphere(50, (2000,), draws=1, targets=32),
            Sphere(50, (5000,), draws=1, targets=64, ridges=(1e-2, 1.0), kept=()),
            GaussianFeatures(1000, (100, 200, 400), draws=6),
            GaussianFeatures(1000, (50, 100, 200), draws=24, exponent=2.0),
            Digits(1782, (45, 90, 135), draws=40),
        ],
        replicates=BLOCK,
        note="P = 5000 needs 1.6 GiB and takes more than a minute, at two ridges and without truncation",
    ),
    "paper": Tier(
        [*SMALL, *(Sphere(50, (size,), draws=1, targets=64) for size in (500, 1000, 2000, 5000))],
        replicates=BLOCK,
        note="every ridge and the truncations up to P = 5000, the source's largest: 1.6 GiB and about ten minutes",
    ),
}

FAILING: dict[str, Theory] = {
    "equivalent-kernel": alone(equivalent_kernel),
    "one-loop": alone(one_loop),
    "cutoff-equivalent-kernel": alone(equivalent_kernel_at_cutoff),
}
VALIDITY = inside("equivalent-kernel-in-its-validity", equivalent_kernel, own(equivalent_kernel_bound))
EFFECTIVE_RIDGE = inside("map-effective-ridge-inside", effective_ridge, around(effective_ridge), FAILING)
TRUNCATED = truncated("sphere-is-truncated-kernel-plus-noise", Sphere.truncation)
CHECKS = (
    beyond("equivalent-kernel-fails-at-small-ridge", equivalent_kernel, widest_at_small_ridge, statement=True),
    VALIDITY,
    inside("one-loop-in-its-validity", one_loop, own(one_loop_bound)),
    inside("map-equivalent-kernel-inside", equivalent_kernel, around(equivalent_kernel)),
    inside("map-one-loop-inside", one_loop, around(one_loop)),
    EFFECTIVE_RIDGE,
    inside("map-decimation-inside", decimation, around(decimation), FAILING),
    beyond("map-equivalent-kernel-beyond", equivalent_kernel, left(equivalent_kernel)),
    beyond("map-one-loop-beyond", one_loop, left(one_loop)),
    Check("next-order-in-one-over-p", Regression.error, on=lambda at: at == MANY),
    TRUNCATED,
    truncated("power-law-is-truncated-kernel-plus-noise", GaussianFeatures.truncation),
    Check(
        "quadratic-kernel-plus-noise-is-the-kernel",
        Sphere.truncation.at(kept=QUADRATIC),
        on=lambda at: QUADRATIC in at.kept,
    ),
)

CASE = Case(
    theories={Sphere: first_order, GaussianFeatures: first_order, Digits: one_ridge},
    tiers=TIERS,
    checks=CHECKS,
    controls=(
        Control("tail-left-out", contradicts=TRUNCATED, experiment=TailLeftOut, on=lambda at: at == SPHERE),
        Control("tail-doubled", contradicts=TRUNCATED, experiment=TailDoubled, on=lambda at: at == SPHERE),
        Control(
            "factor-p-forgotten",
            contradicts=VALIDITY,
            theory=within(equivalent_kernel, own(equivalent_kernel_bound), without_factor_p),
        ),
        Control(
            "quadratic-degeneracy-d",
            contradicts=EFFECTIVE_RIDGE,
            theory=within(effective_ridge, around(effective_ridge), with_linear_degeneracy),
            on=lambda at: isinstance(at, Sphere),
        ),
    ),
    figure=Figure(
        y=error_at_largest_p,
        x=per(lambda at: at.ridges),
        label="T",
        group=lambda at: f"{type(at).__name__}, P = {at.samples[-1]}",
        rivals=FAILING,
        curve=dense_curve,
        log="xy",
        on=lambda at: at.ridges == RIDGES,
    ),
)
