"""Where to cut the modes of a data set: those that cannot be learned from P of its points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.curves import learning_curves
from fieldbench.theory.decimation import running_ridge as decimation
from fieldbench.theory.decimation.running_ridge import Decimation
from fieldbench.theory.kernels import EmpiricalSpectrum
from fieldbench.typing import Numbers

Vector = NDArray[np.float64]


def finite_population_curve(
    modes: EmpiricalSpectrum, coefficients: Vector, samples: Numbers, ridge: float
) -> learning_curves.LearningCurve:
    """Effective ridge for P of the M points drawn without replacement.

    Args:
        modes: the M modes of the data set.
        coefficients: y_k, (M,).
        samples: P, a number or a vector.
        ridge: κ.
    """
    return learning_curves.effective_ridge(
        modes.eigenvalues, samples, ridge, target=coefficients**2, population=len(coefficients)
    )


def cuts(
    modes: EmpiricalSpectrum, coefficients: Vector, samples: int, ridge: float, thresholds: Sequence[float]
) -> list[Decimation]:
    """The decimated theory at each threshold of learnability."""
    learned = finite_population_curve(modes, coefficients, samples, ridge).learnability[0]
    return [decimation.decimate(modes.eigenvalues, learned, ridge, threshold) for threshold in thresholds]
