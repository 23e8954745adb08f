"""What theory says of the staircase: the effective ridge, its correction in 1/P, and what it is mistaken for."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Rival, Said, crossing
from fieldbench.theory.curves import LearningCurve, effective_ridge, finite_size, relative_to_limit
from fieldbench.theory.kernels import Spectrum, sphere

from .experiment import CUBIC, KERNEL, Sphere

FloatArray = NDArray[np.float64]

P50, P90 = crossing(Sphere.cubic, 0.5), crossing(Sphere.cubic, 0.9)


def spectrum(at: Sphere) -> Spectrum:
    return _of_dimension(at.dimension)


@cache
def _of_dimension(dimension: int) -> Spectrum:
    return sphere.spectrum(KERNEL, dimension)


def theory(at: Sphere, ridge: float | None = None, beyond: float = 0.0) -> dict[Any, Any]:
    """The effective ridge and its first correction in 1/P; the linear part adds nothing, by symmetry.

    Orders beyond are `beyond` = 6v/(1+r)² of the correction at most: `finite_size.leverage_scatter`.
    """
    curve, correction, scatter = _corrected(at, at.ridge if ridge is None else ridge)
    learned = curve.learnability + (1.0 + beyond * scatter)[:, None] * correction
    early = at.early.size
    return {
        Sphere.cubic: learned[:, CUBIC],
        Sphere.linear: learned[:early, 1],
        Sphere.cubic_from_linear: np.zeros(early),
        Sphere.cubic_alone: learned[:early, CUBIC],
        Sphere.cubic_with_linear: learned[:early, CUBIC],
    }


@cache
def _corrected(at: Sphere, ridge: float) -> tuple[LearningCurve, FloatArray, FloatArray]:
    """The effective ridge, its correction in 1/P, and the parameter of that expansion."""
    curve = effective_ridge(spectrum(at), at.samples, ridge)
    correction = finite_size.learnability_correction(curve, at.dimension)
    return curve, correction, finite_size.leverage_scatter(curve, at.dimension)


def with_the_bound_of_what_follows(at: Sphere) -> Said:
    """The correction larger by the bound of all orders after it."""
    return theory(at, beyond=6.0)


def leading(at: Sphere) -> Said:
    """The effective ridge, without its correction in 1/P."""
    return _learned(at, _corrected(at, at.ridge)[0].learnability)


def bare_ridge(at: Sphere) -> Said:
    """The equivalent kernel with the ridge as it is: κ/λ_3 samples."""
    return _with_ridge(at, np.full(at.samples.size, at.ridge))


def one_loop(at: Sphere) -> Said:
    """One iteration of the effective ridge from the bare one: κ + Σ_k λ_kκ/(Pλ_k + κ)."""
    found = spectrum(at)
    unlearned = at.ridge / (at.samples[:, None] * found.eigenvalues + at.ridge)
    return _with_ridge(at, at.ridge + found.unresolved + unlearned @ (found.degeneracies * found.eigenvalues))


def _with_ridge(at: Sphere, ridge: FloatArray) -> Said:
    weighted = at.samples[:, None] * spectrum(at).eigenvalues
    return _learned(at, weighted / (weighted + ridge[:, None]))


def _learned(at: Sphere, learnability: FloatArray) -> Said:
    return {Sphere.cubic: learnability[:, CUBIC], Sphere.linear: learnability[: at.early.size, 1]}


def modes(at: Sphere) -> float:
    """Number of cubic harmonics, d(d+4)(d−1)/6."""
    return float(sphere.degeneracy(CUBIC, at.dimension))


def mode_counting(at: Sphere) -> Said:
    """As many samples as modes, but for a constant."""
    return dict.fromkeys((P50, P90), modes(at))


def limit_formula(at: Sphere) -> Said:
    """The claim's limit at a finite d: L deg_3 + (κ + τ)L/(1−L)/λ_3, τ the trace above degree 3."""
    found = spectrum(at)
    tail = float((found.eigenvalues * found.degeneracies)[CUBIC + 1 :].sum()) + found.unresolved
    odds = {P50: (0.5, 1.0), P90: (0.9, 9.0)}
    return {p: level * modes(at) + (at.ridge + tail) * r / found.eigenvalues[CUBIC] for p, (level, r) in odds.items()}


def power_law(power: int) -> Rival:
    """P_50 and P_90 proportional to d^power, with a constant of its own."""
    return Rival(lambda at: dict.fromkeys((P50, P90), float(at.dimension) ** power), free="offset")


def with_cubic_modes(count: int | None, at: Sphere) -> Said:
    """Another number of cubic modes: that of degree 2 (count 2), or of symmetric tensors with their traces."""
    d, right = at.dimension, spectrum(at)
    degeneracies = right.degeneracies.copy()
    degeneracies[CUBIC] = d * (d + 1) * (d + 2) / 6 if count is None else sphere.degeneracy(count, d)
    return _learned(at, effective_ridge(Spectrum(right.eigenvalues, degeneracies), at.samples, at.ridge).learnability)


def dense_curve(at: Sphere) -> tuple[Any, Any]:
    samples = np.geomspace(at.samples[0], at.samples[-1], 60)
    return samples / at.dimension**3, effective_ridge(spectrum(at), samples, at.ridge).learnability[:, CUBIC]


@cache
def from_limit(dimension: int) -> FloatArray:
    """P_L/d³ over its limit for both levels: 1 + O(1/d)."""
    return np.array([relative_to_limit(KERNEL, CUBIC, level, 0.01, dimension) for level in (0.5, 0.9)])


def local_exponent(dimension: int) -> FloatArray:
    return np.asarray(CUBIC + np.log2(from_limit(dimension) / from_limit(dimension // 2)))


def level(dimension: int = 10**6) -> FloatArray:
    """P_L/d³ over its limit, extrapolated in 1/d: off by order 1/d²."""
    return 2.0 * from_limit(dimension) - from_limit(dimension // 2)
