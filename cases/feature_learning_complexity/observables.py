"""The process's share, less what the lengths of its inputs explain, and how far its theory is from it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import observable
from fieldbench.statistics import without_luck

from .predictions import lazy
from .process import ProcessAndSquares

Values = NDArray[np.float64]


@observable(ProcessAndSquares.harmonic_response, ProcessAndSquares.squares)
def even(_: ProcessAndSquares, share: Values, squares: Values) -> Values:
    """R_h^GP less its regression on the mean square of its inputs, whose expectation is zero."""
    return without_luck(share, squares.reshape(-1, 1))


beyond = abs(even / even.under(lazy) - 1.0)
"""|R_h^GP over that of its effective ridge, less one|: the order that it leaves out."""
