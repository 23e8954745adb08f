"""The first-order transition of neurons in the limit β → ∞, where an action of order d separates wells completely.

On the ray N ∝ β, n ∝ β, d ∝ √β, σ_a² ∝ β^(−1/2) (Var a = σ_a²/N) two numbers stay, u = n²σ_a²/(σ⁴dN) and
g = nσ_a²/(σ²d). Averaged over the inputs' transverse components erf(w·x) is erf(vz), v = m/√(1 + 2r), for a neuron with
overlap m and transverse square r. With the discrepancy δ(z) = y − f,

    S/d = cost − (u/2) h²,   cost = (m² + r)/(2σ_w²) − ½ log r + const,   h(v) = E[δ(z) erf(vz)].

Around m = 0, r = σ_w² lies a Gaussian well of variance V/d, 1/V = 1/σ_w² − u b² 4/(πD), D = 1 + 2σ_w², b = E[zδ]:
its neurons add g V 4/(πD) b z to f. Aligned wells ±m* hold a fraction P/d of all neurons, the droplets, which add
A erf(v*z), A = g P h(v*): He_5 and all further ones with it. They hold any only if they are as deep,

    cost = (u/2) h² at (m*, r*), a minimum of S.                                                            (1)

Above σ_c² P = 0 and δ = b He_1 + ε He_3; below, P is what keeps the wells degenerate. d/n → 0, so that the ridge is σ²
itself. arXiv:2310.03789 freezes r at σ_w² and prints 2 for the 4 of V 4/(πD) in f; the action with r free, its σ_c²,
and the droplets' whole f are derived for this project.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize, root

from fieldbench.errors import BadInput

Vector = NDArray[np.float64]

_OVERLAPS = np.geomspace(0.1, 5.0, 60)  # m/σ_w at which an aligned well is looked for; a minimisation starts there
_SHRINKING = np.linspace(-2.5, 0.0, 26)  # the same of log r/σ_w²
_STEP = 0.97  # of σ², when the mixed phase is followed down
_SOLVED = 1e-9  # of the equations, which are of order one


@dataclass(frozen=True)
class Ray:
    """What all β have in common: n²σ_a²/(dN) = uσ⁴, nσ_a²/d = gσ², σ_w², ε < 0; and two errors of the source.

    frozen_radius: r = σ_w². closure_factor: of V 4/(πD) in f, 1 as derived, ½ as printed.
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
        """4/(πD): h² = slope · b²m² at small m."""
        return 4.0 / (math.pi * (1.0 + 2.0 * self.hidden_variance))

    def invariant(self, noise: float) -> float:
        """u at σ²."""
        return self.squared_strength / noise**2

    def central_variance(self, linear: float, noise: float) -> float:
        """V at b and σ²."""
        return 1.0 / (1.0 / self.hidden_variance - self.invariant(noise) * linear**2 * self.slope)

    def learned(self, linear: float, noise: float) -> float:
        """What central neurons add to E[fz]: g V 4/(πD) b."""
        return self.closure_factor * self.gain / noise * self.slope * self.central_variance(linear, noise) * linear


@dataclass(frozen=True)
class Phase:
    """b, A, P, and m*, r* of the droplets' well; with no droplets, of the well that comes next as |ε| grows."""

    ray: Ray
    noise: float
    linear: float
    amplitude: float
    droplets: float
    overlap: float
    radius: float

    @property
    def cubic(self) -> float:
        """c, the coefficient of He_3 in δ."""
        return self.ray.cubic - self.amplitude * float(_third(_slope_of(self.overlap, self.radius))) / 6.0

    def field(self, m: Vector, r: Vector) -> Vector:
        """h of neurons (m, r)."""
        return _field(self.ray, self.linear, self.amplitude, _slope_of(self.overlap, self.radius), _slope_of(m, r))

    def action(self, m: Vector, r: Vector) -> Vector:
        """S/d of neurons (m, r), above the central well's."""
        return np.asarray(_cost(self.ray, m, r) - 0.5 * self.ray.invariant(self.noise) * self.field(m, r) ** 2)


def phase(ray: Ray, noise: float) -> Phase:
    """The solution at σ²: Gaussian above σ_c², below it mixed and followed down from there.

    Raises BadInput where following ends: where droplets alone have learned all of He_1, b = 0.
    """
    start = critical_noise(ray)
    if noise >= start:
        linear = _gaussian(ray, noise)
        return Phase(ray, noise, linear, 0.0, 0.0, *_next_well(ray, noise, linear)[1:])
    linear = _gaussian(ray, start)
    _, m, r = _next_well(ray, start, linear)
    unknown, here = np.array([linear, 0.0, math.log(m), math.log(r)]), start
    while here > noise:
        here = max(noise, _STEP * here)
        found = root(partial(_equations, ray, here), unknown, tol=1e-13)
        if np.max(np.abs(_equations(ray, here, found.x))) > _SOLVED or found.x[0] < 0.0:
            raise BadInput(f"noise = {noise}: followed down to {here / _STEP:.3g}, where b vanishes; raise it")
        unknown = found.x
    b, amplitude, m, r = float(unknown[0]), float(unknown[1]), math.exp(unknown[2]), math.exp(unknown[3])
    v = _slope_of(m, r)
    return Phase(
        ray, noise, b, amplitude, amplitude * noise / (ray.gain * float(_field(ray, b, amplitude, v, v))), m, r
    )


