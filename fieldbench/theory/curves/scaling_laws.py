"""Power laws of Gaussian-process regression: exponents of learning curves from the tails of target and spectrum.

With λ_k = k^{−1−α} and a target whose power beyond K falls as Σ_{k>K} y_k² ~ K^{−b}, the mode that is half learned is
k* ~ (P/κ_eff)^{1/(1+α)} and what lies beyond it is the error, until its leading mode is no longer learned any faster:

    ridgeless  MSE ~ P^{−min(b, 2(1+α))},     ridge-dominated (κ_eff = κ)  MSE ~ P^{−min(b/(1+α), 2)}

(Spigler, Geiger, Wyart, arXiv:1905.10843; α/(1+α) for b = α in Howard et al., arXiv:2405.06008).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.kernels import PowerLawTail, Spectrum
from fieldbench.typing import Numbers

Vector = NDArray[np.float64]


def learning_exponent(alpha: float, tail: float, *, ridgeless: bool) -> float:
    """Exponent of the learning curve, MSE ~ P^{−exponent}, as P → ∞.

    Args:
        alpha: α > 0 of the spectrum.
        tail: b > 0 of the target; b = α where y_k² ∝ λ_k.
        ridgeless: κ → 0; otherwise the ridge dominates what the unlearned modes add to it.

    >>> learning_exponent(1.0, 1.0, ridgeless=True), learning_exponent(1.0, 1.0, ridgeless=False)
    (1.0, 0.5)
    """
    _positive(alpha, tail)
    saturated = min(tail, 2.0 * (1.0 + alpha))
    return saturated if ridgeless else saturated / (1.0 + alpha)


def ridgeless_effective_ridge(alpha: float, samples: Numbers) -> Vector:
    """κ_eff = P [c/(P + ½)]^{1+α}, c = (π/(1+α))/sin(π/(1+α)), of λ_k = k^{−1−α} without ridge.

    From ΣL_k = P with L = 1/(1 + (k/k*)^{1+α}): ΣL_k = ck* + ζ(0) − ζ(−1−α) k*^{−1−α} + …, ζ(0) = −½ (Zagier's form of
    the Euler–Maclaurin sum, for an expansion of the summand in powers that need not be whole). The relative error is
    therefore at most `closed_form_error`. Derived for this project.
    """
    _positive(alpha, 1.0)
    sizes = np.asarray(samples, dtype=np.float64)
    return np.asarray(sizes * (_integral(alpha) / (sizes + 0.5)) ** (1.0 + alpha))


def closed_form_error(alpha: float, samples: Numbers) -> Vector:
    """Bound on the error of its logarithm: (1+α)|ζ(−1−α)|/((P+½)k*^{1+α}), |ζ| ≤ 1/12 for α ≤ 8."""
    _positive(alpha, 1.0)
    sizes = np.asarray(samples, dtype=np.float64) + 0.5
    return np.asarray((1.0 + alpha) / 12.0 / (sizes * (sizes / _integral(alpha)) ** (1.0 + alpha)))


def infinite_power_law(alpha: float, tail: float, listed: int = 10_000) -> tuple[Spectrum, Vector]:
    """λ_k = k^{−1−α} and y_k² = k^{−1−b} for all k: the first modes one by one, the others as integrals.

    Returns:
        The spectrum with its tail, and the power y_k² of the listed modes, (listed,).
    """
    _positive(alpha, tail)
    modes = np.arange(1.0, listed + 1.0)
    beyond = PowerLawTail(1.0, 1.0 + alpha, listed, 1.0, 1.0 + tail)
    return Spectrum(modes ** (-1.0 - alpha), tail=beyond), modes ** (-1.0 - tail)


def tail_power(power: Numbers, cutoffs: Numbers) -> Vector:
    """Σ_{k>K} p_k · M/(M − K) at each cut-off K, for the M modes of a data set of M points.

    The factor is that of held-out points where P = K of the M are learned exactly (theory/population.py): it makes the
    tail of pure noise, p_k = 1/M, flat.

    Args:
        power: y_k² or λ_k in falling order of λ_k, (M,).
        cutoffs: K, (n,), within 0 … M − 1.

    Raises:
        BadInput: a cut-off outside.
    """
    values = np.asarray(power, dtype=np.float64)
    cuts = np.asarray(cutoffs, dtype=np.intp)
    if cuts.min() < 0 or cuts.max() >= values.size:
        raise BadInput(f"cut-offs from {cuts.min()} to {cuts.max()}: must lie within 0 and M − 1 = {values.size - 1}")
    beyond = np.concatenate([np.cumsum(values[::-1])[::-1], [0.0]])
    return np.asarray(beyond[cuts] * values.size / (values.size - cuts))


def fit_weights(abscissa: Numbers) -> Vector:
    """w with Σ w_i ln f(x_i) the least-squares slope of ln f against ln x; Σ|w_i|δ_i bounds what errors δ of ln f do.

    Raises:
        BadInput: fewer than two different positive abscissae.
    """
    points = np.asarray(abscissa, dtype=np.float64)
    if points.ndim != 1 or not np.all(points > 0.0) or np.unique(points).size < 2:
        raise BadInput(f"abscissae {points.tolist()}: a log-log slope needs two different positive ones")
    centred = np.log(points) - np.log(points).mean()
    return np.asarray(centred / (centred @ centred))


def log_log_slope(abscissa: Numbers, values: Numbers) -> NDArray[np.float64]:
    """Least-squares slopes of ln(values) against ln(abscissa) along the last axis, (..., n) → (...)."""
    return np.asarray(np.log(np.asarray(values, dtype=np.float64)) @ fit_weights(abscissa))


def local_slopes(abscissa: Numbers, values: Numbers) -> NDArray[np.float64]:
    """Slopes of ln(values) between neighbouring abscissae, (..., n) → (..., n − 1)."""
    fit_weights(abscissa)  # for its complaints
    steps = np.diff(np.log(np.asarray(abscissa, dtype=np.float64)))
    return np.asarray(np.diff(np.log(np.asarray(values, dtype=np.float64)), axis=-1) / steps)


def _integral(alpha: float) -> float:
    """c = ∫_0^∞ dx/(1 + x^{1+α})."""
    angle = np.pi / (1.0 + alpha)
    return float(angle / np.sin(angle))


def _positive(alpha: float, tail: float) -> None:
    if not (alpha > 0.0 and tail > 0.0):
        raise BadInput(f"exponents α = {alpha} and b = {tail} must be positive: traces and powers diverge otherwise")
