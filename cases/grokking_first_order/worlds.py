"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from .case import ACROSS, DROPLETS
from .theory import frozen_radius, gaussian, gaussian_process, printed, source

WORLDS = {
    DROPLETS: {
        "second-order": gaussian,
        "printed-matrix-element": printed,
        "gp": gaussian_process,
        "source": source,
    },
    ACROSS: {
        "frozen-radius": frozen_radius,
        "source": source,
        "printed-matrix-element": printed,
        "gp": gaussian_process,
    },
}
