"""Worlds in which the statement is false, listed before looking at whether its check tells them from the theory."""

from __future__ import annotations

from functools import partial

from fieldbench.claims import Said

from .case import RIDGE
from .experiment import Gaussian
from .theory import flow_of, learned_at_running_ridge, without_orders


def other_share(at: Gaussian, factor: float) -> Said:
    """T + Σ_{k>Λ} λ_k(1 − factor L_k)."""
    return {Gaussian.flow: 1.0 - factor * (1.0 - flow_of(at)[0])}


def unlearned_squared(at: Gaussian) -> Said:
    """What is missed counts as in the error, (1 − L)² instead of 1 − L."""
    return {Gaussian.flow: flow_of(at)[0] ** 2}


WORLDS = {
    RIDGE: {
        "all-of-the-tail": 1.0,
        "half-of-what-is-learned": partial(other_share, factor=0.5),
        "a-tenth-more-is-learned": partial(other_share, factor=1.1),
        "learned-at-the-running-ridge": learned_at_running_ridge,
        "unlearned-squared": unlearned_squared,
        "no-orders-in-samples": without_orders,
    },
}
