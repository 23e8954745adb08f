"""What decimation changes of the theory of regression on one data set, and what it neglects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.curves import unevenness
from fieldbench.theory.decimation import running_ridge as decimation
from fieldbench.theory.decimation.cuts import cuts, finite_population_curve
from fieldbench.theory.decimation.local_ridge import local_ridge
from fieldbench.theory.kernels import EmpiricalSpectrum

Vector = NDArray[np.float64]


def decimation_differences(
    modes: EmpiricalSpectrum, coefficients: Vector, samples: Sequence[int], ridge: float, thresholds: Sequence[float]
) -> dict[str, NDArray[np.float64]]:
    """Decimated minus full theory at each P and threshold, (samples, thresholds).

    Returns:
        The fields of `decimation.Difference`; uneven_tail: std(Σ_{k>Λ} λ_kφ_k²)/κ_eff; rounding: P ε Tr K/(Mκ), the
        relative error of solving a system of that condition in floating point.
    """
    names = ("log_error", "low_modes", "shift", "error_response", "low_response", "uneven_tail", "rounding")
    found = {name: np.zeros((len(samples), len(thresholds))) for name in names}
    for row, size in enumerate(samples):
        full = finite_population_curve(modes, coefficients, size, ridge)
        found["rounding"][row] = size * np.finfo(np.float64).eps * modes.eigenvalues.sum() / ridge
        for column, cut in enumerate(cuts(modes, coefficients, size, ridge, thresholds)):
            change = decimation.difference(full, cut, coefficients**2, len(coefficients))
            for name, value in vars(change).items():
                found[name][row, column] = value
            found["uneven_tail"][row, column] = unevenness.of_tail(modes, cut.keep, full.effective_ridge[0])
    return found


def local_difference(
    gram: NDArray[np.float64], targets: Vector, modes: EmpiricalSpectrum, samples: int, ridge: float, threshold: float
) -> float:
    """ln of the ratio of the test errors, truncated kernel with uniform T(Λ) against full, from a ridge for each point.

    Args:
        gram: K over the M points, (M, M).
        targets: y(x_i), (M,).
        modes: its spectrum.
        samples: P.
        ridge: κ > 0.
        threshold: ε.
    """
    coefficients = modes.coefficients(targets)
    start = float(finite_population_curve(modes, coefficients, samples, ridge).effective_ridge[0])
    cut = cuts(modes, coefficients, samples, ridge, [threshold])[0]
    full = local_ridge(gram, targets, samples, ridge, start, 1e-5)
    truncated = modes.kernel(np.arange(len(targets)), cut.keep)
    reduced = local_ridge(truncated, targets, samples, cut.ridge, start, 1e-5)
    return float(np.log(reduced.test_error / full.test_error))
