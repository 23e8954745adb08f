"""Posterior of a two-layer network to first order in 1/N around its Gaussian process, on one data set, at χ = 1.

Given its hidden weights a network of width N is a Gaussian process with the kernel K̂ = (σ_a²/N) Σ_c φ_c φ_cᵀ, so that
mean and variance at a test point x are averages over hidden weights of

    m = k̂ᵀÂ⁻¹y,    v = K̂(x, x) − k̂ᵀÂ⁻¹k̂,    Â = K̂ + κ,    Var f = ⟨v⟩ + Var m,

with the evidence exp(−½yᵀÂ⁻¹y − ½ log det Â) times the prior as weight. Under the prior Δ = K̂ − K has mean zero and
E[Δ_ab Δ_cd] = (σ_a⁴/N) Cov(φ_aφ_b, φ_cφ_d). Expanding m, v and the evidence to second order in Δ [derived here],
with A = K + κ, t = A⁻¹y, τ = tᵀφ, r = φ(x) − kᵀA⁻¹φ (the feature's residual) and C = τ² − φᵀA⁻¹φ:

    N(⟨f⟩ − kᵀt)   = σ_a⁴ {½Cov(rτ, C) − E[rτ φᵀA⁻¹φ] + E[rφ]ᵀA⁻¹E[φτ]}
    N(Var f − v_∞) = σ_a⁴ {½Cov(r², C) − E[r² φᵀA⁻¹φ] + E[rφ]ᵀA⁻¹E[φr] + Var(rτ)}

The first term is the connected one (the evidence turns the kernel), the next two come from the curvature of m and v in
the fluctuation of K, the last is the scatter of m. All are expectations over one hidden unit w ~ N(0, σ_w²/d).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special, stats

from fieldbench.errors import BadInput
from fieldbench.theory.kernels import Kernel

FloatArray = NDArray[np.float64]

_ACTIVATIONS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "erf": special.erf,
    "relu": lambda z: np.maximum(z, 0.0),
    "linear": lambda z: z,
}


@dataclass(frozen=True)
class FiniteWidth:
    """Posterior at test points as N → ∞ and its first corrections: ⟨f⟩ = mean + mean_slope/N, and so the variance.

    Attributes:
        mean, variance, mean_slope, variance_slope: shape (tests,).
        mean_connected, variance_connected: the part of the slopes due to the evidence, shape (tests,).
        evidence_variance: N times the variance of the log evidence over the prior, σ_a⁴ Var C/4. Over N it is the
            parameter of the expansion: the next order is so much smaller than the first.
    """

    mean: FloatArray
    variance: FloatArray
    mean_slope: FloatArray
    variance_slope: FloatArray
    mean_connected: FloatArray
    variance_connected: FloatArray
    evidence_variance: float


def finite_width(
    kernel: Kernel, train: FloatArray, targets: FloatArray, test: FloatArray, *, ridge: float, log2_units: int = 16
) -> FiniteWidth:
    """Posterior mean and variance of f and their slopes in 1/N.

    Args:
        kernel: one hidden layer.
        train: inputs (n, d). targets: (n,). test: (m, d).
        ridge: κ > 0, the noise variance.
        log2_units: hidden units of the quadrature, 2 to this power: a Sobol net mapped to normals. At 16 the slopes are
            right to some 10⁻³ for d ≤ 10 (the tests compare with closed forms).

    Raises:
        BadInput: deep kernels, shapes that do not fit, a ridge that is not positive.
    """
    if kernel.depth != 1:
        raise BadInput(f"depth {kernel.depth}: the correction is that of one hidden layer")
    if targets.shape != train.shape[:1] or not ridge > 0:
        raise BadInput(f"targets {targets.shape}, inputs {train.shape}, ridge {ridge}: need (n,), (n, d) and ridge > 0")
    gram, cross = kernel(train, train), kernel(train, test)
    factor = linalg.cho_factor(gram + ridge * np.eye(len(gram)), lower=True)
    weights, embedded = linalg.cho_solve(factor, targets), linalg.cho_solve(factor, cross)

    units = np.sqrt(kernel.weight_variance / train.shape[1]) * _normal_net(log2_units, train.shape[1])
    activation = _ACTIVATIONS[kernel.activation]
    features = activation(units @ train.T)
    residual = activation(units @ test.T) - features @ embedded
    learned = (features @ weights)[:, None]
    stiffness = np.sum(features * linalg.cho_solve(factor, features.T).T, axis=1, keepdims=True)
    tilt = (learned**2 - stiffness) / 2

    def curvature(left: FloatArray, right: FloatArray) -> FloatArray:
        """−E[l r φᵀA⁻¹φ] + E[lφ]ᵀA⁻¹E[φr]."""
        first, second = (features.T @ side / len(features) for side in (left, right))
        whole: FloatArray = -np.mean(left * right * stiffness, axis=0)
        whole += np.sum(first * linalg.cho_solve(factor, np.broadcast_to(second, first.shape)), axis=0)
        return whole

    scale = kernel.readout_variance**2
    mean_connected = scale * _covariance(residual * learned, tilt)
    variance_connected = scale * _covariance(residual**2, tilt)
    return FiniteWidth(
        mean=cross.T @ weights,
        variance=kernel.diagonal(test) - np.sum(cross * embedded, axis=0),
        mean_slope=mean_connected + scale * curvature(residual, learned),
        variance_slope=variance_connected
        + scale * (curvature(residual, residual) + np.var(residual * learned, axis=0)),
        mean_connected=mean_connected,
        variance_connected=variance_connected,
        evidence_variance=float(scale * np.var(tilt)),
    )


def _covariance(left: FloatArray, right: FloatArray) -> FloatArray:
    covariance: FloatArray = np.mean((left - left.mean(axis=0)) * (right - right.mean(axis=0)), axis=0)
    return covariance


def _normal_net(log2_count: int, dimension: int) -> FloatArray:
    """2^k points of a Sobol net, each moved to the middle of its cell so that none is infinite, as standard normals."""
    points = stats.qmc.Sobol(dimension, scramble=False).random_base2(log2_count)
    normals: FloatArray = special.ndtri(points + 0.5 / len(points))
    return normals
