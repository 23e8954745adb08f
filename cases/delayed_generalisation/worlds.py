"""Worlds in which a statement would be false: three listed before looking at what its check notices, the last after."""

from __future__ import annotations

from typing import Any

from .case import LATE
from .experiment import Training
from .theory import curves, kernel


def with_training(at: Training) -> Any:
    """A quarter of the cubic part is learned, all of it while training errors fall."""
    found = curves(at)
    train = found[Training.train]
    return found | {Training.cubic_learned: 0.25 * (train[0] - train) / (train[0] - train[-1])}


def forgotten(share: float) -> Any:
    """A share of the cubic part is lost again after training."""

    def theory(at: Training) -> Any:
        found = curves(at)
        return found | {Training.cubic_learned: found[Training.cubic_learned] - share * at.time / at.horizon}

    return theory


WORLDS = {
    LATE: {
        "kernel": kernel,
        "with-training": with_training,
        "a-twentieth-forgotten": forgotten(0.05),
        "an-eighth-forgotten": forgotten(0.125),
    }
}
