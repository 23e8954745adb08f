"""The Ising task: patterns of spins of two classes, linearly separable; the data sets on which posteriors are asked."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

BIAS = 0.1  # a spin has the sign of its class with probability ½ + BIAS


class IsingTask(NamedTuple):
    """Inputs ±1, (n, d); targets ±1, (n,), the classes in turn of halves; an input's mean along its class, (d,)."""

    inputs: FloatArray
    targets: FloatArray
    class_mean: FloatArray


@cache
def ising_task(number: int, samples: int, dimension: int) -> IsingTask:
    """One data set a number: given, as the posterior is that of given data."""
    draws = np.random.default_rng([20261130, number, samples, dimension]).random((samples, dimension))
    targets = np.where(np.arange(samples) < samples // 2, 1.0, -1.0)
    inputs = np.where(draws < 0.5 + BIAS, 1.0, -1.0) * targets[:, None]
    return IsingTask(inputs, targets, np.full(dimension, 2.0 * BIAS))
