"""Worlds in which the claim is false: what each statement check would have to notice."""

from __future__ import annotations

from dataclasses import replace

from fieldbench.claims import Said, Theory

from . import actions, broken
from .bands import alone
from .case import DRESSED, NEXT_ORDER, ONE_LOOP, TRUNCATED, TRUNCATED_FEATURES
from .experiment import Regression
from .theory import best, problem
from .truncation import tail_in_part


def one_sample_more(at: Regression) -> Said:
    """The effective ridge of P + 1 points."""
    of = problem(at)
    more = replace(of, samples=tuple(size + 1 for size in of.samples))
    return {Regression.error: actions.effective_ridge(more)}


def a_fifth_more(at: Regression) -> Said:
    """The orders in 1/P, a fifth larger."""
    leading = actions.effective_ridge(problem(at))
    return {Regression.error: leading * (1.0 + 1.2 * (best(at).error / leading - 1.0))}


TRUNCATIONS: dict[str, Theory | float] = {
    "no-difference": tail_in_part(0.0),  # "the same theory", taken literally
    "half-the-difference": tail_in_part(0.5),
    "opposite-difference": tail_in_part(-1.0),  # the truncated kernel better than the kernel
    "a-fifth-more": tail_in_part(1.2),
}
WORLDS = {
    ONE_LOOP: {
        "equivalent-kernel": alone(actions.equivalent_kernel),  # it holds everywhere
        "half-the-loop": broken.half_the_loop,
        "without-e0": broken.without_e0,
    },
    DRESSED: {
        "one-loop": alone(actions.one_loop),  # it holds everywhere
        "without-e0": broken.without_e0,
        "cutoff-equivalent-kernel": alone(actions.equivalent_kernel_at_cutoff),  # the slides, literally
        "one-sample-more": one_sample_more,
    },
    NEXT_ORDER: {
        "effective-ridge-alone": alone(actions.effective_ridge),  # it is exact at any P
        "opposite-order": broken.opposite_order,
        "one-sample-more": one_sample_more,
        "a-fifth-more": a_fifth_more,
    },
    TRUNCATED: TRUNCATIONS,
    TRUNCATED_FEATURES: TRUNCATIONS,
}
