"""What a truncated kernel with its noise changes against the full kernel on the same data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.curves import effective_ridge
from fieldbench.theory.kernels import Spectrum

from .experiment import BLOCK, Synthetic
from .known_measure import NOISELESS
from .theory import Correction, next_order

Vector = NDArray[np.float64]
Grid = NDArray[np.float64]

PAIRED_SCATTER = 2.5e-3  # planned, of paired differences on one data set with 128 targets


@dataclass(frozen=True)
class LogError:
    """ln MSE by the effective ridge and its next order in 1/P.

    Attributes:
        value: both orders.
        correction: the second of them, which is relative to the first in the error.
    """

    value: float
    correction: float


def log_error(spectrum: Spectrum, samples: float, ridge: float, power: Vector, correction: Correction) -> LogError:
    leading = float(effective_ridge(spectrum, samples, ridge, target=power).test_error[0])
    relative = float(correction(spectrum, np.array([samples]), ridge, power)[0]) / leading
    return LogError(float(np.log(leading)) + relative, relative)


@dataclass(frozen=True)
class Change:
    """Of ln MSE, truncated kernel minus full one, (samples, kept).

    What lies beyond the computed corrections is taken to be no larger than they are; that it cancels in the difference
    is not assumed.

    Attributes:
        value: by the effective ridge and its next order.
        left_open: the sizes of both corrections, added.
    """

    value: Grid
    left_open: Grid


@cache
def change(at: Synthetic) -> Change:
    """At every P by each truncated kernel, without other noise."""
    power, correction, shape = at.data.power, next_order(at), (len(at.samples), len(at.kept))
    value, left_open = np.empty(shape), np.empty(shape)
    for row, size in enumerate(at.samples):
        for column, kept in enumerate(at.kept):
            low, noise = at.data.truncated(kept, size)
            cut = log_error(low, size, NOISELESS + noise, power, correction)
            full = log_error(at.data.spectrum, size, NOISELESS, power, correction)
            value[row, column] = cut.value - full.value
            left_open[row, column] = abs(cut.correction) + abs(full.correction)
    return Change(value, left_open)


def resolved(at: Synthetic) -> NDArray[np.bool_]:
    """Truncations whose margin is wider than five planned standard errors of their measurement."""
    error = PAIRED_SCATTER * np.sqrt(128 / at.targets / (BLOCK * at.draws))
    return np.asarray(change(at).left_open > 5.0 * error)
