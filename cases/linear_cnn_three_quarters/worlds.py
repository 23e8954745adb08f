"""Worlds in which the claim is false, and which somebody could mean: what the data would be there.

Listed before any was tried on the checks.
"""

from __future__ import annotations

from .case import EXPONENT, LEVEL, SMALL_EXPONENT
from .theory import (
    equivalent_kernel,
    half_mean_field,
    kernel_spectrum,
    linear_response,
    no_feature_learning,
)

# Exponents that a neighbouring argument gives.
LAWS = {
    # The limit's exponent holds at these sizes: no finite-size correction.
    "three-quarters-already": 0.75,
    # P_50 ∝ √(Cd) with C held fixed, as on a ray of constant width.
    "square-root-of-d": 0.5,
    # Half way between the networks' law and the Gaussian process's.
    "seven-eighths": 0.875,
    # A lazy network: the Gaussian process's P_50 = (κ + ½)d.
    "gaussian-process": 1.0,
    # P_50 of the theory in which the kernel's own modes, not the response's, dress the ridge.
    "kernel-spectrum": kernel_spectrum,
}

WORLDS = {
    EXPONENT: LAWS,
    SMALL_EXPONENT: LAWS,
    LEVEL: {
        # Feature learning, but linear response to the noise of the data.
        "linear-response": linear_response,
        # What was learned is not fitted more easily than before.
        "kernel-spectrum": kernel_spectrum,
        # The ridge is not dressed at all.
        "equivalent-kernel": equivalent_kernel,
        # Feature learning half as strong as in mean-field scaling with χ = 100.
        "mean-field-halved": half_mean_field,
        # The network stays lazy.
        "gaussian-process": no_feature_learning,
    },
}
