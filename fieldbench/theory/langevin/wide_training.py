"""Noisy gradient descent of an infinitely wide two-layer erf network, from its prior, at all times on given data.

Overdamped dynamics θ' = −∇U + √2 ξ' in the weights θ = (w, a) themselves, whose priors relax at the rates
1/⟨a²⟩ = N/σ_a² and d/σ_w². Expand the network's kernel in the Hermite degree k of w: K = Σ_k K_k. Each neuron feels the
misfit weakly, so that the part f_k of the output which comes with degree k obeys a linear equation [derived here]

    df_k = −r_k f_k dt − r_k K_k (Σ_j f_j − y)/σ² dt + √(2 r_k K_k) dW,     r_k = N/σ_a² + k d/σ_w²,

starting from its prior N(0, K_k). Σ_k r_k K_k is the tangent kernel and the stationary law the Gaussian process's
posterior. N sets the unit of time of the readout; features are not learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fieldbench.errors import BadInput

FloatArray = NDArray[np.float64]

_APART = 4  # degrees 1, 3, 5, 7 with a rate of their own; the rest, 10⁻⁴ of the kernel at |x|² = d, has that of 9
_NEGLIGIBLE = 1e-10  # eigenvalues of K_k relative to its largest


@dataclass(frozen=True)
class WideTraining:
    """Mean (times, tests) and variance (times, tests) of the outputs, and ⟨|f − y|²⟩/n on the training set (times,)."""

    mean: FloatArray
    variance: FloatArray
    train_error: FloatArray


def wide_training(
    train: FloatArray,
    targets: FloatArray,
    test: FloatArray,
    times: Sequence[float] | FloatArray,
    *,
    ridge: float,
    width: int,
    hidden_variance: float = 1.0,
    readout_variance: float = 1.0,
) -> WideTraining:
    """The law of the outputs at each time.

    Args:
        train: x, (n, d). targets: y, (n,). test: (m, d).
        times: ≥ 0, in units of U's dynamics at unit temperature.
        ridge: σ². width: N, in the readout's rate alone. hidden_variance: σ_w². readout_variance: σ_a² = N⟨a²⟩.

    Raises:
        BadInput: shapes that do not fit, or a negative time.
    """
    moments = np.asarray(times, np.float64)
    if targets.shape != train.shape[:1] or train.shape[1:] != test.shape[1:]:
        raise BadInput(f"inputs {train.shape}, targets {targets.shape}, tests {test.shape} do not fit")
    if not np.all(moments >= 0):
        raise BadInput(f"times from {moments.min():.3g}: training starts at zero")
    count, dimension = train.shape
    kernels = _degrees(train, train, hidden_variance, readout_variance)
    beside = _degrees(test, train, hidden_variance, readout_variance)
    roots, bases, rates = [], [], []
    for place, (kernel, across) in enumerate(zip(kernels, beside, strict=True)):
        values, vectors = np.linalg.eigh(kernel)
        kept = values > _NEGLIGIBLE * values[-1]
        half = np.sqrt(values[kept])
        rate = width / readout_variance + (2 * place + 1) * dimension / hidden_variance
        # f_k = K_k^{1/2} g_k with g_k ~ N(0, 1) under the prior; h = g/√r moves as h' = −H h + … + √2 ξ'.
        roots.append(vectors[:, kept] * half * np.sqrt(rate))
        bases.append(across @ (vectors[:, kept] / half) * np.sqrt(rate))
        rates.append(np.full(kept.sum(), rate))
    root, basis, rate = np.concatenate(roots, axis=1), np.concatenate(bases, axis=1), np.concatenate(rates)
    values, vectors = np.linalg.eigh(np.diag(rate) + root.T @ root / ridge)
    target = vectors.T @ (root.T @ targets) / (ridge * values)
    start = vectors.T @ (vectors / rate[:, None])
    of_train, of_test = root @ vectors, basis @ vectors
    # Where the data say nothing, the prior's own variance stays.
    size = 2 * hidden_variance / dimension * np.sum(test**2, axis=1)
    prior = readout_variance * 2 / np.pi * np.arcsin(size / (1 + size))
    told = np.sum(basis**2 / rate, axis=1)
    mean, variance, error = [], [], []
    for moment in moments:
        fading = np.exp(-values * moment)
        position = target * (1 - fading)
        covariance = fading[:, None] * start * fading + np.diag((1 - fading**2) / values)
        mean.append(of_test @ position)
        variance.append(np.sum((of_test @ covariance) * of_test, axis=1) + prior - told)
        scatter = np.sum((of_train @ covariance) * of_train)
        error.append((np.sum((of_train @ position - targets) ** 2) + scatter) / count)
    return WideTraining(np.array(mean), np.array(variance), np.array(error))


def _degrees(left: FloatArray, right: FloatArray, hidden_variance: float, readout_variance: float) -> list[FloatArray]:
    """K_1, K_3, …, and last what remains of the kernel, each (left, right)."""
    scale = 2 * hidden_variance / left.shape[1]
    norms = [np.sqrt(1 + scale * np.sum(points**2, axis=1)) for points in (left, right)]
    argument = scale * left @ right.T / np.outer(*norms)
    parts = []
    for half in range(_APART):
        series = special.binom(2 * half, half) / (4.0**half * (2 * half + 1))
        parts.append(readout_variance * 2 / np.pi * series * argument ** (2 * half + 1))
    return [*parts, readout_variance * 2 / np.pi * np.arcsin(argument) - sum(parts)]
