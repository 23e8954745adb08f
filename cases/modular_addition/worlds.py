"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from dataclasses import replace

from fieldbench.claims import Check, Said, Theory

from . import theory
from .case import DROPLET, LIMIT, MIXED, ONSET
from .experiment import Network


def noise_three_per_cent_higher(at: Network) -> Said:
    """κ/κ̂_end is 1.03 of what is stated."""
    return theory.infinite_width(replace(at, ratio=1.03 * at.ratio))


def widened_by_root(at: Network) -> Said:
    """Deviations fall as 1/√N, from the same size at N = 100."""
    return theory.first_order(at, (100 * at.width) ** 0.5)


WORLDS: dict[Check, dict[str, Theory | float]] = {
    ONSET: {
        "sources-entropy": theory.source,  # k and −k are two modes, no fluctuations in power
        "saddle": theory.saddle,  # no fluctuations in power
        "laplace": theory.laplace,  # Gaussian fluctuations in power
        "gp": theory.gaussian_process,
        "noise-three-per-cent-higher": noise_three_per_cent_higher,
    },
    MIXED: {
        "saddle": theory.saddle,
        "laplace": theory.laplace,
        "no-feedback": theory.no_feedback,
        "two-modes": theory.two_modes,
        "noise-three-per-cent-higher": noise_three_per_cent_higher,
    },
    DROPLET: {
        "sources-entropy": theory.source,
        "saddle": theory.saddle,
        "two-modes": theory.two_modes,
        "no-feedback": theory.no_feedback,
    },
    LIMIT: {
        "sources-entropy": theory.source,
        "saddle": theory.saddle,
        "laplace": theory.laplace,
        "deviations-fall-as-root": widened_by_root,
    },
}
