"""A population made for a test, in place of images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldbench.theory.kernels import EmpiricalSpectrum, principal_components


@dataclass(frozen=True)
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
