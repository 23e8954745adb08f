"""The first-order transition of neurons in the limit β → ∞, where an action of order d separates wells completely.

On the ray N ∝ β, n ∝ β, d ∝ √β, σ_a² ∝ β^(−1/2) (Var a = σ_a²/N) two numbers stay, u = n²σ_a²/(σ⁴dN) and
g = nσ_a²/(σ²d). The discrepancy y − f is b He_1 + c He_3, and a neuron with overlap m and transverse square r has

    S/d = cost − (u/2) h²,   cost = (m² + r)/(2σ_w²) − ½ log r + const,   h = b J_1(m, q) + c J_3(m, q),   q = r + m².

Around m = 0, r = σ_w² lies a Gaussian well of variance V/d, 1/V = 1/σ_w² − u b² 4/(πD), D = 1 + 2σ_w². Aligned wells
±m* hold a fraction P/d of all neurons, the droplets, and only if they are as deep: h ≤ √(2 cost/u) everywhere, with
equality at m*. J_3 has the sign of −m, so that this is a bound on −c, for a given b

    −c ≤ c*(b) = min over (m, r) of [√(2 cost/u) − b J_1]/|J_3|.                                            (1)

With j = (J_1, J_3/√6) at m* and e = (1, 0) the closure reads

    [1 + g (V 4/(πD) e eᵀ + P j jᵀ)] (b, √6 c)ᵀ = (1, √6 ε)ᵀ.                                               (2)

P = 0 and c = ε as long as −ε < c*: above σ_c². Below, P is what keeps the wells degenerate. d/n → 0, so the ridge is σ²
itself. arXiv:2310.03789 freezes r at σ_w² and prints 2 for the 4 of V 4/(πD) in (2); (1), the action with r free, and
P are derived for this project.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import ERF, hermite_overlap

_OVERLAPS = np.geomspace(0.1, 5.0, 60)  # m/σ_w at which (1) is looked for, a minimisation starts from the best
_SHRINKING = np.linspace(-2.5, 0.0, 26)  # the same of log r/σ_w²


@dataclass(frozen=True)
class Ray:
    """What all β have in common: n²σ_a²/(dN) = uσ⁴, nσ_a²/d = gσ², σ_w², ε < 0; and two errors of the source.

    frozen_radius: r = σ_w². closure_factor: of V in (2), 1 as derived, ½ as printed.
    """

    squared_strength: float
    gain: float
    hidden_variance: float
    cubic: float
    frozen_radius: bool = False
    closure_factor: float = 1.0

    def __post_init__(self) -> None:
        if not self.cubic < 0:
            raise BadInput(f"cubic = {self.cubic}: droplets of erf neurons need ε < 0, the sign of their own cubic")

    @property
    def slope(self) -> float:
        """4/(πD): J_1² = slope · m² at small m."""
        return 4.0 / (math.pi * (1.0 + 2.0 * self.hidden_variance))

    def invariant(self, noise: float) -> float:
        """u at σ²."""
        return self.squared_strength / noise**2

    def central_variance(self, linear: float, noise: float) -> float:
        """V at discrepancy b and σ²."""
        return 1.0 / (1.0 / self.hidden_variance - self.invariant(noise) * linear**2 * self.slope)


@dataclass(frozen=True)
class Phase:
    """b, c, V, P, and m*, r* of the droplets' well (of the one that comes next, where P = 0)."""

    linear: float
    cubic: float
    central_variance: float
    droplets: float
    overlap: float
    radius: float


