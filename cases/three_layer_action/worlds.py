"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from fieldbench.claims import Check, Theory

from . import theory
from .case import ALONG, TRACE, WEIGHTS

OF_THE_SIGN: dict[str, Theory | float] = {
    "published-sign": theory.published_sign,
    "published": theory.published,
    "no-determinant": theory.without_determinant,
}

WORLDS: dict[Check, dict[str, Theory | float]] = {
    WEIGHTS: {**OF_THE_SIGN, "gp": theory.gaussian_process},
    TRACE: {**OF_THE_SIGN, "rescaling": theory.rescaling},
    ALONG: {
        "gp": theory.gaussian_process,
        "rescaling": theory.rescaling,
        "half-the-mean-field": theory.of_other(chi=0.5),
    },
}
