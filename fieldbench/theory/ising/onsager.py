"""Two-dimensional Ising model on a periodic square: Onsager's critical point and Kaufman's finite lattice.

H = −Σ_⟨xy⟩ s_x s_y over the 2 L² bonds of an L × L torus; temperatures in units of J/k_B, coupling K = 1/T. At L = 2
each pair of neighbours has two bonds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput

CRITICAL_COUPLING = 0.5 * float(np.log1p(np.sqrt(2.0)))
"""K_c with sinh 2K_c = 1 (Onsager, Phys. Rev. 65, 117 (1944))."""

CRITICAL_TEMPERATURE = 1.0 / CRITICAL_COUPLING
"""T_c = 2/ln(1 + √2) = 2.269185…"""

BETHE_TEMPERATURE = 2.0 / float(np.log(2.0))
"""Critical temperature of the Bethe lattice with four neighbours."""

KIKUCHI_TEMPERATURE = 2.0 / float(np.log((5.0 + np.sqrt(17.0)) / 4.0))
"""That of the cluster variation of a square, 2.4257: near and not exact (Kikuchi, Phys. Rev. 81, 988 (1951))."""

MEAN_FIELD_BINDER = 1.0 - math.gamma(0.25) ** 4 / (24.0 * np.pi**2)
"""U at T_c where every spin couples to every other, 0.2705: m has the density exp(−m⁴) (Brézin & Zinn-Justin 1985)."""

SPECIFIC_HEAT_AMPLITUDE = 8.0 / np.pi * CRITICAL_COUPLING**2
"""C(T_c) = amplitude · ln L + constant (Ferdinand & Fisher, Phys. Rev. 185, 832 (1969))."""

CRITICAL_BINDER = 0.61069
"""Universal U = 1 − ⟨m⁴⟩/3⟨m²⟩² of a periodic square at T_c (Kamieniarz & Blöte, J. Phys. A 26, 201 (1993))."""

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class FiniteLattice:
    """Energy and specific heat per site, in units of J and k_B; `heat` is dE/dT = K² d²(ln Z)/dK²/L²."""

    energy: float
    heat: float


def bulk_critical_energy() -> float:
    """Energy per site of the infinite lattice at T_c: −√2 (Onsager 1944)."""
    return -float(np.sqrt(2.0))


def kaufman(size: int, coupling: float) -> FiniteLattice:
    """Exact energy and specific heat of the L × L torus, by Kaufman's partition function.

    Z = ½ (2 sinh 2K)^{L²/2} [Π 2cosh(Lγ_odd/2) + Π 2sinh(Lγ_odd/2) + Π 2cosh(Lγ_even/2) + Π 2sinh(Lγ_even/2)],
    cosh γ_l = cosh²2K/sinh 2K − cos(πl/L), l = 0 … 2L−1, γ_0 = 2K + ln tanh K with its sign
    (Kaufman, Phys. Rev. 76, 1232 (1949)). Derivatives in closed form.

    Raises:
        BadInput: size below 2, or a coupling that is not positive and finite.
    """
    check(size, coupling)
    angle, rate, bend = (0.5 * size * part for part in _gammas(size, coupling))
    one = (1.0, 0.0, 0.0)
    hyperbolic = np.sinh(angle[0]), np.cosh(angle[0])
    zero_mode = (
        2 * hyperbolic[0],
        2 * hyperbolic[1] * rate[0],
        2 * (hyperbolic[0] * rate[0] ** 2 + hyperbolic[1] * bend[0]),
    )
    odd, even, positive = slice(1, None, 2), slice(0, None, 2), slice(2, None, 2)
    products = [
        (one, _log_product(angle[odd], rate[odd], bend[odd], 1)),
        (one, _log_product(angle[odd], rate[odd], bend[odd], -1)),
        (one, _log_product(angle[even], rate[even], bend[even], 1)),
        (zero_mode, _log_product(angle[positive], rate[positive], bend[positive], -1)),
    ]
    largest = max(logs[0] for _, logs in products)
    total = np.zeros(3)
    for (f, f1, f2), (log, d1, d2) in products:
        total += np.exp(log - largest) * np.array([f, f1 + f * d1, f2 + 2 * f1 * d1 + f * (d2 + d1**2)])
    slope = total[1] / total[0]
    curvature = total[2] / total[0] - slope**2
    sites, sinh = size**2, np.sinh(2 * coupling)
    energy = -1.0 / np.tanh(2 * coupling) - slope / sites
    return FiniteLattice(float(energy), float(coupling**2 * (curvature / sites - 2.0 / sinh**2)))


def check(size: int, coupling: float) -> None:
    """Raise BadInput for a lattice without sites or a coupling that is not positive and finite."""
    if size < 2:
        raise BadInput(f"a torus of size {size} has no bonds between different sites: take at least 2")
    if not (np.isfinite(coupling) and coupling > 0):
        raise BadInput(f"coupling K = {coupling} is not positive and finite: K = 1/T")


def _gammas(size: int, coupling: float) -> tuple[Vector, Vector, Vector]:
    """γ_l and its first two derivatives with respect to K, l = 0 … 2L−1."""
    sinh, cosh = np.sinh(2 * coupling), np.cosh(2 * coupling)
    right = sinh + 1 / sinh - np.cos(np.pi * np.arange(2 * size) / size)
    right_1, right_2 = 2 * cosh * (1 - sinh**-2), 4 * (sinh - 1 / sinh) + 8 * cosh**2 / sinh**3
    # l = 0 is 0/0 at the critical coupling and has a closed form: its entry below is a placeholder.
    right[0] = 2.0
    gamma = np.arccosh(right)
    rate = right_1 / np.sinh(gamma)
    bend = (right_2 - right * rate**2) / np.sinh(gamma)
    gamma[0] = 2 * coupling + np.log(np.tanh(coupling))
    rate[0] = 2 + 2 / sinh
    bend[0] = -4 * cosh / sinh**2
    return gamma, rate, bend


def _log_product(angle: Vector, rate: Vector, bend: Vector, sign: int) -> tuple[Any, Any, Any]:
    """Σ ln(e^u + sign·e^{−u}) over the angles u, and its first two derivatives."""
    magnitude = np.abs(angle)
    log = magnitude + np.log1p(sign * np.exp(-2 * magnitude))
    ratio = np.tanh(angle) ** sign
    # (tanh u)' = 1 − tanh², (coth u)' = 1 − coth²
    return log.sum(), (rate * ratio).sum(), (bend * ratio + rate**2 * (1 - ratio**2)).sum()