@cache
def critical_noise(ray: Ray) -> float:
    """σ_c²: below it the aligned wells of the Gaussian phase would be deeper than the central one."""

    def excess(noise: float) -> float:
        return _next_well(ray, noise, _gaussian(ray, noise))[0] + ray.cubic

    high = 1.0
    while excess(high) < 0.0:
        high *= 2.0
    low = high
    while excess(low) > 0.0:
        high, low = low, 0.9 * low
    return float(brentq(excess, low, high, xtol=1e-12))


def _equations(ray: Ray, noise: float, unknown: Vector) -> Vector:
    """E[fz] of central neurons, (1), and ∂S/∂m = ∂S/∂r = 0 (or r = σ_w²), for b, A, log m*, log r*."""
    b, amplitude = unknown[:2]
    m, r = np.exp(unknown[2:])
    v, u, w = _slope_of(m, r), ray.invariant(noise), ray.hidden_variance
    field = _field(ray, b, amplitude, v, v)
    y, steepness = v / np.sqrt(1.0 + 2.0 * v**2), (1.0 + 2.0 * v**2) ** -1.5
    cosine = 2.0 * y * y
    rise = steepness * (
        (b + amplitude * _first(v)) * 2.0 / math.sqrt(math.pi)
        - ray.cubic * 12.0 / math.sqrt(math.pi) * y**2
        - amplitude * 4.0 / math.pi * y / np.sqrt(1.0 - cosine**2)
    )
    pull = u * field * rise
    return np.array(
        [
            1.0 - b - amplitude * _first(v) - ray.learned(b, noise),
            _cost(ray, m, r) - 0.5 * u * field**2,
            m / w - pull / np.sqrt(1.0 + 2.0 * r),
            r / w - 1.0 if ray.frozen_radius else 0.5 * (1.0 / w - 1.0 / r) + pull * m * (1.0 + 2.0 * r) ** -1.5,
        ]
    )


def _gaussian(ray: Ray, noise: float) -> float:
    """b of the Gaussian phase, the one root of b + E[fz] = 1: V grows with b."""
    wall = 1.0 / math.sqrt(ray.invariant(noise) * ray.slope * ray.hidden_variance)
    top = min(1.0, wall * (1.0 - 1e-12))
    return float(brentq(lambda b: b + ray.learned(b, noise) - 1.0, 0.0, top, xtol=1e-15))


def _next_well(ray: Ray, noise: float, linear: float) -> tuple[float, float, float]:
    """min over (m, r) of [√(2 cost/u) − b J_1]/|J_3|, and where: δ = b He_1 + c He_3 has an aligned well as deep as the
    central one, h = √(2 cost/u), if −c is that."""
    deviation, u = math.sqrt(ray.hidden_variance), ray.invariant(noise)

    def place(x: Vector) -> tuple[Vector, Vector]:
        shrinking = x[1] if len(x) > 1 else np.zeros_like(x[0])
        return np.asarray(deviation * np.exp(x[0])), np.asarray(ray.hidden_variance * np.exp(shrinking))

    def bound(x: Vector) -> Vector:
        m, r = place(x)
        v = _slope_of(m, r)
        return np.asarray((np.sqrt(2.0 * _cost(ray, m, r) / u) - linear * _first(v)) / -_third(v))

    scales = np.zeros(1) if ray.frozen_radius else _SHRINKING
    grid = np.array(np.meshgrid(np.log(_OVERLAPS), scales, indexing="ij"))
    best = int(bound(grid).argmin())
    start = grid.reshape(2, -1)[: 1 if ray.frozen_radius else 2, best]
    options = {"xatol": 1e-9, "fatol": 1e-15}
    found = minimize(lambda x: float(bound(x)), start, method="Nelder-Mead", options=options)  # type: ignore[call-overload]
    m, r = place(found.x)
    return float(found.fun), float(m), float(r)


def _slope_of(m: Vector | float, r: Vector | float) -> Vector:
    """v = m/√(1 + 2r)."""
    return np.asarray(m / np.sqrt(1.0 + 2.0 * np.asarray(r)))


def _first(v: Vector) -> Vector:
    """E[z erf(vz)]."""
    return np.asarray(2.0 / math.sqrt(math.pi) * v / np.sqrt(1.0 + 2.0 * v**2))


def _third(v: Vector) -> Vector:
    """E[He_3(z) erf(vz)]."""
    return np.asarray(-4.0 / math.sqrt(math.pi) * (v / np.sqrt(1.0 + 2.0 * v**2)) ** 3)


def _field(ray: Ray, linear: float, amplitude: float, own: Vector, v: Vector) -> Vector:
    """h(v) where droplets at v* = `own` have taken A erf(v*z) off the discrepancy, and b is what is left of E[zδ]."""
    norm = np.sqrt((1.0 + 2.0 * v**2) * (1.0 + 2.0 * own**2))
    taken = 2.0 / math.pi * np.arcsin(2.0 * v * own / norm)
    return np.asarray((linear + amplitude * _first(own)) * _first(v) + ray.cubic * _third(v) - amplitude * taken)


def _cost(ray: Ray, m: Vector | float, r: Vector | float) -> Vector:
    ratio = np.asarray(r) / ray.hidden_variance
    return np.asarray(0.5 * (np.asarray(m) ** 2 / ray.hidden_variance + ratio - 1.0 - np.log(ratio)))
