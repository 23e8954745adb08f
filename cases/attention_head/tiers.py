"""Where it is measured: loads about the onset along the context and the dimension, strong weights, drawn points."""

from __future__ import annotations

from fieldbench.claims import Tier

from .experiment import Head, least_energy
from .points import Drawn, points

LOADS = (1.5, 2.2)  # P/κE, before and after A = .25
STRONG = (1.35, 1.9)  # P/κd² where σ_Aσ_v = 4


def weak(dimension: int, context: int, load: float) -> Head:
    """σ_Aσ_v = ¼: P* of the order of κE."""
    return Head(dimension, context, round(load * 4.0 * least_energy(Head(dimension, context, 1))))


def strong(dimension: int, context: int, load: float) -> Head:
    """σ_Aσ_v = 4: P* of the order of κd²."""
    return Head(dimension, context, round(load * 8.0 * dimension**2), ridge=8.0, values=16.0, time=70.0, slope=1.0)


LADDER = [weak(12, context, load) for context in (2, 4, 8) for load in LOADS]
SIZES = [weak(dimension, 4, load) for dimension in (8, 16) for load in LOADS]
CROSSED = [strong(*at, load) for at in ((12, 2), (12, 8), (8, 4), (20, 4)) for load in STRONG]
TIERS = {
    "quick": Tier([weak(8, 4, LOADS[-1])], replicates=16),
    "standard": Tier([*LADDER, *SIZES], replicates=20, note="about two minutes on one core"),
    "crossed-over": Tier(CROSSED, replicates=20, note="not run to its end: chains diverge at the usual step"),
    "off-the-ray": Tier(points(), replicates=24, note="six drawn points: about nine minutes on one core"),
}
STANDARD, BEYOND = ("standard",), ("crossed-over",)
OFF = ("off-the-ray",)


def drawn(at: Head) -> bool:
    return isinstance(at, Drawn)


def crossed(at: Head) -> bool:
    """Where entropy of the attention weights decides."""
    return not drawn(at) and at.values > 1


def known(at: Head) -> bool:
    return not drawn(at) and at.values == 1


def beyond_onset(at: Head) -> bool:
    return known(at) and at.load > 2


def before_onset(at: Head) -> bool:
    return known(at) and at.load < 2


def over_contexts(at: Head) -> bool:
    return known(at) and at.dimension == 12


def over_dimensions(at: Head) -> bool:
    return known(at) and at.context == 4


def crossed_over_contexts(at: Head) -> bool:
    return crossed(at) and at.dimension == 12


def crossed_over_dimensions(at: Head) -> bool:
    return crossed(at) and at.context == 4


def smallest(at: Head) -> bool:
    return beyond_onset(at) and at.dimension == 8
