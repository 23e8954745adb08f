"""Interpolation of P random points on the circle with a Markov kernel: exact, gap by gap, at any P.

The kernel λ_k = 1/(k² + m²), k ∈ ℤ, that is K(θ) = π cosh(m(π − |θ|))/(m sinh mπ), is the covariance of a process that
forgets what lies beyond the nearest samples. Without ridge the regression at a point is therefore made of its two
neighbours alone, at distances a and b,

    f(x) = A y(x − a) + B y(x + b),   A = sinh(mb)/sinh(m(a + b)),   B = sinh(ma)/sinh(m(a + b)),

and for P points thrown at random (a + b)/2π = g has the density P(P − 1) g(1 − g)^{P−2}, and a/(a + b) is uniform.
Hence, with ⟨…⟩ over those two numbers and nothing left out,

    error of a target e^{ikx}       ⟨|1 − A e^{−ika} − B e^{ikb}|²⟩
    learnability of mode k          ⟨A cos ka + B cos kb⟩
    error per unit of label noise   ⟨A² + B²⟩
    posterior variance              2π⟨sinh ma sinh mb/(m sinh m(a + b))⟩.

Many samples per wavelength and 1/m leave Brownian motion between Poisson points. At q = 2πk/P the error is then

    ε(q) = 5/3 − 2 ln(1 + q²)/q² + (1 − q²)/(3(1 + q²)²),

q⁴ at small q, whereas the effective ridge has κ_eff/P = (π/P)², L = 4/(4 + q²), E0 = 2 and 2q⁴/(4 + q²)². Its error of
smooth targets is thus an eighth of the true one **at every large P**, that of targets with the kernel's own spectrum,
or with jumps, three quarters, and its error of pure noise six fifths: no order of 1/P. The reason is that the weights
of an interpolation are those of a quadrature, each sample's in proportion to the cell around it, and the cells of
random points on a line scatter by as much as they measure. Derived for this project.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.typing import Numbers

Vector = NDArray[np.float64]

_GAPS, _PLACES = 400, 120  # Gauss–Legendre nodes over the gap and over the place in it
_LONGEST = 45.0  # mean distances: a gap is longer with probability 1e-18


def eigenvalues(mass: float, wavenumbers: Numbers) -> Vector:
    """λ_k = 1/(k² + m²)."""
    _check(2, mass)
    return np.asarray(1.0 / (np.asarray(wavenumbers, dtype=np.float64) ** 2 + mass**2))


def kernel(mass: float, angle: Numbers) -> Vector:
    """K(θ) = Σ_{k∈ℤ} λ_k e^{ikθ} = π cosh(m(π − |θ|))/(m sinh mπ) for |θ| ≤ 2π; it need not be small at large m."""
    _check(2, mass)
    away = np.abs(np.asarray(angle, dtype=np.float64))
    # In falling exponentials: cosh and sinh overflow from mπ = 710.
    falling = np.exp(-mass * away) + np.exp(-mass * (2.0 * np.pi - away))
    return np.asarray(np.pi / mass * falling / (-np.expm1(-2.0 * np.pi * mass)))


def interpolation_error(samples: int, mass: float, wavenumbers: Numbers) -> Vector:
    """Mean squared error at κ = 0 of a target of unit power and wavenumber k, averaged over data sets, (k,).

    Args:
        samples: P ≥ 2.
        mass: m > 0.
        wavenumbers: |k| ≤ P, not necessarily whole; beyond, the quadrature would have to follow too many waves.

    Raises:
        BadInput: P < 2, m ≤ 0 or a wavenumber beyond P.
    """
    left, right, one, other, weights = _gaps(samples, mass)
    found = []
    for k in _wavenumbers(wavenumbers, samples):
        missed = 1.0 - one * np.exp(-1j * k * left) - other * np.exp(1j * k * right)
        found.append(np.sum(weights * np.abs(missed) ** 2))
    return np.array(found)


def learnability(samples: int, mass: float, wavenumbers: Numbers) -> Vector:
    """⟨L_k⟩ at κ = 0, (k,). Arguments and errors as `interpolation_error`."""
    left, right, one, other, weights = _gaps(samples, mass)
    ks = _wavenumbers(wavenumbers, samples)
    return np.array([np.sum(weights * (one * np.cos(k * left) + other * np.cos(k * right))) for k in ks])


def noise_gain(samples: int, mass: float) -> float:
    """⟨A² + B²⟩: what label noise of unit variance adds to the error; E0 − 1 of the effective ridge."""
    _, _, one, other, weights = _gaps(samples, mass)
    return float(np.sum(weights * (one**2 + other**2)))


def posterior_variance(samples: int, mass: float) -> float:
    """⟨posterior variance⟩ = Σ_k λ_k(1 − ⟨L_k⟩), the error of targets drawn from the prior; else κ_eff."""
    left, right, _, _, weights = _gaps(samples, mass)
    # 2 sinh ma sinh mb/sinh m(a + b) in falling exponentials.
    bridge = np.expm1(-2.0 * mass * left) * np.expm1(-2.0 * mass * right) / -np.expm1(-2.0 * mass * (left + right))
    return float(np.sum(weights * bridge) * np.pi / mass)


def limiting_error(scaled: Numbers) -> Vector:
    """ε(q), q = 2πk/P, of Brownian motion between Poisson points, for q ≥ 0."""
    q = np.asarray(scaled, dtype=np.float64)
    square = q * q
    # Terms cancel to order q⁴: below q = 0.1 the series Σ_n (−q²)^n [(2n + 1)/3 − 2/(n + 1)], n = 2 … 9, is exact.
    n = np.arange(2.0, 10.0)
    small = (-square[..., None]) ** n @ ((2.0 * n + 1.0) / 3.0 - 2.0 / (n + 1.0))
    safe = np.where(square > 0.01, square, 1.0)
    full = 5.0 / 3.0 - 2.0 * np.log1p(safe) / safe + (1.0 - safe) / (3.0 * (1.0 + safe) ** 2)
    return np.where(square > 0.01, full, small)


def limiting_effective_ridge(scaled: Numbers) -> Vector:
    """2q⁴/(4 + q²)², what the effective ridge has in the place of ε(q)."""
    square = np.asarray(scaled, dtype=np.float64) ** 2
    return np.asarray(2.0 * square**2 / (4.0 + square) ** 2)


def _gaps(samples: int, mass: float) -> tuple[Vector, Vector, Vector, Vector, Vector]:
    """Distances a, b to the neighbours, their weights A, B in the regression, and the probability of each node."""
    _check(samples, mass)
    places, place_weights = np.polynomial.legendre.leggauss(_PLACES)
    places, place_weights = 0.5 * (1.0 + places), 0.5 * place_weights
    nodes, gap_weights = np.polynomial.legendre.leggauss(_GAPS)
    longest = min(1.0, _LONGEST / samples)
    share = 0.5 * longest * (1.0 + nodes)
    density = samples * (samples - 1.0) * share * np.exp((samples - 2.0) * np.log1p(-share))
    gap = 2.0 * np.pi * share[:, None]
    left = gap * places
    right = gap - left
    whole = -np.expm1(-2.0 * mass * gap)
    one = np.exp(-mass * left) * -np.expm1(-2.0 * mass * right) / whole
    other = np.exp(-mass * right) * -np.expm1(-2.0 * mass * left) / whole
    weights = (0.5 * longest * gap_weights * density)[:, None] * place_weights
    return left, right, one, other, weights


def _wavenumbers(wavenumbers: Numbers, samples: int) -> Vector:
    ks = np.atleast_1d(np.asarray(wavenumbers, dtype=np.float64))
    if not np.all(np.abs(ks) <= samples):
        raise BadInput(f"wavenumbers up to {np.abs(ks).max():g} for P = {samples}: the quadrature follows |k| ≤ P")
    return ks


def _check(samples: int, mass: float) -> None:
    if samples < 2:
        raise BadInput(f"P = {samples}: a gap needs two samples around it")
    if not mass > 0.0:
        raise BadInput(f"mass {mass}: λ_0 = 1/m² needs m > 0")
