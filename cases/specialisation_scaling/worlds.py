"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from fieldbench.claims import Check, Theory

from . import theory
from .case import ALIGNMENT, COUNT, ONSET

WORLDS: dict[Check, dict[str, Theory | float]] = {
    ALIGNMENT: {
        "without-h5-and-h7": theory.without_h5_and_h7,
        "gp": theory.gaussian_process,
        "noise-halved": theory.changed(ridge=0.5),
        "readouts-halved": theory.changed(readout=0.5),
    },
    ONSET: {
        "leading-order": 0.5,  # P* ∝ √N at these sizes already
        "d-cubed": 0.0,  # P* does not know N
        "linear-in-the-width": 1.0,
        "readouts-not-over-n": theory.readouts_not_over_n,
    },
    COUNT: {
        "a-fixed-few": 0.0,
        "a-fixed-share": 1.0,
        "three-layers": 1 / 3,  # M ∝ (N/d)^(1/3)
        "readouts-not-over-n": theory.readouts_not_over_n,
    },
}
