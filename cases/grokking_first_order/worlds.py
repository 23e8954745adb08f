"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from .case import ACROSS, CUBIC, DROPLETS, LINEAR
from .theory import frozen_radius, gaussian, gaussian_process, kernel_ridge, printed, ridge_not_over_n, source

WORLDS = {
    LINEAR: {
        "printed-matrix-element": printed,
        "frozen-radius": frozen_radius,
        "kernel-ridge": kernel_ridge,
        "gp": gaussian_process,
        "ridge-not-over-n": ridge_not_over_n,
    },
    CUBIC: {
        "printed-matrix-element": printed,
        "frozen-radius": frozen_radius,
        "second-order": gaussian,
        "kernel-ridge": kernel_ridge,
        "gp": gaussian_process,
    },
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
