"""Learning curves when the measure is a data set: P of M points drawn without replacement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def population_factors(
    samples: Vector, population: int, ridge: float, dressed: Vector, total: Vector, squares: Vector
) -> tuple[Vector, Vector]:
    """Factors (held-out, train) that turn Σ(1 − L_k)²y_k² into mean squared errors of a finite population.

    The P sampled points are a projection in generic position to the kernel (asymptotic freeness). With z = κ_eff M/P,
    p = P/M, G = (1 − ΣL/M)/z and b = (1 − 2ΣL/M + ΣL²/M)/z² the deterministic equivalents of R K² R and R²,
    R = (K + κ Π⁻¹)⁻¹, are

        error over all M points   (1 + z'/z²) Σ(1−L)²y²,  z' = (1−p) ΣL²/M / (G² − (1−p) b)
        train error               κ²P/(Mκ_eff²) · G²/(G² − (1−p) b) Σ(1−L)²y²

    and the held-out error is what the train error leaves of the first. As M → ∞ both become E0 and (κ/κ_eff)²E0 with
    E0 = P/(P − ΣL²); at κ = 0 the held-out factor is E0·M/(M − P). Derived for this project from subordination of free
    projections; ΣL = `total` and ΣL² = `squares`, all arguments of shape (p,).
    """
    fraction = samples / population
    mean, mean_square = total / population, squares / population
    # In units of 1/z²: G² → (1 − ΣL/M)², b → 1 − 2ΣL/M + ΣL²/M, so that κ_eff = 0 needs no special case below.
    resolvent = (1.0 - mean) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = resolvent - (1.0 - fraction) * (1.0 - 2.0 * mean + mean_square)
        everywhere = 1.0 + (1.0 - fraction) * mean_square / gap
        ratio = np.where(dressed > 0.0, ridge / np.where(dressed > 0.0, dressed, 1.0), 0.0)
        train = ratio**2 * fraction * resolvent / gap
    return (everywhere - fraction * train) / (1.0 - fraction), train
