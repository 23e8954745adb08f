"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

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


def forgotten(at: Training) -> Any:
    """A twentieth is lost again after training."""
    found = curves(at)
    return found | {Training.cubic_learned: found[Training.cubic_learned] - 0.05 * at.time / at.horizon}


WORLDS = {LATE: {"kernel": kernel, "with-training": with_training, "forgotten": forgotten}}
