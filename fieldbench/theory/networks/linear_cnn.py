"""Kernel adaptation of a two-layer linear CNN on a linear teacher: the d^{3/4} law and its finite-size form.

f = Σ_{i,c} a_ic w_c·x_i with N patches of size S and C channels, d = N S, w_c ~ N(0, 1/S), a_ic ~ N(0, 1/(N C χ)),
ridge κ/χ, y = Σ_i a*_i w*·x_i. With x = S Var(w·w*), x_perp the same across w*, g = χd/C, r = κ_eff d/P, h = N/C,
s = g/(x+r)² and the test error M = E0(1−L)² (arXiv:2502.18553, Fig. 3.2, for the leading order):

    leading     1 − 1/x = s, x_perp = 1, learnability L = x/(x+r)
    connected   1/x      = 1 + h/(x+r) − s − (gM/P)[(ρ_1+r)⁻² + (N−1)(x+r)⁻²]
                1/x_perp = 1 + h/(x_perp+r) − (gM/P)[(ρ_3+r)⁻² + (N−1)(x_perp+r)⁻²]
    ridge       κ_eff = κ + (1/d) Σ_j n_jρ_j r/(ρ_j+r),   E0 = P/(P − Σ_j n_j(ρ_j/(ρ_j+r))²)

The sum runs over the *response* spectrum (n, ρ) = (1, x(1+2sx)), (N−1, x), (S−1, x_perp(1+sx)),
((N−1)(S−1), x_perp): turning what was learned costs no prior energy, so these modes are fitted as easily as the
teacher. The kernel's own spectrum has ρ_1 = x and ρ_3 = x_perp. What this leaves out, the non-linear response to the
noise of the data, is in `fieldbench.theory.networks.shrinkage`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, fsolve

from fieldbench.errors import BadInput, FieldbenchError

__all__ = [
    "LinearCNN",
    "OrderParameters",
    "adapted",
    "aligned",
    "asymptotic_half_samples",
    "gaussian_process",
    "half_samples",
    "response_modes",
]

SpectrumName = Literal["response", "kernel", "bare"]


@dataclass(frozen=True)
class LinearCNN:
    """Shape, mean-field factor χ and ridge κ of the network."""

    patches: int
    size: int
    channels: float
    mean_field: float
    ridge: float

    def __post_init__(self) -> None:
        """Refuse shapes and scales without meaning."""
        if min(self.patches, self.size) < 1 or not min(self.channels, self.mean_field, self.ridge) > 0:
            raise BadInput(f"a linear CNN needs positive shapes, mean_field and ridge, not {self}")

    @classmethod
    def on_ray(cls, alpha: float, *, ridge: float, mean_field: float = 100.0) -> LinearCNN:
        """The source's ray N = 10 α, S = 50 α, C = 1000 α, rounded (arXiv:2502.18553, Fig. 3.2)."""
        return cls(round(10 * alpha), round(50 * alpha), round(1000 * alpha), mean_field, ridge)

    @property
    def dimension(self) -> int:
        """d = N S."""
        return self.patches * self.size

    @property
    def coupling(self) -> float:
        """g = χ d/C, the strength of feature learning."""
        return self.mean_field * self.dimension / self.channels


@dataclass(frozen=True)
class OrderParameters:
    """Learnability L, eigenvalue ratios x (along the teacher) and x_perp, test MSE, and the effective ridge κ_eff."""

    learnability: float
    ratio: float
    orthogonal: float
    mse: float
    effective_ridge: float


