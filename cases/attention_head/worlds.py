"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from fieldbench.claims import Check, Theory

from . import theory
from .case import ALIGNMENT, CONTEXT, CROSSED_CONTEXT, CROSSED_DIMENSION, DIMENSION

NOISE = theory.changed(ridge=2.0)

WORLDS: dict[Check, dict[str, Theory | float]] = {
    ALIGNMENT: {
        "infinite-dimension": theory.infinite_dimension,
        "gp": theory.gaussian_process,
        "noise-doubled": NOISE,
        "attention-halved": theory.changed(attention_variance=0.5),
    },
    CONTEXT: {"root-of-the-context": theory.root_of_context, "no-context": 0.0, "linear-in-the-context": 1.0},
    DIMENSION: {"kappa-d-squared": 2.0, "d-cubed": 3.0, "linear-in-the-dimension": 1.0},
    CROSSED_CONTEXT: {"limit-of-the-energy": 0.5, "energy-alone": theory.OF_ENERGY, "linear-in-the-context": 1.0},
    CROSSED_DIMENSION: {"energy-alone": 1.5, "d-cubed": 3.0, "linear-in-the-dimension": 1.0},
}
