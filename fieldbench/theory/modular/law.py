"""Modular addition by a wide two-layer network with square activation: the exact law of one of its neurons.

f_p(n, m) = Σ_i a_pi (u_in + v_im)² is taught δ(p, n + m mod P) − 1/P on all P² pairs, with readouts of variance s/N and
noise κ, and weights of the prior exp{−½|u|² − ½|v|² − (c/3) Σ_k (r_k³ + r′_k³)}, where r_k = |û_k|², r′_k = |v̂_k|² are
the powers of unitary Fourier modes, k = 1 … n = (P − 1)/2 (arXiv:2310.03789, section 3.2, where c = γ/P²). Held fixed
as N → ∞ are the strength ŝ = Ns and the noise κ̂ = Nκ. Then modes and neurons are independent, with phases that are
uniform, and the powers of one mode have the law

    p(r, r′) ∝ exp{−r − r′ + g r r′ − (c/3)(r³ + r′³)},   g = 4Pŝb²,   1/b = κ̂ + λ,   λ = 4ŝ⟨rr′⟩,

where the discrepancy f − y is a = −κ̂b times the target, on every mode. Since ⟨rr′⟩ rises with g, the solution is
unique. At coexistence, g = 4√(c/3), a droplet at r = r′ = √(3/c) is as deep as r = r′ = 0; between them lies a barrier
of (8/9)r₋ at r₋ = 1/√(3c).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from fieldbench.errors import BadInput

FloatArray = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)  # a panel; some ten panels an axis
_EDGE = 13.0  # standard deviations of the droplet, and half the decades e^{-r} beside it: densities below e^{-60}


@dataclass(frozen=True)
class ModularTask:
    """What a network is taught, and with what: P (an odd prime), c, ŝ = N²⟨a²⟩ and κ̂ = Nκ.

    Raises:
        BadInput: P below 5 or not a prime, or a constant that is not positive.
    """

    modulus: int
    cubic: float
    strength: float
    noise: float

    def __post_init__(self) -> None:
        if self.modulus < 5 or any(self.modulus % k == 0 for k in range(2, math.isqrt(self.modulus) + 1)):
            raise BadInput(f"modulus {self.modulus}: the modes are alike for primes from 5 on")
        if not min(self.cubic, self.strength, self.noise) > 0:
            raise BadInput(f"c = {self.cubic}, ŝ = {self.strength}, κ̂ = {self.noise}: all must be positive")

    @property
    def modes(self) -> int:
        """Number n of independent modes: weights are real, so that k and −k are one."""
        return (self.modulus - 1) // 2

    @property
    def threshold(self) -> float:
        """r₋ = 1/√(3c), the top of the barrier at coexistence: a mode with r and r′ above it is in the droplet."""
        return 1.0 / math.sqrt(3.0 * self.cubic)

    def coupling(self, response: float) -> float:
        """g = 4Pŝb²."""
        return 4.0 * self.modulus * self.strength * response**2


@dataclass(frozen=True)
class ModeLaw:
    """p(r, r′) of one mode on a grid: nodes r of both axes and the probability of each pair, (points, points)."""

    powers: FloatArray
    probability: FloatArray
    log_normaliser: float
    threshold: float

    def moment(self, first: int, second: int) -> float:
        """⟨r^first r′^second⟩."""
        return float(self.powers**first @ self.probability @ self.powers**second)

    @property
    def droplet(self) -> float:
        """Probability that both powers exceed the threshold."""
        above = self.powers > self.threshold
        return float(self.probability[np.ix_(above, above)].sum())


def mode_law(coupling: float, cubic: float, droplet_tilt: float = 0.0) -> ModeLaw:
    """The law at given g and c by Gauss–Legendre quadrature on panels; `droplet_tilt` adds to −U within the droplet.

    Panels end at the threshold and narrow around r₊, the larger root of 1 − gr + cr² (g/2c where there is none). The
    error is that of rounding while droplet and bulk are a few units wide or as far apart as their own widths allow.
    """
    threshold = 1.0 / math.sqrt(3.0 * cubic)
    centre = (coupling + math.sqrt(max(coupling**2 - 4.0 * cubic, 0.0))) / (2.0 * cubic)
    stiffness = 2.0 * cubic * centre - coupling  # along r = r′, its softest direction
    width = min(stiffness**-0.5 if stiffness > 0 else math.inf, 3.0 * cubic**-0.25)
    around = centre + width * np.linspace(-_EDGE, _EDGE, 13)
    edges = np.concatenate([[0.0, 1.0, 3.0, 8.0, 20.0, 60.0, threshold], around])
    edges = np.unique(edges[edges >= 0.0])
    half, middle = np.diff(edges) / 2.0, (edges[1:] + edges[:-1]) / 2.0
    r = (middle[:, None] + half[:, None] * _NODES).ravel()
    weights = (half[:, None] * _WEIGHTS).ravel()
    single = -r - cubic / 3.0 * r**3
    exponent = single[:, None] + single[None, :] + coupling * np.outer(r, r)
    above = r > threshold
    exponent[np.ix_(above, above)] += droplet_tilt
    top = exponent.max()
    density = np.outer(weights, weights) * np.exp(exponent - top)
    total = density.sum()
    return ModeLaw(r, density / total, float(np.log(total) + top), threshold)


def response(task: ModularTask, product: Callable[[float], float] | None = None) -> float:
    """b = 1/(κ̂ + λ), the field t = bN y that the discrepancy leaves: the one solution, λ = 4ŝ⟨rr′⟩ at g = 4Pŝb².

    Args:
        task: P, c, ŝ, κ̂.
        product: g → ⟨rr′⟩, not falling; that of `mode_law` by default.
    """
    of = product or (lambda coupling: mode_law(coupling, task.cubic).moment(1, 1))

    def excess(unlearned: float) -> float:
        feedback = 4.0 * task.strength / task.noise * of(task.coupling(unlearned / task.noise))
        return unlearned * (1.0 + feedback) - 1.0

    return float(brentq(excess, 1e-6, 1.0, xtol=1e-15, rtol=1e-14)) / task.noise


@dataclass(frozen=True)
class ModularSolution:
    """a, ⟨rr′⟩ of each mode, and the share of (neuron, mode) pairs in the droplet."""

    amplitude: float
    product: float
    droplet: float


def infinitely_wide(task: ModularTask) -> ModularSolution:
    """The solution for N → ∞."""
    b = response(task)
    law = mode_law(task.coupling(b), task.cubic)
    return ModularSolution(-task.noise * b, law.moment(1, 1), law.droplet)
