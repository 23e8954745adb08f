"""Has a chain forgotten its start, and how many independent draws is it worth?

Rank-normalised split R-hat and bulk effective sample size of Vehtari, Gelman, Simpson, Carpenter & Bürkner, Bayesian
Analysis 16, 667 (2021), arXiv:1903.08008. float64 numpy: traces are short.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fieldbench.errors import BadInput
from fieldbench.typing import Numbers

FloatArray = NDArray[np.float64]


def rhat(draws: Numbers) -> FloatArray:
    """Rank-normalised split R-hat: the larger of that of the draws and of that of their distances to the median.

    Args:
        draws: shape (draws, chains, ...), as a sampler records them; every trailing entry is a series of its own.

    Returns:
        array of the trailing shape; 1 means mixed, above 1.01–1.05 means not yet; inf for chains stuck at different
        values.

    Raises:
        BadInput: fewer than four draws, or NaN.
    """
    halves = _split(_checked(draws))
    folded = np.abs(halves - np.median(halves, axis=(0, 1)))
    scales = [_potential_scale_reduction(_normal_scores(each)) for each in (halves, folded)]
    return np.asarray(np.maximum(*scales))  # of one series too, for which NumPy's maximum is a plain number


def ess(draws: Numbers) -> FloatArray:
    """Bulk effective sample size of all chains together, by Geyer's initial monotone sequence.

    Args, raises: as `rhat`. Returns: array of the trailing shape.
    """
    scores = _normal_scores(_split(_checked(draws)))
    trailing = scores.shape[2:]
    flat = scores.reshape(*scores.shape[:2], -1)
    return np.array([_effective(flat[:, :, k]) for k in range(flat.shape[2])]).reshape(trailing)


def _checked(draws: Numbers) -> FloatArray:
    array = np.asarray(draws, dtype=np.float64)
    if array.ndim < 2 or array.shape[0] < 4:
        raise BadInput(f"draws of shape {array.shape}: need (draws ≥ 4, chains, ...)")
    if np.isnan(array).any():
        raise BadInput("draws hold NaN: the chain diverged; lower the sampler's step")
    return array


def _split(draws: FloatArray) -> FloatArray:
    """First and second half of every chain as chains of their own; the middle draw of an odd number is dropped."""
    half = draws.shape[0] // 2
    return np.concatenate([draws[:half], draws[-half:]], axis=1)


def _normal_scores(draws: FloatArray) -> FloatArray:
    """Φ⁻¹((rank − 3/8)/(S + 1/4)) of each draw among all draws of its series (eq. 14)."""
    pooled = draws.reshape(draws.shape[0] * draws.shape[1], -1)
    ranks = stats.rankdata(pooled, axis=0, method="average")
    scores: FloatArray = stats.norm.ppf((ranks - 0.375) / (pooled.shape[0] + 0.25))
    return scores.reshape(draws.shape)


def _potential_scale_reduction(draws: FloatArray) -> FloatArray:
    """√(((n−1)/n W + B/n)/W) with W the mean within-chain and B/n the between-chain variance (eqs 1–4)."""
    count = draws.shape[0]
    within = draws.var(axis=0, ddof=1).mean(axis=0)
    between = draws.mean(axis=0).var(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.sqrt((count - 1) / count + between / within)
    return np.where(within > 0, ratio, np.where(between > 0, np.inf, 1.0))


def _effective(draws: FloatArray) -> float:
    """S/τ, τ = −1 + 2 Σ_t P_t, P_t the positive, monotone sums of two successive autocorrelations (eqs 10–13)."""
    count, chains = draws.shape
    covariance = _autocovariance(draws).mean(axis=1)
    within = covariance[0] * count / (count - 1)
    if within == 0:
        return float(count * chains)
    total = within * (count - 1) / count + (draws.mean(axis=0).var(ddof=1) if chains > 1 else 0.0)
    # Autocovariances normalised by the number of draws (their ends are tame); lag zero has correlation one by
    # definition.
    correlation = 1 - (within - covariance) / total
    correlation[0] = 1.0
    pairs = correlation[: 2 * (count // 2)].reshape(-1, 2).sum(axis=1)
    # Geyer: stop at the first pair that is not positive; up to it the sums may only fall.
    negative = np.flatnonzero(pairs[: max((count - 3) // 2, 1)] <= 0)
    last = int(negative[0]) if negative.size else max((count - 3) // 2, 1)
    kept = np.minimum.accumulate(pairs[: max(last, 1)])
    # The first half of the refused pair still counts if positive: it lowers the variance for antithetic chains.
    tail = max(correlation[2 * last], 0.0) if 2 * last < count else 0.0
    size = count * chains
    time = max(-1 + 2 * kept.sum() + tail, 1 / np.log10(size))
    return float(size / time)


def _autocovariance(draws: FloatArray) -> FloatArray:
    """Autocovariance of every chain (column) at all lags, normalised by the number of draws, by FFT."""
    count = draws.shape[0]
    centred = draws - draws.mean(axis=0)
    spectrum = np.fft.rfft(centred, n=2 * count, axis=0)
    covariance: FloatArray = np.fft.irfft(np.abs(spectrum) ** 2, n=2 * count, axis=0)[:count] / count
    return covariance