def phase(ray: Ray, noise: float) -> Phase:
    """The solution at σ²: Gaussian above σ_c², mixed below.

    Raises BadInput at noise so low that no b > 0 keeps the wells degenerate.
    """
    linear = _gaussian(ray, noise)
    largest, m, r = _degenerate(ray, noise, linear)
    if -ray.cubic < largest:
        return Phase(linear, ray.cubic, ray.central_variance(linear, noise), 0.0, m, r)
    gain = ray.gain / noise

    def at(b: float) -> tuple[Phase, float]:
        c, m, r = _degenerate(ray, noise, b)
        first, third = (float(hermite_overlap(ERF, degree, m, r + m**2)) for degree in (1, 3))
        variance, pull = ray.central_variance(b, noise), first * b - third * c
        droplets = 6.0 * (ray.cubic + c) / (gain * third * pull)
        excess = b + gain * (ray.closure_factor * ray.slope * variance * b + droplets * first * pull) - 1.0
        return Phase(b, -c, variance, droplets, m, r), excess

    low = linear
    while at(low)[1] > 0.0:
        low *= 0.9
        if low < 1e-3:
            raise BadInput(f"noise = {noise}: no b > 0 keeps the wells degenerate; raise it")
    return at(brentq(lambda b: at(b)[1], low, linear, xtol=1e-13))[0] if low < linear else at(low)[0]


def critical_noise(ray: Ray) -> float:
    """σ_c²: below it the aligned wells of the Gaussian phase would be deeper than the central one."""

    def excess(noise: float) -> float:
        return _degenerate(ray, noise, _gaussian(ray, noise))[0] + ray.cubic

    high = 1.0
    while excess(high) < 0.0:
        high *= 2.0
    low = high
    while excess(low) > 0.0:
        high, low = low, 0.9 * low
    return float(brentq(excess, low, high, xtol=1e-12))


def action(ray: Ray, noise: float, of: Phase, m: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    """S/d of neurons (m, r) in a phase, above the central well's."""
    field = of.linear * hermite_overlap(ERF, 1, m, r + m**2) + of.cubic * hermite_overlap(ERF, 3, m, r + m**2)
    found: NDArray[np.float64] = _cost(ray, m, r) - 0.5 * ray.invariant(noise) * field**2
    return found


def _gaussian(ray: Ray, noise: float) -> float:
    """b of the Gaussian phase, the one root of b (1 + g V 4/(πD)) = 1: V grows with b."""
    wall = 1.0 / math.sqrt(ray.invariant(noise) * ray.slope * ray.hidden_variance)
    gain = ray.closure_factor * ray.gain / noise * ray.slope
    return float(
        brentq(
            lambda b: b * (1.0 + gain * ray.central_variance(b, noise)) - 1.0,
            0.0,
            min(1.0, wall * (1.0 - 1e-12)),
            xtol=1e-15,
        )
    )


def _cost(ray: Ray, m: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    ratio = r / ray.hidden_variance
    cost: NDArray[np.float64] = 0.5 * (m**2 / ray.hidden_variance + ratio - 1.0 - np.log(ratio))
    return cost


def _degenerate(ray: Ray, noise: float, linear: float) -> tuple[float, float, float]:
    """c*(b) of (1), with the place (m*, r*) where it is attained."""
    deviation, u = math.sqrt(ray.hidden_variance), ray.invariant(noise)

    def bound(m: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
        first, third = (hermite_overlap(ERF, degree, m, r + m**2) for degree in (1, 3))
        found: NDArray[np.float64] = (np.sqrt(2.0 * _cost(ray, m, r) / u) - linear * first) / -third
        return found

    def place(x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return deviation * np.exp(x[0]), ray.hidden_variance * np.exp(x[1] if len(x) > 1 else np.zeros_like(x[0]))

    scales = np.zeros(1) if ray.frozen_radius else _SHRINKING
    grid = np.meshgrid(np.log(_OVERLAPS), scales, indexing="ij")
    values = bound(*place(np.array(grid)))
    best = np.unravel_index(int(values.argmin()), values.shape)
    start = np.array([axis[best] for axis in grid])[: 1 if ray.frozen_radius else 2]
    found = minimize(
        lambda x: float(bound(*place(x))), start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-15}
    )
    m, r = place(found.x)
    return float(found.fun), float(m), float(r)
