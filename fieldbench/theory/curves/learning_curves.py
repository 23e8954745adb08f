"""Learning curves of Gaussian-process regression: equivalent kernel, one loop, effective ridge.

K = Σ_k λ_k φ_kφ_k under the data measure, target y = Σ_k y_kφ_k, P samples, ridge κ. With L_k = Pλ_k/(Pλ_k + κ_eff):

- effective ridge: κ_eff = κ + Σ_k λ_kκ_eff/(Pλ_k + κ_eff), E0 = P/(P − ΣL_k²), test MSE = E0(Σ(1−L_k)²y_k² + σ²),
  train MSE = (κ/κ_eff)²·test MSE (Canatar, Bordelon, Pehlevan, arXiv:2006.13198; Simon et al., arXiv:2110.03922);
- one loop: a single iteration of the first line from κ, with E0 to first order, 1 + ΣL_k²/P;
- equivalent kernel: κ_eff = κ, E0 = 1 (Cohen, Malka, Ringel, arXiv:1906.05301).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.curves.population import population_factors
from fieldbench.theory.kernels import Spectrum, as_spectrum
from fieldbench.typing import Numbers

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class LearningCurve:
    """Prediction at each number of samples (axis 0); modes, one entry for each degenerate space, are axis 1.

    `test_error` is against noisy labels and, in a finite population, on the held-out points. Errors are zero-target
    errors (noise alone) when no target was given.
    """

    spectrum: Spectrum
    samples: Vector
    ridge: float
    effective_ridge: Vector
    learnability: NDArray[np.float64]
    e0: Vector
    test_error: Vector
    train_error: Vector

    @property
    def mode_variance(self) -> NDArray[np.float64]:
        """Posterior variance λ_k(1 − L_k) of each mode, shape (p, k)."""
        return self.spectrum.eigenvalues[None, :] * (1.0 - self.learnability)

    @property
    def posterior_variance(self) -> Vector:
        """⟨posterior variance at a fresh point⟩ = Σ_k deg_k λ_k(1 − L_k) over all modes, shape (p,)."""
        return residual_trace(self.spectrum, self.samples, self.effective_ridge)


def equivalent_kernel(
    spectrum: Spectrum | Numbers,
    samples: Numbers,
    ridge: float,
    *,
    target: Numbers | None = None,
    noise: float = 0.0,
) -> LearningCurve:
    """Equivalent kernel (leading order in 1/κ): L_k = λ_k/(λ_k + κ/P) (arXiv:1906.05301). Good for large κ only."""
    full, sizes = _checked(spectrum, samples, ridge)
    power = _power(full, target, noise)
    return _curve(full, sizes, ridge, np.full_like(sizes, ridge), np.ones_like(sizes), power, noise)


def one_loop(
    spectrum: Spectrum | Numbers,
    samples: Numbers,
    ridge: float,
    *,
    target: Numbers | None = None,
    noise: float = 0.0,
) -> LearningCurve:
    """Next-to-leading order: κ_1 = κ + Σ λ_kκ/(Pλ_k + κ), E0 = 1 + ΣL_k²/P with L_k at κ_1."""
    full, sizes = _checked(spectrum, samples, ridge)
    power = _power(full, target, noise)
    dressed = ridge + residual_trace(full, sizes, np.full_like(sizes, ridge))
    e0 = 1.0 + _squared_learnability(full, sizes, dressed) / sizes
    return _curve(full, sizes, ridge, dressed, e0, power, noise)


def effective_ridge(
    spectrum: Spectrum | Numbers,
    samples: Numbers,
    ridge: float,
    *,
    target: Numbers | None = None,
    noise: float = 0.0,
    population: int | None = None,
) -> LearningCurve:
    """Effective ridge (Gaussian discrepancy approximation), exact as P → ∞ at fixed ΣL_k/P for generic features.

    Args:
        spectrum: a Spectrum, or a vector of eigenvalues λ_k.
        samples: P, a number or a vector (p,); each ≥ 1 (not necessarily whole).
        ridge: κ ≥ 0. At κ = 0 and P ≥ rank the modes are learned exactly and κ_eff = 0.
        target: power y_k² in each listed space, shape (k,).
        noise: variance σ² of the label noise.
        population: M, when the measure is a data set of M points, λ_k are the eigenvalues of K/M and the P samples are
            drawn from it without replacement. Then κ_eff(1 − ΣL/P) = κ(1 − ΣL/M), and `test_error` is on the M − P
            points held out (theory/population.py).

    Raises:
        BadInput: negative or NaN ridge, P < 1, a target of another shape, P ≥ M, or more modes than M.

    >>> curve = effective_ridge([1.0, 0.5, 0.25], [2.0], 0.0)
    >>> bool(abs(curve.learnability.sum() - 2.0) < 1e-12)  # at κ = 0 the learnabilities add up to P
    True
    """
    full, sizes = _checked(spectrum, samples, ridge)
    power = _power(full, target, noise)
    if population is not None:
        _check_population(full, sizes, population)
    dressed = solve_effective_ridge(full, sizes, ridge, population=population)
    squares = _squared_learnability(full, sizes, dressed)
    if population is None:
        with np.errstate(divide="ignore"):
            e0 = np.where(sizes > squares, sizes / (sizes - squares), np.inf)
        return _curve(full, sizes, ridge, dressed, e0, power, noise)
    total = _learnability(full, sizes, dressed) @ full.degeneracies
    held_out, train = population_factors(sizes, population, ridge, dressed, total, squares)
    # Noisy labels of a finite population are one more vector of targets, spread evenly over its M modes.
    unlearned = _unlearned(full, sizes, dressed, power)
    unlearned = unlearned + noise * (population - 2.0 * total + squares) / population
    learnability = _learnability(full, sizes, dressed)
    return LearningCurve(full, sizes, ridge, dressed, learnability, held_out, held_out * unlearned, train * unlearned)


def solve_effective_ridge(
    spectrum: Spectrum, samples: Vector, ridge: float, *, population: int | None = None, tolerance: float = 4e-16
) -> Vector:
    """κ_eff > 0 at each P, by bisection in log κ_eff of 1 = κ/κ_eff + Σ λ_k/(Pλ_k + κ_eff).

    The right side falls monotonically from above one, so the root is unique; an absolute tolerance would swamp small
    ridges. Zero where κ = 0 and P ≥ rank.
    """
    share = 0.0 if population is None else 1.0 / population
    if ridge == 0.0 and spectrum.rank == 0.0:
        return np.zeros_like(samples)
    active = (samples < spectrum.rank) | (ridge > 0.0)
    sizes = samples[active]

    def excess(log_ridge: Vector) -> Vector:
        trial = np.exp(log_ridge)
        unlearned = residual_trace(spectrum, sizes, trial) / trial
        listed = _learnability(spectrum, sizes, trial) @ spectrum.degeneracies if share else 0.0
        return np.asarray(ridge / trial * (1.0 - share * listed) + unlearned - 1.0)

    high = np.full_like(sizes, np.log(ridge + spectrum.trace))
    low = high - 1.0
    while np.any(below := excess(low) < 0.0):
        low = np.where(below, low - 2.0 * (high - low), low)
    for _ in range(200):
        middle = 0.5 * (low + high)
        right = excess(middle) > 0.0
        low, high = np.where(right, middle, low), np.where(right, high, middle)
        if np.all(high - low <= tolerance * np.maximum(1.0, np.abs(middle))):
            break
    solution = np.zeros_like(samples)
    solution[active] = np.exp(0.5 * (low + high))
    return solution


def residual_trace(spectrum: Spectrum, samples: Vector, dressed: Vector) -> Vector:
    """Σ_k λ_k κ/(Pλ_k + κ) over all modes, tail and unresolved trace included, at each pair (P, κ); zero at κ = 0."""
    eigenvalues = spectrum.eigenvalues[None, :]
    safe = np.where(dressed > 0.0, dressed, 1.0)
    terms = eigenvalues / (samples[:, None] * eigenvalues / safe[:, None] + 1.0)
    total = terms @ spectrum.degeneracies + spectrum.unresolved
    if spectrum.tail is not None:
        total = total + spectrum.tail.residual_trace(samples / safe)
    return np.asarray(np.where(dressed > 0.0, total, 0.0))


def _learnability(spectrum: Spectrum, samples: Vector, dressed: Vector) -> NDArray[np.float64]:
    gain = samples[:, None] * spectrum.eigenvalues[None, :]
    total = gain + dressed[:, None]
    return np.asarray(gain / np.where(total > 0.0, total, 1.0))


def _squared_learnability(spectrum: Spectrum, samples: Vector, dressed: Vector) -> Vector:
    squares = _learnability(spectrum, samples, dressed) ** 2 @ spectrum.degeneracies
    if spectrum.tail is not None:
        squares = squares + spectrum.tail.squared_learnability(samples / dressed)
    return np.asarray(squares)


def _unlearned(spectrum: Spectrum, samples: Vector, dressed: Vector, power: Vector) -> Vector:
    # κ_eff/(Pλ + κ_eff), since 1 − L would be rounding alone where P is enormous; a mode with λ = κ_eff = 0 has L = 0.
    total = samples[:, None] * spectrum.eigenvalues[None, :] + dressed[:, None]
    missed = np.where(total > 0.0, dressed[:, None] / np.where(total > 0.0, total, 1.0), 1.0)
    residual = missed**2 @ power
    if spectrum.tail is not None:
        residual = residual + spectrum.tail.unlearned_power(samples / dressed)
    return np.asarray(residual)


def _curve(
    spectrum: Spectrum, samples: Vector, ridge: float, dressed: Vector, e0: Vector, power: Vector, noise: float
) -> LearningCurve:
    learnability = _learnability(spectrum, samples, dressed)
    test = e0 * (_unlearned(spectrum, samples, dressed, power) + noise)
    # κ/κ_eff = 1 − ΣL/P, which stays meaningful where both ridges vanish.
    slack = 1.0 - learnability @ spectrum.degeneracies / samples
    ratio = np.where(dressed > 0.0, ridge / np.where(dressed > 0.0, dressed, 1.0), np.maximum(slack, 0.0))
    with np.errstate(invalid="ignore"):
        train = np.where(ratio > 0.0, ratio**2 * test, 0.0)
    return LearningCurve(spectrum, samples, ridge, dressed, learnability, e0, test, train)


def _checked(spectrum: Spectrum | Numbers, samples: Numbers, ridge: float) -> tuple[Spectrum, Vector]:
    sizes = np.atleast_1d(np.asarray(samples, dtype=np.float64))
    if sizes.ndim != 1 or sizes.size == 0 or not np.all(sizes >= 1.0):
        raise BadInput(f"samples {samples!r}: need numbers P ≥ 1 in a vector")
    if not ridge >= 0.0 or not np.isfinite(ridge):
        raise BadInput(f"ridge {ridge} is not a number ≥ 0: it is a noise variance")
    return as_spectrum(spectrum), sizes


def _power(spectrum: Spectrum, target: Numbers | None, noise: float) -> Vector:
    if not noise >= 0.0:
        raise BadInput(f"noise {noise} is negative: it is the variance of the label noise")
    if target is None:
        return np.zeros_like(spectrum.eigenvalues)
    power = np.asarray(target, dtype=np.float64)
    if power.shape != spectrum.eigenvalues.shape or not np.all(power >= 0.0):
        raise BadInput(
            f"target of shape {power.shape} for {spectrum.eigenvalues.size} spaces: give y_k² ≥ 0 for each listed space"
        )
    return power


def _check_population(spectrum: Spectrum, samples: Vector, population: int) -> None:
    if spectrum.rank > population:
        raise BadInput(f"{spectrum.rank} modes in a population of {population}: K/M has at most M eigenvalues")
    if np.any(samples >= population):
        raise BadInput(f"P = {samples.max():g} of a population of {population}: no point is left to be held out")
