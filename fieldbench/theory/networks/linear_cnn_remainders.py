"""What the data-averaged theory of the linear CNN leaves out, part by part: the error budget of its order parameters.

Each part is the size of an effect, in closed form or through the theory's own derivatives, with every sign made
positive: no cancellation is assumed between parts, nor between a direct effect and its feedback through feature
learning. Along the source's ray the first two vanish like 1/P, the others like powers of 1/d at fixed C/√d and χ.

    own_signal   Over data sets the teacher's signal fluctuates, 1 → 1 + η, var η = (E0 + 1)(1−L)²/P (Wick: the
                 residual against the teacher's own entry). Feature learning follows: the mean moves by ½ var η ∂²/∂η².
    half_sample  The self-consistent ridge is exact only to P → P + ½, a random-matrix correction of order 1/P.
    kernel       At finite C the kernel fluctuates: ⟨A⁻¹ δK A⁻¹ δK⟩ = εL with ε = (S/C)/(1+r) moves t, and with it the
                 teacher's share directly by εL(1−L), and through feature learning as a signal η = εL.
    tilt         At finite χ the learned direction turns thermally: the soft modes' variance Σ n(ρ/χd) r/(ρ+r) = T L².
                 Half of T is lost as signal.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from fieldbench.theory.networks.linear_cnn import LinearCNN, OrderParameters, adapted, response_modes

__all__ = ["QUANTITIES", "remainders"]

Vector = NDArray[np.float64]

QUANTITIES = ("learnability", "ratio", "orthogonal", "mse")


def remainders(model: LinearCNN, samples: float) -> dict[str, Vector]:
    """Name of the part → its size for each of `QUANTITIES`, shape (4,).

    Raises:
        BadInput: samples not positive.
    """
    at = adapted(model, samples)
    r = at.effective_ridge * model.dimension / samples
    e0 = at.mse / (1 - at.learnability) ** 2
    first, second = _derivatives(model, at, r, e0)
    later = _vector(adapted(model, samples + 0.5))
    variance = (e0 + 1) * (1 - at.learnability) ** 2 / samples
    return {
        "own_signal": 0.5 * variance * np.abs(second),
        "half_sample": np.abs(later - _vector(at)),
        "kernel": _kernel(model, at, r, e0, first),
        "tilt": 0.5 * _thermal_tilt(model, at, r) * np.abs(first),
    }


def _vector(parameters: OrderParameters) -> Vector:
    return np.array([getattr(parameters, name) for name in QUANTITIES])


def _derivatives(model: LinearCNN, at: OrderParameters, r: float, e0: float) -> tuple[Vector, Vector]:
    """First and second derivative of the order parameters in the teacher's signal 1 + η, at fixed ridge."""
    step = 1e-3
    low, mid, high = (_signal(model, at, r, e0, eta) for eta in (-step, 0.0, step))
    return (high - low) / (2 * step), (high - 2 * mid + low) / step**2


def _signal(model: LinearCNN, at: OrderParameters, r: float, e0: float, eta: float) -> Vector:
    """Leading order with the teacher's force times 1 + η: 1 − 1/x = g(1+η)²/(x+r)², L = x(1+η)/(x+r)."""
    strength = model.coupling * (1 + eta) ** 2
    top = (1 + math.sqrt(1 + 4 * strength)) / 2
    x = brentq(lambda x: (1 - 1 / x) * (x + r) ** 2 - strength, 1.0, top * (1 + 1e-12), xtol=1e-15, rtol=1e-14)
    learnability = x * (1 + eta) / (x + r)
    mse = e0 * (1 - learnability) ** 2
    # Off the teacher the kernel grows with the noise of the data, hence with the error.
    return np.array([learnability, x, 1 + (at.orthogonal - 1) * mse / at.mse, mse])


def _kernel(model: LinearCNN, at: OrderParameters, r: float, e0: float, first: Vector) -> Vector:
    share = at.learnability
    epsilon = model.size / model.channels / (1 + r)
    direct = epsilon * share * (1 - share)
    # ∂L/∂η is the share itself plus the feedback.
    moved = direct + abs(first[0] - share) * epsilon * share
    error = 2 * e0 * (1 - share) * moved
    excess = at.orthogonal - 1
    return np.array([moved, abs(first[1]) * epsilon * share, excess * error / at.mse + excess**2, error])


def _thermal_tilt(model: LinearCNN, at: OrderParameters, r: float) -> float:
    """Relative variance T of the learned direction within one posterior, summed over the modes that turn it."""
    s = model.coupling / (at.ratio + r) ** 2
    multiplicities, eigenvalues = response_modes(model, at.ratio, at.orthogonal, s)
    soft = slice(1, 3)
    variance = multiplicities[soft] @ (eigenvalues[soft] * r / (eigenvalues[soft] + r))
    return float(variance) / (model.mean_field * model.dimension * at.learnability**2)
