"""Where to cut the modes of a population: those that cannot be learned from P of its points."""

from __future__ import annotations

from collections.abc import Sequence

from fieldbench.theory.curves import LearningCurve, effective_ridge
from fieldbench.theory.decimation import Decimation, decimate
from fieldbench.typing import Numbers

from .population import Population


def full_curve(of: Population, samples: Numbers, ridge: float) -> LearningCurve:
    """Effective ridge for P of the M points drawn without replacement; P is a number or a vector."""
    return effective_ridge(
        of.modes.eigenvalues, samples, ridge, target=of.coefficients**2, population=len(of.coefficients)
    )


def cuts(of: Population, samples: int, ridge: float, thresholds: Sequence[float]) -> list[Decimation]:
    """The decimated theory at each threshold of learnability."""
    learned = full_curve(of, samples, ridge).learnability[0]
    return [decimate(of.modes.eigenvalues, learned, ridge, threshold) for threshold in thresholds]
