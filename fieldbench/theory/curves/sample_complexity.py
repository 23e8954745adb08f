"""How many samples a mode needs: P_L, and its limit in high dimension."""

from __future__ import annotations

import numpy as np

from fieldbench.errors import BadInput
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.kernels import Kernel, Spectrum, sphere


def samples_to_learn(spectrum: Spectrum, mode: int, level: float, ridge: float) -> float:
    """P at which the effective ridge learns the fraction `level` of a mode, by bisection in log P.

    Args:
        spectrum: of the kernel under the data measure.
        mode: index of the (degenerate) mode, with λ > 0.
        level: L, between 0 and 1.
        ridge: κ ≥ 0.

    Raises:
        BadInput: a level outside (0, 1), or a mode that the kernel does not have.
    """
    eigenvalue = float(spectrum.eigenvalues[mode])
    if not 0.0 < level < 1.0 or eigenvalue <= 0.0:
        raise BadInput(f"level {level} of a mode with eigenvalue {eigenvalue}: need 0 < L < 1 and λ > 0")
    # κ ≤ κ_eff ≤ κ + Tr K bounds P = κ_eff L/((1 − L)λ) on both sides; P ≥ 1 by definition.
    odds = level / (1.0 - level) / eigenvalue
    low, high = np.log(max(1.0, ridge * odds)), np.log(max(2.0, (ridge + spectrum.trace) * odds))
    for _ in range(64):
        before, middle = (low, high), 0.5 * (low + high)
        learned = effective_ridge(spectrum, np.exp(middle), ridge).learnability[0, mode]
        low, high = (middle, high) if learned < level else (low, middle)
        if (low, high) == before:
            break  # they are neighbours
    return float(np.exp(0.5 * (low + high)))


def relative_to_limit(kernel: Kernel, degree: int, level: float, ridge: float, dimension: int) -> float:
    """P_L/d^l at a dimension over its limit d → ∞ (`sphere.limiting_samples`): 1 + O(1/d)."""
    needed = samples_to_learn(sphere.spectrum(kernel, dimension), degree, level, ridge)
    return needed / float(dimension) ** degree / sphere.limiting_samples(kernel, degree, level, ridge)
