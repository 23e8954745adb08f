"""Worlds in which a statement would be false, listed before looking at whether its check notices."""

from __future__ import annotations

from fieldbench.claims import Check, Theory

from . import broken, rivals
from .case import NOT_NORMAL, STILL_NORMAL, VARIANCE

WORLDS: dict[Check, dict[str, Theory]] = {
    VARIANCE: {
        "frozen-radius": rivals.frozen_radius,
        "source": rivals.source,
        "readouts-halved": broken.changed(readout=0.5),
        "gp": rivals.gaussian_process,
    },
    NOT_NORMAL: {
        "normal-of-the-same-variance": rivals.normal,
        "readouts-halved": broken.changed(readout=0.5),
        "other-sign": broken.other_sign,
        "gp": rivals.gaussian_process,
    },
    STILL_NORMAL: {
        "readouts-halved": broken.changed(readout=0.5),
        "other-sign": broken.other_sign,
        "source": rivals.source,
        "ridge-doubled": broken.changed(ridge=2.0),
    },
}
