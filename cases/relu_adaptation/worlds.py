"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from fieldbench.claims import Check, Theory

from . import theory
from .case import FLAT, FOLD, LINEAR

WORLDS: dict[Check, dict[str, Theory | float]] = {
    FOLD: {
        "gaussian-weights": theory.gaussian_weights,
        "averaged-over-data": theory.averaged,
        "rescaling": theory.rescaling,
        "gp": theory.gaussian_process,
    },
    FLAT: {
        "gp": theory.averaged_process,
        "rescaling": theory.rescaling,
        "one-over-root-d": -0.5,
    },
    LINEAR: {
        "gaussian-weights": theory.gaussian_weights,
        "gp": theory.gaussian_process,
        "ridge-of-the-kernel": theory.without_response,
    },
}
