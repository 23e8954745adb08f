"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from fieldbench.claims import Check, Theory

from . import theory
from .case import ACROSS, DIRECTIONS, SCALE, TEST, TRAIN

OF_THE_MEAN: dict[str, Theory | float] = {
    "without-the-trace": theory.without_the_trace,
    "gp": theory.gaussian_process,
    "twice-the-trace": theory.twice_the_trace,
    "half-the-noise": theory.half_the_noise,
    "trace-mode-by-mode": theory.trace_mode_by_mode,
}
OF_DIRECTIONS: dict[str, Theory | float] = {
    "one-scale-for-directions": theory.one_scale_for_directions,
    "shared-by-both-layers": theory.shared_by_both_layers,
    "gp": theory.gaussian_process,
}
WORLDS: dict[Check, dict[str, Theory | float]] = {
    TRAIN: OF_THE_MEAN,
    TEST: OF_THE_MEAN,
    SCALE: {name: world for name, world in OF_THE_MEAN.items() if name != "trace-mode-by-mode"},
    DIRECTIONS: OF_DIRECTIONS,
    ACROSS: {**OF_DIRECTIONS, "weights-of-half-the-scale": theory.half_the_scale},
}
