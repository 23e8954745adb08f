"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from fieldbench.claims import Check, Theory

from .averaged import averaged, averaged_process, without_response
from .case import FLAT, FOLD, LINEAR
from .gaussian_weights import gaussian_process, gaussian_weights, rescaling

WORLDS: dict[Check, dict[str, Theory | float]] = {
    FOLD: {
        "gaussian-weights": gaussian_weights,
        "averaged-over-data": averaged,
        "rescaling": rescaling,
        "gp": gaussian_process,
    },
    FLAT: {
        "gp": averaged_process,
        "rescaling": rescaling,
        "one-over-root-d": -0.5,
    },
    LINEAR: {
        "gaussian-weights": gaussian_weights,
        "gp": gaussian_process,
        "ridge-of-the-kernel": without_response,
    },
}
