"""Stationary law of Langevin integrators in one dimension, U = ½kθ² + gθ⁴, exactly at any step: no perturbation theory.

It is the density that a step leaves as it is. Euler–Maruyama's step is one Gaussian kernel, and the density solves a
linear system. BAOAB's is two shears of phase space, (θ, v − hU′(θ)) and (θ + hv/2, v), which a Fourier transform along
the sheared axis does to rounding, and a Gaussian kernel in v; it is applied until the density stays. Trapezoidal sums
over densities that vanish at the edges of the grid converge faster than any power of its spacing.

Perturbation theory gives the leading bias of Euler–Maruyama at T = 1 [derived here]: ρ_h = ρ (1 + h f + O(h²)) with
f = ¼U′² − ½U″ + const., hence δ⟨θ²⟩ = h Cov(θ², ¼U′² − ½U″). On a quadratic that is the h/2 of 1/(k(1 − hk/2)).
BAOAB's is of order h².
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import integrate

from fieldbench.errors import BadInput
from fieldbench.theory.langevin import integrator_bias

FloatArray = NDArray[np.float64]

_EDGE = 40.0  # the grids end where U exceeds this: densities below e^{-40}
_TOLERANCE = 1e-11  # change of ⟨θ²⟩ in a unit of time
_POINTS = 128


def euler_maruyama_square(stiffness: float, quartic: float, step: float) -> float:
    """Stationary ⟨θ²⟩ of Euler–Maruyama at unit temperature: by the Lyapunov equation if the well is quadratic.

    Raises:
        BadInput: an unstable step.
    """
    if quartic:
        return euler_maruyama_moment(stiffness, quartic, step)
    return float(integrator_bias.euler_maruyama(stiffness, step)[0, 0])


def baoab_square(stiffness: float, quartic: float, step: float, friction: float) -> float:
    """The same of BAOAB at friction γ."""
    if quartic:
        return baoab_moment(stiffness, quartic, step, friction)
    return float(integrator_bias.baoab(stiffness, step, friction)[0, 0])


def gibbs_moment(stiffness: float, quartic: float, power: int = 2) -> float:
    """⟨θ^p⟩ of exp(−½kθ² − gθ⁴), by adaptive quadrature: what Metropolis-adjusted schemes sample at any step.

    Raises:
        BadInput: k or g negative, or both zero.
    """
    edge = _edge(stiffness, quartic)
    weights = [
        integrate.quad(lambda x, p=p: x**p * math.exp(-_energy(x, stiffness, quartic)), -edge, edge, epsabs=1e-13)[0]
        for p in (power, 0)
    ]
    return float(weights[0] / weights[1])


def euler_maruyama_slope(stiffness: float, quartic: float) -> float:
    """dδ⟨θ²⟩/dh of Euler–Maruyama at h = 0: Cov(θ², ¼U′² − ½U″) over the Gibbs law."""
    k, g = stiffness, quartic
    moment = {power: gibbs_moment(k, g, power) for power in (2, 4, 6, 8)}
    # ¼U′² − ½U″ = ¼k²θ² + 2kgθ⁴ + 4g²θ⁶ − 6gθ² + const.
    weights = {2: k * k / 4 - 6 * g, 4: 2 * k * g, 6: 4 * g * g}
    return sum(c * (moment[p + 2] - moment[2] * moment[p]) for p, c in weights.items())


@lru_cache(maxsize=64)
def euler_maruyama_moment(stiffness: float, quartic: float, step: float) -> float:
    """⟨θ²⟩ of θ ← θ − hU′ + √(2h) ξ.

    Raises:
        BadInput: a step so large that the chain escapes from the well: |θ − hU′| > |θ| where the density is above e⁻³⁰.
    """
    reach = _edge(stiffness, quartic, 30.0)
    if step * (stiffness + 4 * quartic * reach**2) > 2:
        raise BadInput(f"step {step} throws the chain out of the well k={stiffness}, g={quartic}: take a smaller one")
    # The bias widens the law: leave room for it.
    grid = np.linspace(-1.6, 1.6, 4 * _POINTS) * _edge(stiffness, quartic, 25.0)
    drifted = grid - step * (stiffness * grid + 4 * quartic * grid**3)
    kernel = np.exp(-((grid[:, None] - drifted[None, :]) ** 2) / (4 * step)) * (grid[1] - grid[0])
    kernel /= math.sqrt(4 * math.pi * step)
    # (K − 1) ρ = 0 with Σρ = 1: a matrix of ones lifts the one zero mode.
    count = len(grid)
    density = np.linalg.solve(kernel - np.eye(count) + 1 / count, np.full(count, 1 / count))
    return float(density @ grid**2 / density.sum())


@lru_cache(maxsize=64)
def baoab_moment(stiffness: float, quartic: float, step: float, friction: float) -> float:
    """⟨θ²⟩ at whole steps of BAOAB with unit mass and temperature."""
    edge = 1.5 * _edge(stiffness, quartic, 25.0)
    position = np.linspace(-edge, edge, _POINTS, endpoint=False)
    velocity = np.linspace(-9.0, 9.0, _POINTS, endpoint=False)
    force = -(stiffness * position + 4 * quartic * position**3)
    keep, spread = math.exp(-friction * step), math.sqrt(-math.expm1(-2 * friction * step))
    kernel = np.exp(-((velocity[:, None] - keep * velocity[None, :]) ** 2) / (2 * spread**2))
    kernel *= (velocity[1] - velocity[0]) / (spread * math.sqrt(2 * math.pi))
    kick = _shift(velocity, step * force)  # (positions, frequencies of v)
    drift = _shift(position, step / 2 * velocity).T  # (frequencies of θ, velocities)

    def advance(rho: FloatArray) -> FloatArray:
        rho = np.fft.irfft(np.fft.rfft(rho, axis=1) * kick, n=_POINTS, axis=1)
        rho = np.fft.irfft(np.fft.rfft(rho, axis=0) * drift, n=_POINTS, axis=0)
        rho = rho @ kernel.T
        return np.fft.irfft(np.fft.rfft(rho, axis=0) * drift, n=_POINTS, axis=0)

    density = np.exp(-_energy(position, stiffness, quartic))[:, None] * np.exp(-(velocity**2) / 2)[None, :]
    return _relaxed(advance, density, np.broadcast_to(position[:, None] ** 2, density.shape), step)


def _shift(grid: FloatArray, by: FloatArray) -> NDArray[np.complex128]:
    """Fourier factors (shifts, frequencies) that translate a periodic function of `grid` by each of the shifts."""
    frequency = 2 * math.pi * np.fft.rfftfreq(len(grid), grid[1] - grid[0])
    # A shift by more than half of the box happens only where there is no density left.
    factors: NDArray[np.complex128] = np.exp(-1j * np.outer(by, frequency))
    return factors


def _relaxed(
    advance: Callable[[FloatArray], FloatArray], density: FloatArray, square: FloatArray, step: float
) -> float:
    """Mean of `square` under the density that `advance` leaves as it is, from a first guess."""
    count = max(1, round(1 / step))
    before = np.inf
    for _ in range(400):
        for _ in range(count):
            density = advance(density)
            density = density / density.sum()
        found = float((square * density).sum())
        if abs(found - before) < _TOLERANCE:
            return found
        before = found
    raise BadInput(f"the density of a chain of step {step} does not become stationary: take a smaller step")


def _energy(x: FloatArray | float, stiffness: float, quartic: float) -> FloatArray | float:
    return stiffness / 2 * x**2 + quartic * x**4


def _edge(stiffness: float, quartic: float, level: float = _EDGE) -> float:
    """Where U = `level`."""
    if stiffness < 0 or quartic < 0 or stiffness + quartic == 0:
        raise BadInput(f"well k={stiffness}, g={quartic}: both at least zero, and one of them positive")
    if quartic == 0:
        return math.sqrt(2 * level / stiffness)
    return math.sqrt((math.sqrt(stiffness**2 / 4 + 4 * quartic * level) - stiffness / 2) / (2 * quartic))
