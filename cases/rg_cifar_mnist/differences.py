"""What decimation changes of the theory of regression on one population, and what it neglects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.curves import unevenness
from fieldbench.theory.decimation import difference, local_ridge

from .cuts import cuts, full_curve
from .population import Population

Table = NDArray[np.float64]


@dataclass(frozen=True)
class Differences:
    """Decimated minus full theory at each P and threshold, each (samples, thresholds).

    Attributes:
        log_error: ln of the ratio of the test errors.
        low_modes: change of the learned fraction of the low modes, Σ_{k≤Λ} δL_k y_k²/Σ_{k≤Λ} y_k².
        shift: δ ln κ_eff, the relative strength of decimation, and so of its second order.
        error_response, low_response: how much an uneven ridge can move the first two, per standard deviation of it
            over κ_eff.
        uneven_tail: std(Σ_{k>Λ} λ_kφ_k²)/κ_eff.
        rounding: P ε Tr K/(Mκ), the relative error of solving a system of that condition in floating point.
    """

    log_error: Table
    low_modes: Table
    shift: Table
    error_response: Table
    low_response: Table
    uneven_tail: Table
    rounding: Table


def decimated_minus_full(
    of: Population, samples: Sequence[int], ridge: float, thresholds: Sequence[float]
) -> Differences:
    """Both theories solved exactly, each by its own effective ridge."""
    table: list[list[tuple[float, ...]]] = []
    for size in samples:
        full = full_curve(of, size, ridge)
        rounding = size * np.finfo(np.float64).eps * of.modes.eigenvalues.sum() / ridge
        table.append([])
        for cut in cuts(of, size, ridge, thresholds):
            change = difference(full, cut, of.coefficients**2, len(of.coefficients))
            uneven = unevenness.of_tail(of.modes, cut.keep, full.effective_ridge[0])
            responses = change.error_response, change.low_response
            table[-1].append((change.log_error, change.low_modes, change.shift, *responses, uneven, rounding))
    return Differences(*np.moveaxis(np.array(table), 2, 0))


def local_difference(of: Population, samples: int, ridge: float, threshold: float) -> float:
    """ln of the ratio of the test errors, truncated kernel with uniform T(Λ) against full, from a ridge at each point.

    About M³ flops for each iteration of either theory.
    """
    start = float(full_curve(of, samples, ridge).effective_ridge[0])
    cut = cuts(of, samples, ridge, [threshold])[0]
    full = local_ridge(of.gram, of.targets, samples, ridge, start, 1e-5)
    truncated = of.modes.kernel(np.arange(len(of.targets)), cut.keep)
    reduced = local_ridge(truncated, of.targets, samples, cut.ridge, start, 1e-5)
    return float(np.log(reduced.test_error / full.test_error))
