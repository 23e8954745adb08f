"""Stationary variance of Langevin integrators on quadratic energies, at any step, from the linear map of one step.

On U = ½kθ² at temperature T a step maps the state z linearly and adds normal noise, z ← M z + r ξ, so that its
stationary covariance solves the discrete Lyapunov equation

    Σ = M Σ Mᵀ + r rᵀ.

Euler–Maruyama, z = θ:                     Σ = (T/k)/(1 − hk/2).
BAOAB, z = (θ, v) before its whole kick:   Σ_θθ = T/k at every stable step (Leimkuhler & Matthews, arXiv:1203.5428).
Velocity Verlet between half frictions (OBABO): Σ_θθ = (T/k)/(1 − h²k/4).
In scaled coordinates η = θ/s the curvature is k s², and Var θ = s² Var η. A Metropolis test leaves no bias.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from fieldbench.errors import BadInput
from fieldbench.typing import Numbers

FloatArray = NDArray[np.float64]


def stationary_covariance(linear: Numbers, noise: Numbers) -> FloatArray:
    """Σ of z ← M z + R ξ.

    Args:
        linear: M, shape (n, n), spectral radius below one.
        noise: R, shape (n, m).

    Raises:
        BadInput: M has an eigenvalue outside of the unit circle: the step is unstable.
    """
    step, spread = np.asarray(linear, np.float64), np.asarray(noise, np.float64)
    radius = float(np.max(np.abs(np.linalg.eigvals(step))))
    if not radius < 1:
        raise BadInput(f"spectral radius {radius:.4g} of a step: it must be below 1; take a smaller step")
    return np.asarray(linalg.solve_discrete_lyapunov(step, spread @ spread.T), np.float64)


def euler_maruyama(stiffness: float, step: float, temperature: float = 1.0) -> FloatArray:
    """Var θ, shape (1, 1), of θ ← θ − h kθ + √(2hT) ξ. Raises BadInput unless 0 < hk < 2."""
    return stationary_covariance([[1.0 - step * stiffness]], [[math.sqrt(2 * step * temperature)]])


def baoab(stiffness: float, step: float, friction: float, temperature: float = 1.0) -> FloatArray:
    """Covariance of (θ, v) at whole steps, (2, 2): half a kick, half a drift, friction, half a drift, half a kick.

    Raises BadInput unless k > 0 and h√k < 2.
    """
    kick, drift = _kick_and_drift(stiffness, step)
    keep, spread = _friction(step, friction, temperature)
    return stationary_covariance(kick @ drift @ np.diag([1.0, keep]) @ drift @ kick, kick @ drift @ spread)


def obabo(stiffness: float, step: float, friction: float, temperature: float = 1.0) -> FloatArray:
    """The same for velocity Verlet between two half steps of friction and noise, which this library does not offer."""
    kick, drift = _kick_and_drift(stiffness, step)
    keep, spread = _friction(step / 2, friction, temperature)
    damp, verlet = np.diag([1.0, keep]), kick @ drift @ drift @ kick
    return stationary_covariance(damp @ verlet @ damp, np.hstack([damp @ verlet @ spread, spread]))


def response_defect(degree: int, step: float, friction: float) -> float:
    """Relative error of BAOAB's first-order response to a perturbation of degree n around U = ½θ².

    In the Gibbs law a small potential V, a product of n Hermite modes, shifts its own mean by −⟨V²⟩/T. Summed over the
    kicks −h V′ of the past, the chain shifts it by n h Σ_{m≥1} R(m) C(m)^{n−1} of that, with R the displacement m steps
    after a unit kick and C the autocorrelation of θ. It is one for n = 2 at any step: quadratic energies are exact.

    Raises:
        BadInput: degree below one, or an unstable step (h ≥ 2).
    """
    if degree < 1:
        raise BadInput(f"degree {degree} must be at least 1")
    correlation, response = free_correlation_and_response(step, friction)
    return float(degree * step * np.sum(response * correlation ** (degree - 1)) - 1.0)


def free_correlation_and_response(step: float, friction: float) -> tuple[FloatArray, FloatArray]:
    """BAOAB on U = ½θ²: autocorrelation C(m) of θ and displacement R(m) after a unit kick of the velocity, m = 0, 1, …

    Both until they have fallen below 10⁻¹². Raises BadInput if the step is unstable.
    """
    covariance = baoab(1.0, step, friction)
    kick, drift = _kick_and_drift(1.0, step)
    keep, _ = _friction(step, friction, 1.0)
    glide = drift @ np.diag([1.0, keep]) @ drift
    one_step = kick @ glide @ kick
    kicked, correlated = kick @ glide @ np.array([0.0, 1.0]), one_step @ covariance[:, 0] / covariance[0, 0]
    correlation, response = [1.0], [0.0]
    while max(np.abs(kicked).max(), np.abs(correlated).max()) > 1e-12:
        correlation.append(correlated[0])
        response.append(kicked[0])
        kicked, correlated = one_step @ kicked, one_step @ correlated
    return np.array(correlation), np.array(response)


def _kick_and_drift(stiffness: float, step: float) -> tuple[FloatArray, FloatArray]:
    """Half a kick v ← v − (h/2)kθ and half a drift θ ← θ + (h/2)v."""
    if not (stiffness > 0 and step > 0):
        raise BadInput(f"stiffness {stiffness} and step {step} must be positive")
    return np.array([[1.0, 0.0], [-step * stiffness / 2, 1.0]]), np.array([[1.0, step / 2], [0.0, 1.0]])


def _friction(step: float, friction: float, temperature: float) -> tuple[float, FloatArray]:
    """v ← e^{−γh} v + √(T(1 − e^{−2γh})) ξ."""
    if not friction > 0:
        raise BadInput(f"friction {friction} must be positive: without it nothing is stationary")
    return math.exp(-friction * step), np.array([[0.0], [math.sqrt(temperature * -math.expm1(-2 * friction * step))]])
