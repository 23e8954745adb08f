"""Kernel rescaling: a linear network's kernel is that of its prior times one number Q, on fixed data.

f(x) = Σ_c a_c w_c·x, w_c ~ N(0, I/d), a_c ~ N(0, 1/(Nχ)), noise of variance κ/χ; K_0 = XXᵀ/d, t = (QK_0 + κ)⁻¹y. The
evidence given Q = χ|a|² is exact (Li & Sompolinsky 2021), and stationary in Q where

    N(1 − 1/Q) = χ tᵀK_0t − δ Tr[K_0(QK_0 + κ)⁻¹],   δ = 1;

at N, χ → ∞ the trace, from the determinant of the evidence, is left out (δ = 0). Weights given Q are the prior's but
for the one combination that the readout reads [derived here]:

    dΣ = 1 + (Q/Nd) Xᵀ[χ ttᵀ − δ (QK_0 + κ)⁻¹]X.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from fieldbench.errors import BadInput

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class OneScale:
    """Attributes: scale Q; discrepancy t, (n,); predictor ⟨Σ_c a_c w_c⟩, (d,); weights' covariance Σ, (d, d)."""

    scale: float
    discrepancy: FloatArray
    predictor: FloatArray
    covariance: FloatArray


def rescale(
    inputs: FloatArray, targets: FloatArray, *, width: float, ridge: float, mean_field: float, trace: float = 1.0
) -> OneScale:
    """Q and what follows from it, for inputs (n, d), targets (n,), N, κ, χ; `trace` is δ.

    Raises:
        BadInput: shapes that do not fit, values not positive.
    """
    if inputs.ndim != 2 or targets.shape != inputs.shape[:1]:
        raise BadInput(f"inputs {inputs.shape} and targets {targets.shape}: need (n, d) and (n,)")
    dimension = inputs.shape[1]
    modes, roots, _ = np.linalg.svd(inputs, full_matrices=False)
    eigenvalues, labels = roots**2 / dimension, modes.T @ targets

    scale = scale_of_kernel(eigenvalues, labels, width=width, ridge=ridge, mean_field=mean_field, trace=trace)
    noisy = scale * inputs @ inputs.T / dimension + ridge * np.eye(len(targets))
    discrepancy = np.linalg.solve(noisy, targets)
    pulled = inputs.T @ discrepancy
    spread = inputs.T @ np.linalg.solve(noisy, inputs)
    anisotropic = scale / (width * dimension) * (mean_field * np.outer(pulled, pulled) - trace * spread)
    return OneScale(
        scale=scale,
        discrepancy=discrepancy,
        predictor=scale * pulled / dimension,
        covariance=(np.eye(dimension) + anisotropic) / dimension,
    )


def scale_of_kernel(
    eigenvalues: FloatArray, labels: FloatArray, *, width: float, ridge: float, mean_field: float, trace: float = 1.0
) -> float:
    """Q of any kernel K_0 of a prior, from its eigenvalues on the data and the targets in its modes, both (n,).

    Raises:
        BadInput: shapes that do not fit, values not positive.
    """
    if eigenvalues.ndim != 1 or labels.shape != eigenvalues.shape:
        raise BadInput(f"eigenvalues {eigenvalues.shape} and labels {labels.shape}: need (n,) both")
    if not min(width, ridge, mean_field) > 0:
        raise BadInput(f"width {width}, ridge {ridge} and mean_field {mean_field} must be positive")

    def excess(log_scale: float) -> float:
        noisy = np.exp(log_scale) * eigenvalues + ridge
        pull = mean_field * np.sum(eigenvalues * (labels / noisy) ** 2) - trace * np.sum(eigenvalues / noisy)
        return float(width * -np.expm1(-log_scale) - pull)

    # Below the first −N/Q outweighs the trace, at most Tr K_0/κ; beyond the second N the pull, at most χ|y|²/4κQ.
    least = 1.0 + float(eigenvalues.sum()) / (width * ridge)
    largest = 1.0 + mean_field * float(labels @ labels) / ridge
    return float(np.exp(brentq(excess, -np.log(2.0 * least), np.log(4.0 * largest), xtol=1e-15)))
