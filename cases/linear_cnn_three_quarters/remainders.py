"""What shrinkage leaves out of the average over data sets, part by part: the error budget of the order parameters.

    samples      Linear regression on P samples with d degenerate modes, of which c = Σf/P a sample are fitted, learns
                 as much as its self-consistent ridge says of P − δ, with, to first order in 1/P (Bai and Silverstein's
                 mean of a linear statistic, real entries),

                     δ = L(1 − c)/((1 − cL)(1 + c(1 − L))),   0 ≤ δ ≤ L samples at every load.

                 The prediction is read in the middle, at P − L/2; half of the range is left open.
    own_signal   Shrinkage averages over the teacher's entry of the noise, of variance M/P. The teacher's own power
                 fluctuates by another (1−L)²/P: feature learning bends under it by ½ var η ∂²/∂η², to leading order.
    next_order   1/C and 1/χ are taken to first order. The next is smaller by (N+S)/C, for the Gram matrices have
                 C − N − S free directions, and by the thermal variance T of the learned direction.
    matrix       Spike, overlaps and bulk are those of large matrices: 1/(NS) of what the noise does: of the tilt's own
                 loss L(N+S)σ²/2, of x_perp − 1, of M.

Every part has a positive sign: no cancellation is assumed between them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from fieldbench.theory.networks import LinearCNN, OrderParameters, adapted, response_modes, shrinkage

Vector = NDArray[np.float64]


class Shifts(NamedTuple):
    """By how much each order parameter may be off."""

    learnability: float
    ratio: float
    orthogonal: float
    mse: float


@dataclass(frozen=True)
class Prediction:
    """Shrinkage at P − L/2, and the parts of the module's docstring, none negative."""

    value: OrderParameters
    samples: Shifts
    own_signal: Shifts
    next_order: Shifts
    matrix: Shifts


def lost_samples(learnability: float, fitted: float) -> float:
    """δ of the module's docstring, from L and c."""
    share = 1 - fitted * learnability
    return learnability * (1 - fitted) / (share * (1 + fitted - fitted * learnability))


@cache
def predict(model: LinearCNN, samples: float) -> Prediction:
    """What is expected of an average over data sets of P = `samples`.

    Raises:
        BadInput: samples not positive. FieldbenchError: no self-consistent shrinkage.
    """
    all_samples = shrinkage(model, samples)
    value = shrinkage(model, samples - all_samples.learnability / 2)
    root = _Root(model, samples, adapted(model, samples))
    return Prediction(
        value=value,
        samples=Shifts(*np.abs(_vector(all_samples) - _vector(value))),
        own_signal=Shifts(*(0.5 * (1 - value.learnability) ** 2 / samples * np.abs(root.second_derivative()))),
        next_order=Shifts(*_next_order(model, samples, all_samples, root.thermal_tilt())),
        matrix=_of_a_finite_matrix(model, samples, value),
    )


def _next_order(model: LinearCNN, samples: float, both: OrderParameters, tilt: float) -> Vector:
    without_c = shrinkage(model, samples, finite_channels=False)
    without_chi = shrinkage(model, samples, finite_mean_field=False)
    channels, mean_field = (np.abs(_vector(both) - _vector(other)) for other in (without_c, without_chi))
    return np.asarray(channels * (model.patches + model.size) / model.channels + mean_field * tilt)


def _of_a_finite_matrix(model: LinearCNN, samples: float, at: OrderParameters) -> Shifts:
    loss = at.mse / samples * (model.patches + model.size - 2) / 2
    parts = at.learnability * loss, 2 * at.ratio * loss, at.orthogonal - 1, at.mse
    return Shifts(*(abs(part) / model.dimension for part in parts))


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

    def second_derivative(self) -> Vector:
        """Of the order parameters in the teacher's signal 1 + η, at fixed ridge."""
        step = 1e-3
        low, mid, high = (self._signal(eta) for eta in (-step, 0.0, step))
        return (high - 2 * mid + low) / step**2

    def _signal(self, eta: float) -> Vector:
        """Leading order with the teacher's force times 1 + η: 1 − 1/x = g(1+η)²/(x+r)², L = x(1+η)/(x+r)."""
        r, strength = self.r, self.model.coupling * (1 + eta) ** 2
        top = (1 + math.sqrt(1 + 4 * strength)) / 2
        x = brentq(lambda x: (1 - 1 / x) * (x + r) ** 2 - strength, 1.0, top * (1 + 1e-12), xtol=1e-15, rtol=1e-14)
        learnability = x * (1 + eta) / (x + r)
        mse = self.at.mse * ((1 - learnability) / (1 - self.at.learnability)) ** 2
        # Off the teacher the kernel grows with the noise of the data, hence with the error.
        return np.array([learnability, x, 1 + (self.at.orthogonal - 1) * mse / self.at.mse, mse])

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
