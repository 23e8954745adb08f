"""A population made for a test, in place of images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldbench.theory.kernels import EmpiricalSpectrum, principal_components


@dataclass(frozen=True, eq=False)
class Synthetic:
    """What `Population` asks for, held in memory."""

    gram: np.ndarray
    targets: np.ndarray
    modes: EmpiricalSpectrum
    coefficients: np.ndarray


def synthetic(gram: np.ndarray, targets: np.ndarray) -> Synthetic:
    """The population of a Gram matrix and its targets."""
    modes = principal_components(gram)
    return Synthetic(gram, targets, modes, modes.coefficients(targets))


def features(size: int, count: int, decay: float = 1.0, seed: int = 0) -> Synthetic:
    """Random features of falling strength, a third of the points with twice their amplitude: an uneven tail."""
    draws = np.random.default_rng(seed).normal(size=(size, count)) * np.arange(1, count + 1) ** -decay
    draws[: size // 3, 8:] *= 2.0
    return synthetic(draws @ draws.T, draws[:, 0] / np.abs(draws[:, 0]).max() + draws[:, 3])
