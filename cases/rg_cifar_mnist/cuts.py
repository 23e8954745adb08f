"""Where to cut the modes of a population: those that cannot be learned from P of its points."""

from __future__ import annotations

from collections.abc import Sequence

from fieldbench.errors import BadInput
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
    """The decimated theory at each threshold of learnability.

    Raises:
        BadInput: a threshold below which no mode lies, so that there is nothing to integrate out.
    """
    learned = full_curve(of, samples, ridge).learnability[0]
    if min(thresholds) <= learned[-1]:
        raise BadInput(
            f"P = {samples} of M = {len(learned)}: every mode is learned to {learned[-1]:.2g} or more, threshold "
            f"{min(thresholds)} cuts off nothing; raise it, or M"
        )
    return [decimate(of.modes.eigenvalues, learned, ridge, threshold) for threshold in thresholds]
