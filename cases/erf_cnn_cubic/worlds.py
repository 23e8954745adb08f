"""Worlds in which the statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from fieldbench.claims import Check, Theory

from . import theory
from .case import RATIO

WORLDS: dict[Check, dict[str, Theory | float]] = {
    RATIO: {
        "linear-twin": theory.linear_twin,  # saturation and the cubic change nothing
        "gp": theory.gaussian_process,
        "half-the-feedback": theory.half_the_feedback,
        "ridge-doubled": theory.more_ridge(2.0),
    },
}
