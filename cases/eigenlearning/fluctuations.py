"""Known fluctuations of data sets, taken out of what single modes learn: their means are exact for Gaussian features.

φ_k is independent of A_{−k} = (K + T − λ_kφ_kφ_kᵀ)⁻¹, so that q = φ_kᵀA_{−k}φ_k has, given that matrix, the moments of
a quadratic form: mean t = Tr A_{−k}, variance 2 Tr A_{−k}², third cumulant 8 Tr A_{−k}³. With the traces of K and K²
these hold most of what scatters between data sets. No theory of learning enters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fieldbench.regression.modes import replacement
from fieldbench.regression.modes.replacement import Regressions, Sets
from fieldbench.theory.kernels import sphere

Vector = NDArray[np.float64]


def learned_of(fit: Regressions, watched: Sequence[int]) -> Sets:
    """L_k = λ_kφ_kᵀAφ_k, (n, modes)."""
    seen = fit.features[:, :, watched]
    return np.asarray(fit.eigenvalues[watched] * np.sum(seen * (fit.inverse @ seen), axis=1))


def posterior_over_prior(features: Sets, eigenvalues: Vector, ridge: float, watched: Sequence[int]) -> Sets:
    """Of each mode's coefficient, in weight space: the diagonal of (1 + ΨᵀΨ/T)⁻¹, Ψ = φ√λ, (n, modes)."""
    scaled = features * np.sqrt(eigenvalues)
    precision = np.swapaxes(scaled, 1, 2) @ scaled / ridge + np.eye(eigenvalues.size)
    columns = np.broadcast_to(np.eye(eigenvalues.size)[:, watched], (len(features), eigenvalues.size, len(watched)))
    return np.asarray(np.diagonal(np.linalg.solve(precision, columns)[:, watched], axis1=1, axis2=2))


def known_fluctuations(fit: Regressions, ridge: float, watched: Sequence[int]) -> Sets:
    """Numbers of mean zero for each data set and mode, (n, modes, 6).

    q/t − 1, the same times tT/P − 1 (given A_{−k} a constant), its square and cube less their conditional means, and
    Tr K and Tr K² over their means, less one. A_{−k} = A + b Aφφᵀ A with b = λ/(1 − L).
    """
    inverse, features, points = fit.inverse, fit.features[:, :, watched], fit.kernel.shape[1]
    once = inverse @ features
    twice = inverse @ once
    forms = [np.sum(a * b, axis=1) for a, b in ((features, once), (once, once), (once, twice), (twice, twice))]
    levels, squared = fit.eigenvalues[watched], inverse @ inverse
    left = levels / (1.0 - levels * forms[0])
    traces = [np.trace(inverse, axis1=1, axis2=2), replacement.contract(inverse, inverse)]
    traces.append(replacement.contract(squared, inverse))
    first = traces[0][:, None] + left * forms[1]
    second = traces[1][:, None] + 2.0 * left * forms[2] + (left * forms[1]) ** 2
    third = traces[2][:, None] + 3.0 * left * forms[3] + 3.0 * left**2 * forms[1] * forms[2] + (left * forms[1]) ** 3
    form = left / levels * forms[0] / first - 1.0
    total, square = fit.eigenvalues.sum(), fit.eigenvalues @ fit.eigenvalues
    kernel = np.trace(fit.kernel, axis1=1, axis2=2) / (points * total) - 1.0
    doubled = replacement.contract(fit.kernel, fit.kernel) / (points * total**2 + (points**2 + points) * square) - 1.0
    shared = [np.broadcast_to(values[:, None], form.shape) for values in (kernel, doubled)]
    own = [
        form,
        form * (first * ridge / points - 1.0),
        form**2 - 2.0 * second / first**2,
        form**3 - 8.0 * third / first**3,
    ]
    return np.stack([*own, *shared], axis=2)


