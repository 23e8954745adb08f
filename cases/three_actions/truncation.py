"""What a truncated kernel with its noise changes against the full kernel on the same data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Said, Theory
from fieldbench.theory.curves import effective_ridge
from fieldbench.theory.kernels import Spectrum

from .experiment import Synthetic
from .known_measure import NOISELESS
from .theory import Correction, beyond, next_orders

Vector = NDArray[np.float64]
Grid = NDArray[np.float64]

RESOLUTION, SHARE = 3e-3, 0.01
"""In ln MSE, asked of paired differences: a fifth of the smallest change that is told from none; of a large one, which
one data set of thousands of points has to resolve, a hundredth."""


@dataclass(frozen=True)
class LogError:
    """ln MSE by the effective ridge, and what each known order in 1/P adds to it, (orders,)."""

    leading: float
    orders: Vector


def log_error(
    spectrum: Spectrum, samples: float, ridge: float, power: Vector, orders: Sequence[Correction]
) -> LogError:
    leading = float(effective_ridge(spectrum, samples, ridge, target=power).test_error[0])
    relative = [float(order(spectrum, np.array([samples]), ridge, power)[0]) / leading for order in orders]
    return LogError(float(np.log(leading)), np.diff(np.log1p(np.cumsum([0.0, *relative]))))


@dataclass(frozen=True)
class Change:
    """Of ln MSE, truncated kernel minus full one, (samples, kept).

    Both regressions see the same points: what lies beyond the computed orders is taken of their difference, in which
    the orders shrink as they do in each.

    Attributes:
        value: by the effective ridge and the known orders in 1/P.
        leading: by the effective ridge alone.
        left_open: what the orders beyond bring.
    """

    value: Grid
    leading: Grid
    left_open: Grid


@cache
def change(at: Synthetic) -> Change:
    """At every P by each truncated kernel, without other noise."""
    power, orders, shape = at.data.power, next_orders(at), (len(at.samples), len(at.kept))
    leading, shifts = np.empty(shape), np.empty((len(orders), *shape))
    for row, size in enumerate(at.samples):
        full = log_error(at.data.spectrum, size, NOISELESS, power, orders)
        for column, kept in enumerate(at.kept):
            low, noise = at.data.truncated(kept, size)
            cut = log_error(low, size, NOISELESS + noise, power, orders)
            leading[row, column] = cut.leading - full.leading
            shifts[:, row, column] = cut.orders - full.orders
    return Change(leading + shifts.sum(axis=0), leading, beyond(shifts, np.array(at.samples, np.float64)[:, None]))


def told(at: Synthetic) -> NDArray[np.bool_]:
    """Truncations that change the error by four margins or more."""
    found = change(at)
    return np.asarray(np.abs(found.value) > 4.0 * (found.left_open + RESOLUTION))


def tail_in_part(share: float) -> Theory:
    """What is integrated out leaves this share of its ridge, in the change of the error that it makes."""

    def world(at: Synthetic) -> Said:
        return {at.truncation: share * change(at).value}

    return world
