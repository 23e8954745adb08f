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
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from fieldbench.theory.networks import LinearCNN, OrderParameters, adapted, response_modes

Vector = NDArray[np.float64]


class Shifts(NamedTuple):
    """By how much each order parameter may be off."""

    learnability: float
    ratio: float
    orthogonal: float
    mse: float


@dataclass(frozen=True)
class Remainders:
    """The parts of the module's docstring, none negative."""

    own_signal: Shifts
    half_sample: Shifts
    kernel: Shifts
    tilt: Shifts


def remainders(model: LinearCNN, samples: float) -> Remainders:
    """What `adapted` leaves out at P = `samples`.

    Raises:
        BadInput: samples not positive.
    """
    root = _Root(model, samples, adapted(model, samples))
    first, second = root.derivatives()
    later = _vector(adapted(model, samples + 0.5))
    variance = (root.e0 + 1) * (1 - root.at.learnability) ** 2 / samples
    return Remainders(
        own_signal=Shifts(*(0.5 * variance * np.abs(second))),
        half_sample=Shifts(*np.abs(later - _vector(root.at))),
        kernel=root.kernel(first),
        tilt=Shifts(*(0.5 * root.thermal_tilt() * np.abs(first))),
    )


@dataclass(frozen=True)
class _Root:
    """The order parameters that solve the adaptation equations at one P, and what follows from them."""

    model: LinearCNN
    samples: float
    at: OrderParameters

    @property
    def r(self) -> float:
        """κ_eff d/P."""
        return self.at.effective_ridge * self.model.dimension / self.samples

    @property
    def e0(self) -> float:
        return self.at.mse / (1 - self.at.learnability) ** 2

    def derivatives(self) -> tuple[Vector, Vector]:
        """First and second derivative of the order parameters in the teacher's signal 1 + η, at fixed ridge."""
        step = 1e-3
        low, mid, high = (self._signal(eta) for eta in (-step, 0.0, step))
        return (high - low) / (2 * step), (high - 2 * mid + low) / step**2

    def _signal(self, eta: float) -> Vector:
        """Leading order with the teacher's force times 1 + η: 1 − 1/x = g(1+η)²/(x+r)², L = x(1+η)/(x+r)."""
        r, strength = self.r, self.model.coupling * (1 + eta) ** 2
        top = (1 + math.sqrt(1 + 4 * strength)) / 2
        x = brentq(lambda x: (1 - 1 / x) * (x + r) ** 2 - strength, 1.0, top * (1 + 1e-12), xtol=1e-15, rtol=1e-14)
        learnability = x * (1 + eta) / (x + r)
        mse = self.e0 * (1 - learnability) ** 2
        # Off the teacher the kernel grows with the noise of the data, hence with the error.
        return np.array([learnability, x, 1 + (self.at.orthogonal - 1) * mse / self.at.mse, mse])

    def kernel(self, first: Vector) -> Shifts:
        share, excess = self.at.learnability, self.at.orthogonal - 1
        epsilon = self.model.size / self.model.channels / (1 + self.r)
        direct = epsilon * share * (1 - share)
        # ∂L/∂η is the share itself plus the feedback.
        moved = direct + abs(first[0] - share) * epsilon * share
        error = 2 * self.e0 * (1 - share) * moved
        return Shifts(moved, abs(first[1]) * epsilon * share, excess * error / self.at.mse + excess**2, error)

    def thermal_tilt(self) -> float:
        """Relative variance T of the learned direction within one posterior, summed over the modes that turn it."""
        model, at, r = self.model, self.at, self.r
        s = model.coupling / (at.ratio + r) ** 2
        multiplicities, eigenvalues = response_modes(model, at.ratio, at.orthogonal, s)
        soft = slice(1, 3)
        variance = multiplicities[soft] @ (eigenvalues[soft] * r / (eigenvalues[soft] + r))
        return float(variance) / (model.mean_field * model.dimension * at.learnability**2)


def _vector(of: OrderParameters) -> Vector:
    return np.array([of.learnability, of.ratio, of.orthogonal, of.mse])
