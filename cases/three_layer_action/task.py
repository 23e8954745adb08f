"""The data sets on which networks and theories are asked, and what networks are taught on them."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

FloatArray = NDArray[np.float64]

DIRECTIONS = 4  # random ones, beside the teacher's


class Task(NamedTuple):
    """Inputs (n, d); targets (n,); unit vectors over samples, (n, 1 + DIRECTIONS): the targets' own, random ones."""

    inputs: FloatArray
    targets: FloatArray
    directions: FloatArray


@cache
def linear_task(number: int, samples: int, dimension: int) -> Task:
    """y = x·e_1 of Gaussian inputs."""
    inputs, draw = _inputs(number, samples, dimension)
    return _task(inputs, inputs[:, 0], draw)


@cache
def teacher_task(number: int, samples: int, dimension: int) -> Task:
    """The published teacher, one neuron a layer: y = ½ erf(½ erf(x·e_1/√3)).

    Its weights are uniform between ±1/√fan-in: w of the length 1/√3 in any direction, the others ½ in the mean.
    """
    inputs, draw = _inputs(number, samples, dimension)
    return _task(inputs, erf(erf(inputs[:, 0] / math.sqrt(3.0)) / 2.0) / 2.0, draw)


def _inputs(number: int, samples: int, dimension: int) -> tuple[FloatArray, np.random.Generator]:
    draw = np.random.default_rng([20261130, number, samples, dimension])
    return draw.standard_normal((samples, dimension)), draw


def _task(inputs: FloatArray, targets: FloatArray, draw: np.random.Generator) -> Task:
    columns = np.column_stack([targets, draw.standard_normal((len(targets), DIRECTIONS))])
    return Task(inputs, targets, columns / np.linalg.norm(columns, axis=0))
