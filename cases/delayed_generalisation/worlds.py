"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from typing import Any

from .case import DELAY
from .experiment import Training
from .theory import curves, kernel


def together(at: Training) -> Any:
    """Test errors follow training errors."""
    found = curves(at)
    return found | {Training.test: found[Training.train]}


def never(at: Training) -> Any:
    """What is learned is learned while training errors fall: test errors stand still from then on."""
    found = curves(at)
    return found | {Training.test: 0.2 + 0.8 * found[Training.train]}


WORLDS = {DELAY: {"kernel": kernel, "together": together, "never": never}}
