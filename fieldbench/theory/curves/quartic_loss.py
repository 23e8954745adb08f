"""Regression with a quartic term in the loss, exp{−[Δ² + uΔ⁴]/2κ} with Δ = y − f: Hartree and the cavity method.

The quartic term acts on each sample. In a residual that is Gaussian over the data Δ³ → 3⟨Δ²⟩Δ, so that the force
Δ(1 + 2uΔ²)/κ is that of the squared loss at another ridge (Hartree),

    1/κ_u = (1 + 6u⟨Δ²⟩)/κ,

with ⟨Δ²⟩ = train MSE for the maximum of the posterior (MAP). For the posterior's mean ⟨Δ³⟩ = m³ + 3mv with m the mean
and v the thermal variance of a residual: the same law with ⟨Δ²⟩ = ⟨m²⟩ + v(x), a ridge that depends on the input.
If many modes are half learned v is even, v = κ_uΣL_k/P. For Gaussian features ⟨φ_k²v⟩ = v + 2λ_k(1 − L_k): mode k sees

    1/κ_k = (1 + 6u[⟨m²⟩ + v + 2λ_k(1 − L_k)])/κ

(`posterior_hartree`), which differs from the even ridge by a share 2L_k/ΣL of its thermal part.

The cavity method is exact for independent Gaussian features as P → ∞ at fixed ΣL_k/P, at any u: without its own
sample a residual is c ~ N(0, E), E the population error, and with it Δ minimises (or is drawn with the energy)
(Δ − c)²/2V + (Δ² + uΔ⁴)/2κ. With g(c) = (c − ⟨Δ⟩)/V and L_k = Pλ_k/(Pλ_k + κ_eff),

    1/κ_eff = ⟨g'⟩,  V = Σ_k λ_k(1 − L_k),  E = Σ_k (1 − L_k)²y_k² + κ_eff²⟨g²⟩ΣL_k²/P.

At u = 0 both are the effective ridge of learning_curves.py. Derived for this project.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.curves.finite_size_error import gaussian_error_correction, gaussian_learnability_correction
from fieldbench.theory.curves.learning_curves import LearningCurve, effective_ridge
from fieldbench.theory.kernels import Spectrum, as_spectrum
from fieldbench.typing import Numbers

Vector = NDArray[np.float64]

_NODES = 80
_ITERATIONS = 500
_TOLERANCE = 1e-12  # relative; the effective ridge itself is solved to a few eps


@dataclass(frozen=True)
class QuarticCurve:
    """Prediction at each P or u, (p,): population error, ⟨Δ²⟩ at training points (thermal part included), κ_eff."""

    error: Vector
    mean_square: Vector
    effective_ridge: Vector


def hartree(
    spectrum: Spectrum | Numbers,
    samples: Numbers,
    ridge: float,
    coupling: Numbers,
    target: Numbers,
    *,
    thermal: bool = False,
    coefficient: float = 6.0,
    finite: bool = False,
) -> QuarticCurve:
    """Self-consistent Hartree theory, 1/κ_u = (1 + 6u⟨Δ²⟩)/κ.

    Args:
        spectrum, ridge, target: as `learning_curves.effective_ridge`; κ > 0.
        samples, coupling: P and u, with 1 + 6u⟨Δ²⟩ > 0; numbers, or vectors of the same length.
        thermal: for the posterior's mean in place of its maximum.
        coefficient: 6 by the Gaussian contraction; other numbers are other theories.
        finite: add the corrections of order 1/P for independent Gaussian features to test and train error.

    Raises:
        BadInput: κ ≤ 0, and where there is no solution.
    """
    full = as_spectrum(spectrum)
    rows = [
        _hartree(full, size, ridge, u, np.asarray(target), thermal, coefficient, finite)
        for size, u in _together(samples, coupling)
    ]
    return _stacked(rows)


def posterior_hartree(
    eigenvalues: Numbers, samples: Numbers, ridge: float, coupling: Numbers, target: Numbers
) -> QuarticCurve:
    """Hartree theory of the posterior's mean with Gaussian features, each mode with a ridge κ_k of its own.

    A mode with ridge κ_k is one of eigenvalue λ_kκ/κ_k with ridge κ. To first order in u this is exact where κ_eff − κ
    is small against κ.

    Args:
        eigenvalues: λ_k, (k,). samples, ridge, coupling, target: as `hartree`.

    Raises:
        BadInput: as `hartree`.
    """
    levels, power = np.asarray(eigenvalues, dtype=np.float64), np.asarray(target, dtype=np.float64)
    rows = []
    for size, u in _together(samples, coupling):
        weights, square = np.ones_like(levels), np.inf
        for _ in range(_ITERATIONS):
            curve = effective_ridge(levels * weights, size, ridge, target=power)
            learned = curve.learnability[0]
            variances = levels * (1.0 - learned)
            # Of a residual at its own training point, whose weight is 1/κ_k: (κ/κ_eff)² of the error, and Σ κ_kL_k/P.
            found = float(curve.train_error[0] + ridge * np.sum(learned / weights) / size)
            weights = 1.0 + 6.0 * u * (found + 2.0 * variances * ridge / curve.effective_ridge[0])
            if abs(found - square) <= _TOLERANCE * found:
                break
            square = found
        else:
            raise BadInput(f"coupling {u} at P = {size}: Hartree did not converge in {_ITERATIONS} iterations")
        rows.append((float(curve.test_error[0]), found, float(curve.effective_ridge[0])))
    return _stacked(rows)


def quartic_cavity(
    spectrum: Spectrum | Numbers,
    samples: Numbers,
    ridge: float,
    coupling: Numbers,
    target: Numbers,
    *,
    thermal: bool = False,
) -> QuarticCurve:
    """Cavity theory, exact in u. Args, Raises: as `hartree`, but u ≥ 0, and a spectrum without tail."""
    full = as_spectrum(spectrum)
    if np.any(np.asarray(coupling) < 0.0) or full.tail is not None:
        raise BadInput(f"coupling {coupling}: the cavity needs u ≥ 0 (a bounded loss) and modes listed one by one")
    start = hartree(full, samples, ridge, coupling, target, thermal=thermal)
    local = _thermal_site if thermal else _map_site
    rows = [
        _cavity(full, *where, ridge, np.asarray(target), local, guess)
        for where, *guess in zip(_together(samples, coupling), start.effective_ridge, start.error, strict=True)
    ]
    return _stacked(rows)


def _together(samples: Numbers, coupling: Numbers) -> Iterator[tuple[float, float]]:
    """P and u of each prediction."""
    sizes, strengths = np.broadcast_arrays(np.asarray(samples, np.float64), np.asarray(coupling, np.float64))
    return zip(sizes.ravel().tolist(), strengths.ravel().tolist(), strict=True)


def _stacked(rows: list[tuple[float, float, float]]) -> QuarticCurve:
    return QuarticCurve(*np.array(rows, dtype=np.float64).T)


def _hartree(
    spectrum: Spectrum,
    size: float,
    ridge: float,
    coupling: float,
    target: Vector,
    thermal: bool,
    coefficient: float,
    finite: bool,
) -> tuple[float, float, float]:
    if not ridge > 0.0:
        raise BadInput(f"ridge {ridge}: the loss has weight 1/κ, so κ > 0")
    square, dressed = 0.0, ridge
    for _ in range(_ITERATIONS):
        dressed = ridge / (1.0 + coefficient * coupling * square)
        if not dressed > 0.0:
            raise BadInput(f"coupling {coupling}: 1 + 6u⟨Δ²⟩ is not positive; take a smaller |u|")
        curve = effective_ridge(spectrum, size, dressed, target=target)
        found = _train_error(curve, target, finite)
        if thermal:
            found += dressed * _total_learnability(curve, finite) / size
        if abs(found - square) <= _TOLERANCE * found:
            break
        square = found
    else:
        raise BadInput(f"coupling {coupling} at P = {size}: Hartree did not converge in {_ITERATIONS} iterations")
    error = float(curve.test_error[0])
    if finite:
        error += float(gaussian_error_correction(spectrum, size, dressed, target)[0])
    return error, square, float(curve.effective_ridge[0])


def _total_learnability(curve: LearningCurve, finite: bool) -> float:
    """ΣL_k = P(κ_eff − κ)/κ_eff, κ_eff − κ = Σλ_k(1 − L_k), tail included; and its correction of order 1/P."""
    total = float(curve.samples[0] * curve.posterior_variance[0] / curve.effective_ridge[0])
    if finite:
        total += float(gaussian_learnability_correction(curve)[0] @ curve.spectrum.degeneracies)
    return total


def _train_error(curve: LearningCurve, target: Vector, finite: bool) -> float:
    """⟨Δ²⟩ = κ²yᵀ(K + κ)⁻²y/P = −(κ²/P) d/dκ Σ_k y_k²L_k/λ_k, of which the correction takes δL_k."""
    train = float(curve.train_error[0])
    if not finite:
        return train
    step = 1e-4

    def weighted(factor: float) -> float:
        moved = effective_ridge(curve.spectrum, curve.samples, curve.ridge * factor)
        return float(gaussian_learnability_correction(moved)[0] @ (target / curve.spectrum.eigenvalues))

    slope = (weighted(1.0 + step) - weighted(1.0 - step)) / (2.0 * step)
    return train - float(curve.ridge / curve.samples[0]) * slope


def _cavity(
    spectrum: Spectrum, size: float, coupling: float, ridge: float, target: Vector, local: Any, start: Any
) -> tuple[float, float, float]:
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    gain, degeneracies = size * spectrum.eigenvalues, spectrum.degeneracies
    dressed, error = start
    for _ in range(_ITERATIONS):
        missed = dressed / (gain + dressed)
        variance = float(spectrum.eigenvalues * missed @ degeneracies)
        force, slope, square = local(np.sqrt(error) * nodes, variance, ridge, coupling)
        new_dressed = 1.0 / float(weights @ slope)
        noise = float(weights @ force**2) * new_dressed**2 / size
        learned = gain / (gain + new_dressed)
        new_error = float((1.0 - learned) ** 2 @ target + noise * (learned**2 @ degeneracies))
        moved = abs(new_dressed - dressed) / dressed + abs(new_error - error) / error
        dressed, error = new_dressed, new_error
        if moved <= _TOLERANCE:
            return error, float(weights @ square), dressed
    raise BadInput(f"coupling {coupling} at P = {size}: the cavity did not converge in {_ITERATIONS} iterations")


def _map_site(fields: Vector, variance: float, ridge: float, coupling: float) -> tuple[Vector, Vector, Vector]:
    """g, g' and Δ² where Δ minimises the energy: Δ + (V/κ)(Δ + 2uΔ³) = c, by Newton from above (it is monotone)."""
    ratio, residual = variance / ridge, fields.copy()
    for _ in range(100):
        excess = residual * (1.0 + ratio * (1.0 + 2.0 * coupling * residual**2)) - fields
        step = excess / (1.0 + ratio * (1.0 + 6.0 * coupling * residual**2))
        residual = residual - step
        if np.max(np.abs(step)) <= 1e-15 * np.max(np.abs(fields)):
            break
    curvature = (1.0 + 6.0 * coupling * residual**2) / ridge
    return (fields - residual) / variance, curvature / (1.0 + variance * curvature), residual**2


def _thermal_site(fields: Vector, variance: float, ridge: float, coupling: float) -> tuple[Vector, Vector, Vector]:
    """g, g' = (1 − Var Δ/V)/V and ⟨Δ²⟩ where Δ is drawn: the Gaussian part by quadrature, the quartic as its weight."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    width = variance * ridge / (variance + ridge)
    residual = fields[:, None] * (ridge / (variance + ridge)) + np.sqrt(width) * nodes[None, :]
    density = weights[None, :] * np.exp(-coupling * residual**4 / (2.0 * ridge))
    density = density / density.sum(axis=1, keepdims=True)
    mean = np.sum(density * residual, axis=1)
    square = np.sum(density * residual**2, axis=1)
    spread = np.sum(density * (residual - mean[:, None]) ** 2, axis=1)
    return (fields - mean) / variance, (1.0 - spread / variance) / variance, square