def scatter_of_labels(fit: Regressions, power: Vector, noise: float, watched: Sequence[int]) -> Sets:
    """The same of the square of what is learned, (n, modes, 6).

    φ_kᵀMφ_k/Tr M − 1, M = A_{−k}C_{−k}A_{−k} with C_{−k} the labels' covariance without mode k; the labels' power, less
    one; and q_j/t_j − 1 of all modes j, averaged over four ranges of j.
    """
    taught = np.flatnonzero(power)
    labels = replacement.gram(fit.features[:, :, taught], power[taught]) + noise * np.eye(fit.kernel.shape[1])
    squared, total = fit.inverse @ fit.inverse, power.sum() + noise
    strength = np.trace(labels, axis1=1, axis2=2) / (fit.kernel.shape[1] * total) - 1.0
    everything = fit.inverse @ fit.features
    seen_all = fit.eigenvalues * np.sum(fit.features * everything, axis=1)
    b = fit.eigenvalues / (1.0 - seen_all)
    forms = seen_all / fit.eigenvalues / (1.0 - seen_all)
    forms = forms / (fit.trace[:, None] + b * np.sum(everything**2, axis=1)) - 1.0
    ranges = [part.mean(axis=1) for part in np.split(forms, [2, 6, 16], axis=1)]
    found = []
    for k in watched:
        own = fit.features[:, :, k]
        once, twice = (np.einsum("nij,nj->ni", matrix, own) for matrix in (fit.inverse, squared))
        seen, norm = np.sum(own * once, axis=1), np.sum(once * once, axis=1)
        left = fit.eigenvalues[k] / (1.0 - fit.eigenvalues[k] * seen)
        pushed = np.einsum("nij,nj->ni", labels, once) - power[k] * seen[:, None] * own
        form = np.sum(once * pushed, axis=1)
        trace = replacement.contract(squared, labels) - power[k] * norm
        trace = trace + 2.0 * left * np.sum(twice * pushed, axis=1) + left**2 * norm * form
        found.append(np.stack([form * (left / fit.eigenvalues[k]) ** 2 / trace - 1.0, strength, *ranges], axis=1))
    return np.stack(found, axis=1)


def spread_of_points(cosines: Sets, dimension: int, degree: int) -> Sets:
    """Numbers of mean zero for points uniform on the sphere in d, (n, 4).

    Tr C² and Tr C³ of their cosines C, Tr Z² and Tr ZC with Z = P_l(C), l > 1, over their means, less one.
    """
    points, harmonic = cosines.shape[1], np.asarray(sphere.zonal(degree, dimension, cosines))
    ordered = points * (points - 1)
    pairs, triples = ordered / dimension, ordered * (points - 2) / dimension**2
    traces = [(cosines, cosines), (cosines @ cosines, cosines), (harmonic, harmonic), (harmonic, cosines)]
    means = [
        points + pairs,
        points + 3.0 * pairs + triples,
        points + ordered / sphere.degeneracy(degree, dimension),
        points,
    ]
    found = [replacement.contract(*pair) / mean - 1.0 for pair, mean in zip(traces, means, strict=True)]
    return np.stack(found, axis=1)


def adjusted(values: Sets, known: Sets, folds: int = 5) -> Sets:
    """Each mode's values less their regression on its known fluctuations, (n, modes).

    The coefficients for a fifth of the data sets are those of the others, so that the mean keeps its expectation.
    """
    found, fold = np.empty_like(values), np.arange(len(values)) % folds
    for k in range(values.shape[1]):
        for part in range(folds):
            inside, rest = fold == part, fold != part
            x, y = known[rest, k], values[rest, k]
            found[inside, k] = values[inside, k] - known[inside, k] @ coefficients(y, x)
    return found


def coefficients(values: Vector, known: Sets) -> Vector:
    """Least squares on controls, (controls,)."""
    return np.asarray(np.linalg.lstsq(known - known.mean(axis=0), values - values.mean(), rcond=None)[0])
