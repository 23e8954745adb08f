"""The process's share, less what the lengths of its inputs explain, and how what its effective ridge leaves falls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import across, observable
from fieldbench.statistics import pooled_log, without_luck

from .process import ProcessAndSquares
from .theory import process

Values = NDArray[np.float64]


@observable(ProcessAndSquares.harmonic_response, ProcessAndSquares.squares)
def even(_: ProcessAndSquares, share: Values, squares: Values) -> Values:
    """R_h^GP less its regression on the mean square of its inputs, whose expectation is zero."""
    return without_luck(share, squares.reshape(-1, 1))


@observable(even)
def left_open(at: ProcessAndSquares, share: Values) -> Values:
    """log of |R_h^GP over that of its effective ridge, less one|, of all data sets together."""
    deviation = share / process(at) - 1.0
    return pooled_log(deviation * np.sign(deviation.mean()))


@across(left_open, labels=("exponent",), least=2)
def falls(experiments: Sequence[Any], values: Values) -> Values:
    """Exponent in n of what the effective ridge leaves."""
    sizes = np.log([at.samples for at in experiments])
    centred = sizes - sizes.mean()
    slopes: Values = (values @ centred / (centred @ centred))[:, None]
    return slopes