def response_modes(
    model: LinearCNN, x: float, orthogonal: float, s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Multiplicities n and eigenvalues ρ (in units of 1/d) of the response kernel; of the kernel itself with s = 0."""
    n, m = model.patches - 1.0, model.size - 1.0
    multiplicities = np.array([1.0, n, m, n * m])
    eigenvalues = np.array([x * (1 + 2 * s * x), x, orthogonal * (1 + s * x), orthogonal])
    return multiplicities, eigenvalues


def adapted(
    model: LinearCNN,
    samples: float,
    *,
    spectrum: SpectrumName = "response",
    connected: bool = True,
    infinite_channels: bool = False,
) -> OrderParameters:
    """Solve the adaptation equations of the module's docstring at P = `samples`.

    Args:
        spectrum: whose modes dress the ridge: "response", "kernel" (no response), or "bare" (equivalent kernel, where
            κ_eff = κ and E0 = 1).
        connected: whether to keep the connected terms; without them x_perp = 1.
        infinite_channels: drop the terms in N/C at fixed coupling.

    Raises:
        BadInput: samples not positive. FieldbenchError: the root search failed.
    """
    _require_samples(samples)
    h = 0.0 if infinite_channels else model.patches / model.channels

    def state(u: NDArray[np.float64]) -> tuple[OrderParameters, NDArray[np.float64]]:
        x, orthogonal, r = np.exp(u)
        s = model.coupling / (x + r) ** 2
        n, rho = response_modes(model, x, orthogonal, s if spectrum == "response" else 0.0)
        fitted = rho / (rho + r)
        e0 = 1.0 if spectrum == "bare" else samples / (samples - float(n @ fitted**2))
        learnability = x / (x + r)
        mse = e0 * (1 - learnability) ** 2
        loops = 0.0 if spectrum == "bare" else float(n @ fitted) * r / model.dimension
        noise = model.coupling * mse / samples if connected else 0.0
        patches, tail = model.patches - 1, h if connected else 0.0
        residual = [
            1 / x - 1 - tail / (x + r) + s + noise * ((rho[0] + r) ** -2 + patches * (x + r) ** -2),
            1 / orthogonal
            - 1
            - tail / (orthogonal + r)
            + noise * ((rho[2] + r) ** -2 + patches * (orthogonal + r) ** -2),
            (model.ridge + loops) * model.dimension / samples / r - 1,
        ]
        values = (learnability, x, orthogonal, mse, r * samples / model.dimension)
        return OrderParameters(*(float(value) for value in values)), np.array(residual)

    def imbalance(u: NDArray[np.float64]) -> NDArray[np.float64]:
        return state(u)[1]

    # Start from the Gaussian process's ridge and the unique root of the leading equation at that ridge.
    r = (
        model.ridge * model.dimension / samples
        if spectrum == "bare"
        else _gaussian_ratio(model.dimension, model.ridge, samples)
    )
    start = [math.log(_leading(model.coupling, r)), 0.0, math.log(r)]
    # Small first steps: a Newton step of order one from a weakly coupled start would leave the domain.
    found, _, _, message = fsolve(imbalance, start, xtol=1e-13, factor=0.1, full_output=True)
    parameters, residual = state(found)
    if not np.max(np.abs(residual)) < 1e-8:
        raise FieldbenchError(f"{model} at {samples} samples: no root of the adaptation equations ({message})")
    return parameters


def _leading(coupling: float, r: float) -> float:
    """The root x ≥ 1 of 1 − 1/x = g/(x+r)²: unique, for (x−1)(x+r)²/x rises."""
    top = (1 + math.sqrt(1 + 4 * coupling)) / 2
    return float(brentq(lambda x: (1 - 1 / x) * (x + r) ** 2 - coupling, 1.0, top * (1 + 1e-12), xtol=1e-14))


def gaussian_process(model: LinearCNN, samples: float) -> OrderParameters:
    """No feature learning: x = 1, all d modes degenerate; P_50 = (κ + ½) d exactly."""
    return _degenerate(model, samples, model.dimension, 1.0)


def aligned(model: LinearCNN, samples: float) -> OrderParameters:
    """Every channel aligned with w*: x = S, x_perp = 0, N degenerate modes are left, and P_50 = (κ + ½) N ~ √d."""
    return _degenerate(model, samples, model.patches, float(model.size))


def _degenerate(model: LinearCNN, samples: float, modes: int, x: float) -> OrderParameters:
    _require_samples(samples)
    r = _gaussian_ratio(modes, model.ridge, samples)
    learnability = 1 / (1 + r)
    mse = (1 - learnability) ** 2 / (1 - modes / samples * learnability**2)
    orthogonal = (model.size - x) / max(model.size - 1, 1)
    return OrderParameters(learnability, x, orthogonal, mse, r * samples / modes)


def _gaussian_ratio(modes: int, ridge: float, samples: float) -> float:
    """r = κ_eff D/P of D degenerate modes with κ_eff = κ + r/(1+r): the positive root of a quadratic."""
    q = samples / modes
    b = 1 + ridge - q
    root_ = math.sqrt(b * b + 4 * q * ridge)
    # The form without cancellation on either side of b = 0.
    return (b + root_) / (2 * q) if b > 0 else 2 * ridge / (root_ - b)


def half_samples(
    model: LinearCNN, predict: Callable[[LinearCNN, float], OrderParameters] = adapted, *, level: float = 0.5
) -> float:
    """P at which the learnability reaches `level` (P_50), by root finding in log P outwards from the asymptotic law.

    Raises:
        BadInput: level outside (0, 1).
    """
    if not 0 < level < 1:
        raise BadInput(f"level {level} must lie strictly between 0 and 1")

    def excess(log_samples: float) -> float:
        return predict(model, math.exp(log_samples)).learnability - level

    low = high = math.log(asymptotic_half_samples(model)) + 0.75 * math.log(model.dimension)
    while excess(low) > 0:
        low -= 0.5
    while excess(high) < 0:
        high += 0.5
    return math.exp(brentq(excess, low, high, xtol=1e-12)) if low < high else math.exp(low)


def asymptotic_half_samples(model: LinearCNN) -> float:
    """Limit of P_50/d^{3/4} on the ray C ∝ √d, 2(1+κ)√(C/(χ√d)). Elsewhere P_50 → 2(1+κ)√(Cd/χ)."""
    return 2 * (1 + model.ridge) * math.sqrt(model.channels / (model.mean_field * math.sqrt(model.dimension)))


def _require_samples(samples: float) -> None:
    if not (samples > 0 and math.isfinite(samples)):
        raise BadInput(f"samples = {samples} must be positive and finite")
