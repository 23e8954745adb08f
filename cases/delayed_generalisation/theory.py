"""What is expected of a network that learns no features, and broken readings of what was measured."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

from fieldbench.claims import Said
from fieldbench.theory.langevin import wide_training

from .experiment import HIDDEN_VARIANCE, Training

SETS, TESTS, SEED = 6, 1000, 7
"""Data sets of the theory's own, test inputs a set; the curves' logarithms scatter by .03, the bounds are far away."""


def kernel(at: Training) -> Said:
    """Infinite width: exact dynamics of the outputs, neurons of the prior. Train and test fall together."""
    return curves(at)


@cache
def curves(at: Training) -> dict[Any, NDArray[np.float64]]:
    draw = np.random.default_rng(SEED)
    train, test, cubic = (np.zeros((SETS, len(at.time))) for _ in range(3))
    for one in range(SETS):
        inputs, tests = (draw.normal(size=(count, at.dimension)) for count in (at.samples, TESTS))
        labels, expected = (z + at.cubic * (z**3 - 3 * z) for z in (inputs[:, 0], tests[:, 0]))
        found = wide_training(
            inputs, labels, tests, at.time, ridge=at.noise, width=at.width, hidden_variance=HIDDEN_VARIANCE,
            readout_variance=at.readout,
        )  # fmt: skip
        train[one] = found.train_error / np.mean(labels**2)
        # The heavy tail of y² is taken off: error less y² of the tests, plus its exact mean.
        excess = np.mean((found.mean - expected) ** 2 - expected**2 + found.variance, axis=1)
        test[one] = 1 + excess / at.variance
        cubic[one] = found.mean @ (tests[:, 0] ** 3 - 3 * tests[:, 0]) / TESTS / (6 * at.cubic)
    scale = np.sqrt(at.dimension / HIDDEN_VARIANCE / 2)
    return {
        Training.train: train.mean(axis=0),
        Training.test: np.exp(np.log(test).mean(axis=0)),
        Training.cubic_learned: cubic.mean(axis=0),
        Training.beyond: erfc(at.threshold * scale),
    }
