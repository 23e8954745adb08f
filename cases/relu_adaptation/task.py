"""The data sets on which networks and theories are asked: y = v·x + ε(|v·x| − √(2/π)) of Gaussian inputs, v = e_1."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

FOLD_NORM = 1.0 - 2.0 / math.pi
"""E[(|z| − √(2/π))²] for z ~ N(0, 1)."""


@cache
def data_sets(sets: int, samples: int, dimension: int) -> FloatArray:
    """Inputs (sets, n, d): given, as a posterior is that of given data."""
    each = [np.random.default_rng([20261130, number, samples, dimension]) for number in range(sets)]
    return np.stack([draw.standard_normal((samples, dimension)) for draw in each])


def labels(inputs: FloatArray, fold: float) -> FloatArray:
    """y of inputs (…, d)."""
    z = inputs[..., 0]
    return np.asarray(z + fold * (np.abs(z) - math.sqrt(2.0 / math.pi)), np.float64)
