"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from fieldbench.claims import Check, Theory

from . import theory
from .case import NOT_NORMAL, STILL_NORMAL, VARIANCE

WORLDS: dict[Check, dict[str, Theory]] = {
    VARIANCE: {
        "frozen-radius": theory.frozen_radius,
        "source": theory.source,
        "readouts-halved": theory.changed(readout=0.5),
        "gp": theory.gaussian_process,
    },
    NOT_NORMAL: {
        "normal-of-the-same-variance": theory.normal,
        "readouts-halved": theory.changed(readout=0.5),
        "other-sign": theory.other_sign,
        "gp": theory.gaussian_process,
    },
    STILL_NORMAL: {
        "readouts-halved": theory.changed(readout=0.5),
        "other-sign": theory.other_sign,
        "source": theory.source,
        "ridge-doubled": theory.changed(ridge=2.0),
    },
}
