"""Worlds in which a statement of this claim is false, listed before looking at whether its check notices."""

from __future__ import annotations

from functools import partial

import numpy as np

from fieldbench.claims import Known, Said

from .case import BOUND, TYPICAL
from .digits import Digits
from .experiment import EIGENVALUE, Band
from .typical import equivalent_kernel, one_loop_ridge, own_strength, typical


def band_strength(at: Band) -> Said:
    """The strength of the feature under the measure of the training inputs is what counts, three times λ_t."""
    own = 3.0 * EIGENVALUE
    return {Band.ratio: np.array([own / EIGENVALUE / (1.0 + own * at.samples / at.ridge), 1.0])}


def more_is_learned(at: Digits, share: float) -> Said:
    """The typical overlap is larger by a share at every P: another dressing of the ridge."""
    known = typical(at)[Digits.overlap]
    assert isinstance(known, Known)
    return {Digits.overlap: (1.0 + share) * known.value}


WORLDS = {
    BOUND: {
        "exceeded-by-a-hundredth": 1.01,  # a bound that holds on average only
        "root-two": 2.0**0.5,  # rms of complex features taken for real ones
        "strength-under-training-measure": band_strength,
    },
    TYPICAL: {
        "one-loop": one_loop_ridge,
        "equivalent-kernel": equivalent_kernel,  # the bound's κ, not dressed
        "own-strength": own_strength,  # the feature alone, as if the kernel had no other mode
        "a-fifth-more": partial(more_is_learned, share=0.2),
        "a-tenth-more": partial(more_is_learned, share=0.1),
    },
}
"""Statements → name → what is true instead, as a theory of an experiment or the number at every point."""
