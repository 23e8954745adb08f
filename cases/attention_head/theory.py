"""What a head's posterior says of A at its own size, and what others say."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Any

from fieldbench.claims import Known, Remainder, Said
from fieldbench.theory.attention import HeadTask, leading_share, learned, onset_samples

from .experiment import Head

RESOLUTION = 0.006  # of A: what sixteen data sets resolve beyond the onset, from the scatter of pilots


def task(at: Head, **changed: Any) -> HeadTask:
    found = HeadTask(at.dimension, at.context, at.samples, at.ridge, at.attention**2, at.values**2)
    return replace(found, **changed)


@cache
def share(of: HeadTask, scatter: bool = True, softmax: bool = True) -> float:
    return learned(of, scatter=scatter, softmax=softmax).alignment


@cache
def complete(at: Head) -> dict[Any, Known]:
    """The posterior at d, L, P and κ, and what its orders leave.

    Both what bends at large logits and what data sets scatter are kept up to 1/d of themselves and their product; A
    curves in ln y² by no more than 1 − A, and the mean of y² over a data set strays by the square root of
    (E y⁴ − 1)/P, E y⁴ = 9(L + 1)/(L − 1).
    """
    here = task(at)
    value = share(here)
    bending = abs(value - share(here, softmax=False))
    scatter = abs(share(here, softmax=False) - share(here, softmax=False, scatter=False))
    spread = (9 * (at.context + 1) / (at.context - 1) - 1) / at.samples
    small = share(here, softmax=False)
    return {
        Head.alignment: Known(
            value,
            Remainder("bending of the softmax", bending / at.dimension, order="1/d", got="bounded"),
            Remainder("scatter of the data sets", 2 * scatter / at.dimension, order="1/(κd)", got="bounded"),
            Remainder("bending and scatter together", scatter * bending / small, order="1/κ", got="bounded"),
            Remainder("curvature in the data's own power", spread * (1 - value) / 2, order="1/P", got="bounded"),
            Remainder("resolution", RESOLUTION, got="chosen"),
        )
    }


def changed(**factors: float) -> Any:
    """The theory with constants of the task multiplied."""

    def theory(at: Head) -> Said:
        here = task(at)
        return {
            Head.alignment: share(replace(here, **{name: getattr(here, name) * by for name, by in factors.items()}))
        }

    return theory


def small_logits(at: Head) -> Said:
    """Softmax to first order: linear attention."""
    return {Head.alignment: share(task(at), softmax=False)}


def root_of_context(at: Head) -> Said:
    """√L in place of L/√(L − 1), as if the keys' mean were not taken off: m = 1/L."""
    return changed(value_variance=at.context / (at.context - 1))(at)  # type: ignore[no-any-return]


def without_context(at: Head) -> Said:
    """No L: what a head on two keys learns."""
    here = task(at)
    return {Head.alignment: share(replace(here, value_variance=here.value_variance * 0.25 / here.spread))}


def leading(at: Head) -> Said:
    """The source's energy alone, 1 − κE/P."""
    return {Head.alignment: leading_share(task(at), entropy=False)}


def infinite_dimension(at: Head) -> Said:
    """With the entropy of A, d → ∞."""
    return {Head.alignment: leading_share(task(at))}


def gaussian_process(at: Head) -> Said:
    """Infinitely many heads: λP/(λP + κ) with the kernel's eigenvalue λ = σ_A²σ_v²(L − 1)/(L²d³), so that P* ∝ d³."""
    eigenvalue = (at.attention * at.values) ** 2 * (at.context - 1) / (at.context**2 * at.dimension**3)
    return {Head.alignment: eigenvalue * at.samples / (eigenvalue * at.samples + at.ridge)}


def growing(constant: str, axis: str, by: float, start: float) -> Any:
    """Wrong: a constant of the task grows with d or L to a power, from its own value at `start`."""

    def theory(at: Head) -> Said:
        return changed(**{constant: (getattr(at, axis) / start) ** by})(at)  # type: ignore[no-any-return]

    return theory


values_not_over_d = growing("value_variance", "dimension", 1.0, 12.0)
"""Wrong: v ~ N(0, σ_v²) in place of N(0, σ_v²/d)."""

attention_over_d = growing("attention_variance", "dimension", 1.0, 12.0)
"""Wrong: A_ij of variance σ_A²/d in place of σ_A²/d²."""

ridge_over_dimension = growing("ridge", "dimension", -1.0, 12.0)
"""Wrong: the loss is taken for an average over d."""

ridge_over_context = growing("ridge", "context", -0.5, 4.0)
"""Wrong: noise falls as if keys were samples."""

OF_ENERGY = math.log(8 / math.sqrt(7) / 2) / math.log(4)
"""Exponent of E in L between 2 and 8, L/√(L − 1)."""


def rise(low: HeadTask, high: HeadTask, of: str) -> float:
    """Exponent of P* between two tasks in one of their sizes, d → ∞."""
    return math.log(onset_samples(high) / onset_samples(low)) / math.log(getattr(high, of) / getattr(low, of))


WEAK, STRONG = HeadTask(100, 4, 1, 4.0, 1e-3, 1e-3), HeadTask(100, 4, 1, 4.0, 100.0, 100.0)


def window_in_dimension() -> float:
    return rise(WEAK, replace(WEAK, dimension=200), "dimension")


def window_in_context() -> float:
    return rise(replace(WEAK, context=100), replace(WEAK, context=400), "context")


def beyond_in_dimension() -> float:
    return rise(STRONG, replace(STRONG, dimension=200), "dimension")
