"""Exact Bayesian posterior of a linear two-layer network of any width, by one integral over the norm of its readout.

f(x) = B·x with B = Σ_c a_c w_c, w_c ~ N(0, 1/d), a_c ~ N(0, 1/(Nχ)), noise of variance T = κ/χ. Given s = |a|² only
the combination of hidden units along a meets the data: B | s ~ N(0, s/d) is Bayesian linear regression, the N − 1
combinations across a keep their prior, and s has its prior, s Nχ ~ chi-square with N degrees of freedom, times the
evidence of that regression [derived here; the integral over s is that of Li & Sompolinsky at one hidden layer]:

    p(s | y) ∝ s^{N/2 − 1} e^{−Nχs/2} N(y; 0, s XXᵀ/d + T),     ⟨wᵀw⟩ = ⟨BBᵀ/s⟩ + (N − 1)/d.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput

FloatArray = NDArray[np.float64]

_NODES = 2001
_DEPTH = 45.0  # the integral over log s ends where the density has fallen by e^{−45}


@dataclass(frozen=True)
class LinearPosterior:
    """Posterior means.

    Attributes:
        predictor: ⟨B⟩, shape (d,): the mean predictor is ⟨B⟩·x.
        covariance: of B, (d, d).
        readout_gram: ⟨|a|²⟩.
        weight_gram: ⟨wᵀw⟩, (d, d).
    """

    predictor: FloatArray
    covariance: FloatArray
    readout_gram: float
    weight_gram: FloatArray


def linear_posterior(
    inputs: FloatArray, targets: FloatArray, *, width: int, ridge: float, mean_field: float = 1.0
) -> LinearPosterior:
    """Posterior of a network of `width` hidden units, given inputs (n, d) and targets (n,), κ and χ.

    Raises:
        BadInput: shapes that do not fit; width, ridge or mean_field not positive.
    """
    if inputs.ndim != 2 or targets.shape != inputs.shape[:1]:
        raise BadInput(f"inputs {inputs.shape} and targets {targets.shape}: need (n, d) and (n,)")
    if width < 1 or not (ridge > 0 and mean_field > 0):
        raise BadInput(f"width {width}, ridge {ridge} and mean_field {mean_field} must be positive")
    dimension, noise = inputs.shape[1], ridge / mean_field
    eigenvalues, modes = np.linalg.eigh(inputs.T @ inputs / noise)
    moment = modes.T @ (inputs.T @ targets) / noise

    def log_density(logs: FloatArray) -> FloatArray:
        prior = 0.5 * width * (logs - mean_field * np.exp(logs))
        precision = dimension * np.exp(-logs)[:, None] + eigenvalues
        fit: FloatArray = 0.5 * np.sum(moment**2 / precision, axis=1)
        spread: FloatArray = 0.5 * np.sum(np.log1p(np.exp(logs)[:, None] * eigenvalues / dimension), axis=1)
        return prior + fit - spread

    logs = _support(log_density)
    weights = np.exp(log_density(logs) - log_density(logs).max())
    weights /= weights.sum()
    scale = np.exp(logs)
    precision = dimension / scale[:, None] + eigenvalues
    means = moment / precision
    predictor = weights @ means
    second = np.diag(weights @ (1 / precision)) + (means.T * weights) @ means
    over_scale = np.diag(weights @ (1 / (precision * scale[:, None]))) + (means.T * (weights / scale)) @ means
    return LinearPosterior(
        predictor=modes @ predictor,
        covariance=modes @ (second - np.outer(predictor, predictor)) @ modes.T,
        readout_gram=float(weights @ scale),
        weight_gram=modes @ over_scale @ modes.T + (width - 1) / dimension * np.eye(dimension),
    )


def _support(log_density: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """A grid of log s over which a smooth density rises and falls by e^{−45}, by zooming in three times."""
    logs = np.linspace(-60.0, 20.0, _NODES)
    for _ in range(3):
        values = log_density(logs)
        inside = np.flatnonzero(values > values.max() - _DEPTH)
        logs = np.linspace(logs[max(inside[0] - 1, 0)], logs[min(inside[-1] + 1, _NODES - 1)], _NODES)
    return logs
