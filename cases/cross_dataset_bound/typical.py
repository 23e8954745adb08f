"""The typical value of the overlap: a ridge at every image, in place of κ in the bound.

⟨φ_t, f⟩_q = λ_t φ_t(X)ᵀ(K + κ)⁻¹y on every set. Averaged over the P images drawn from M, (K + κ)⁻¹ on the images drawn
becomes R = (K + diag u)⁻¹ on all of them (decimation/local_ridge.py), so that over λ_tP/κ

    overlap = (κ/P) φ_tᵀ R y,   p u_i = κ + (1 − p) c_i,   c_i = 1/R_ii − u_i,   p = P/M,

for φ_t and y of unit power. One ridge for all images, u = κ_eff/p, gives (κ/P) Σ_k a_kb_k P/(Pλ_k + κ_eff) in the modes
of the data set; with κ_eff = κ this is the equivalent kernel, and for P ≪ κ/λ_1 the bound. Neglected are orders in 1/P
and the scatter of c_i between draws, of relative variance v. By convexity it moves 1/(κ + c_i), on average, by at most
v, and so the ridge, self-consistently, by v E0: the overlap in mode k by (1 − L_k) v E0. Derived for this project.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder, Said
from fieldbench.theory.curves import effective_ridge, gaussian_learnability_correction, one_loop, unevenness
from fieldbench.theory.decimation import local_ridge
from fieldbench.theory.kernels import EmpiricalSpectrum, principal_components

from .digits import EIGENVALUE, Digits, measure_of

Vector = NDArray[np.float64]

RidgeOf = Callable[[Vector, int, float, int], float]
"""(λ_k, P, κ, M) → the one ridge for all images."""


@cache
def modes_of(images: int) -> tuple[EmpiricalSpectrum, NDArray[np.float64]]:
    """Modes of the data set, and the coefficients there of the feature and of each target, (2, M)."""
    data = measure_of(images)
    modes = principal_components(data.gram)
    return modes, np.stack([modes.coefficients(values) for values in (data.feature, data.labels)])


def one_ridge(at: Digits, ridge_of: RidgeOf, copies: int = 1) -> Said:
    """With one effective ridge for all images; P may be taken several times."""
    modes, coefficients = modes_of(at.images)

    def overlap(ridge: float, size: int) -> Vector:
        dressed = ridge_of(modes.eigenvalues, size, ridge, at.images)
        return np.asarray(coefficients @ (coefficients[0] * ridge / (size * modes.eigenvalues + dressed)))

    found = [[overlap(ridge, copies * size) for size in at.samples] for ridge in at.ridge]
    return {Digits.overlap: np.moveaxis(np.array(found), 2, 0)}


def of_population(levels: Vector, size: int, ridge: float, images: int) -> float:
    return float(effective_ridge(levels, size, ridge, population=images).effective_ridge[0])


def of_one_loop(levels: Vector, size: int, ridge: float, images: int) -> float:
    return float(one_loop(levels, size, ridge).effective_ridge[0])


def bare(levels: Vector, size: int, ridge: float, images: int) -> float:
    return ridge


one_ridge_for_all, one_loop_ridge, equivalent_kernel = (
    partial(one_ridge, ridge_of=ridge_of) for ridge_of in (of_population, of_one_loop, bare)
)


def own_strength(at: Digits) -> Said:
    """The bound with the feature's own strength in it: over 1 + λ_tP rms²φ_t/κ, as if K had no other mode."""
    size, ridge = np.array(at.samples)[None, :], np.array(at.ridge)[:, None]
    alone = 1.0 / (1.0 + EIGENVALUE * size * measure_of(at.images).power / ridge)
    correlation = modes_of(at.images)[1] @ modes_of(at.images)[1][0]
    return {Digits.overlap: correlation[:, None, None] * alone}


@cache
def typical(at: Digits) -> Said:
    """A ridge at every image."""
    found = np.array([[_at(at, ridge, size) for size in at.samples] for ridge in at.ridge])
    value, between, order = np.moveaxis(found, (2, 3), (0, 1))
    return {
        Digits.overlap: Known(
            value,
            Remainder("scatter of the ridge between draws", between, got="computed"),
            Remainder("first order in 1/P of Gaussian features", order, order="1/P", got="computed"),
        )
    }


def twice_the_samples(at: Digits) -> Said:
    """Broken: P counted twice; with one ridge for all images, which is all that this needs."""
    known = typical(at)[Digits.overlap]
    assert isinstance(known, Known)
    doubled = np.asarray(one_ridge(at, of_population, copies=2)[Digits.overlap])
    return {Digits.overlap: Known(doubled, *known.remainders)}


def _at(at: Digits, ridge: float, size: int) -> Vector:
    """Overlap and its two remainders, (3, targets)."""
    data, (modes, coefficients) = measure_of(at.images), modes_of(at.images)
    start = of_population(modes.eigenvalues, size, ridge, at.images)
    local = local_ridge(data.gram, data.labels, size, ridge, start, tolerance=1e-6)
    targets = np.stack([data.feature, data.labels], axis=1)
    solved = np.linalg.solve(data.gram + np.diag(local.ridge * at.images / size), targets)
    curve = effective_ridge(modes.eigenvalues, size, ridge, population=at.images)
    learned = curve.learnability[0]
    gain = 1.0 / (1.0 - np.sum(learned**2) / size)
    products = np.abs(coefficients * coefficients[0]) * ridge / (size * modes.eigenvalues + start)
    scatter = gain * unevenness.between_draws(modes, size, start) * (products @ (1.0 - learned))
    shift = gaussian_learnability_correction(curve)[0] / modes.eigenvalues
    order = np.abs(coefficients * coefficients[0] @ shift) * ridge / size
    return np.stack([ridge / size * (data.feature @ solved), scatter, order])
