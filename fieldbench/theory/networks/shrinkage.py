"""The linear CNN beyond linear response: the learned map is a shrunken noisy teacher, to all orders in the noise.

Gaussian inputs act as in approximate message passing (matrix recovery: Donoho, Gavish, Montanari, arXiv:1302.2331): the
posterior on P samples is that of a map seen once through white noise, Y = B* + σZ, with Z white and B* = a*w*ᵀ of rank
one, and noise of variance τ on each entry in its likelihood. What `shrunken_map` learns from that closes the two
numbers of this channel,

    σ² = M/P,  M = E|⟨B⟩ − B*|²,        r = τχd = κ_eff d/P,  κ_eff = κ + κ_eff div/P,  div = E Σ_ij ∂⟨B⟩_ij/∂Y_ij.

At σ = 0 and C, χ → ∞ at fixed g = χd/C its derivatives are the response modes ρ/(ρ + r) of `linear_cnn`: that theory
is linear response to the noise, this one is not. The noise tilts the learned direction by σ²S = MS/P, several per cent
at the source's sizes. Singular values of Y: the spiked one and its overlaps by Benaych-Georges and Nadakuditi
(arXiv:1103.2221), averaged over the Gaussian fluctuation of the teacher's own entry; the others at the zeros of a
Laguerre polynomial, the most probable positions of a Wishart spectrum. Left out: orders 1/P, 1/C² and 1/χ².
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import fsolve
from scipy.special import roots_genlaguerre

from fieldbench.errors import BadInput, FieldbenchError
from fieldbench.theory.networks.linear_cnn import LinearCNN, OrderParameters, adapted, half_samples
from fieldbench.theory.networks.shrunken_map import ShrunkenMap

__all__ = ["shrinkage", "shrunken_half_samples"]

Vector = NDArray[np.float64]

_LARGEST = 400  # patches or entries beyond which zeros of Laguerre polynomials leave floating point; by then α = 8


def shrinkage(
    model: LinearCNN, samples: float, *, finite_channels: bool = True, finite_mean_field: bool = True
) -> OrderParameters:
    """Order parameters at P = `samples`, with or without the first orders in 1/C and 1/χ.

    Raises:
        BadInput: samples not positive, fewer than two patches or two entries, or more than `_LARGEST` of either.
        FieldbenchError: no root was found.
    """
    start = _linear_response(model, samples)

    def imbalance(state: Vector) -> list[float]:
        found, noise, r = channel(state)
        return _balance(model, samples, found, noise, r)

    def channel(state: Vector) -> tuple[_Channel, float, float]:
        noise, r = (float(entry) for entry in np.exp(state))
        of = ShrunkenMap(model, r, finite_channels, finite_mean_field)
        return _channel(of, math.sqrt(noise)), noise, r

    found, _, r = channel(_root(imbalance, start, f"{model}: no self-consistent shrinkage at {samples:g} samples"))
    learnability, ratio, orthogonal, mse, _ = found
    return OrderParameters(learnability, ratio, orthogonal, mse, r * samples / model.dimension)


def shrunken_half_samples(model: LinearCNN, *, level: float = 0.5) -> float:
    """P at which the learnability of `shrinkage` reaches `level`: one root in noise, r and P together."""
    guess = half_samples(model, level=level)
    start = np.append(_linear_response(model, guess), math.log(guess))

    def imbalance(state: Vector) -> list[float]:
        noise, r, samples = (float(entry) for entry in np.exp(state))
        found = _channel(ShrunkenMap(model, r), math.sqrt(noise))
        return [*_balance(model, samples, found, noise, r), found.learnability / level - 1]

    return math.exp(_root(imbalance, start, f"{model}: shrinkage does not reach L = {level:g}")[-1])


class _Channel(NamedTuple):
    """Expectations over Y."""

    learnability: float
    ratio: float
    orthogonal: float
    mse: float
    divergence: float


def _linear_response(model: LinearCNN, samples: float) -> Vector:
    short, long = sorted((model.patches, model.size))
    if short < 2 or long > _LARGEST:
        raise BadInput(f"shrinkage needs 2 to {_LARGEST} patches and entries, not {model.patches} and {model.size}")
    at = adapted(model, samples)
    return np.log([at.mse / samples, at.effective_ridge * model.dimension / samples])


def _balance(model: LinearCNN, samples: float, found: _Channel, noise: float, r: float) -> list[float]:
    ridge = model.ridge * model.dimension / samples / r
    return [found.mse / samples / noise - 1, ridge + found.divergence / samples - 1]


def _root(imbalance, start: Vector, failure: str) -> Vector:  # type: ignore[no-untyped-def]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found, _, _, message = fsolve(imbalance, start, xtol=1e-12, factor=0.1, full_output=True)
        left = float(np.max(np.abs(imbalance(found))))
    if not left < 1e-8:
        raise FieldbenchError(f"{failure} ({message})")
    return np.asarray(found)


def _channel(of: ShrunkenMap, sigma: float) -> _Channel:
    """Averages over the teacher's own entry θ = 1 + σζ of Y, ζ normal, by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    theta = 1 + sigma * nodes
    n, m = of.model.patches - 1, of.model.size - 1
    tilt = sigma**2 / theta**2
    # Spiked singular value and its overlaps with a* (patches) and w* (entries).
    spike = np.abs(theta) * np.sqrt((1 + tilt * n) * (1 + tilt * m))
    rest = np.maximum(1 - tilt**2 * n * m, 0.0)
    left, right = rest / (1 + tilt * n), rest / (1 + tilt * m)
    noise = np.broadcast_to(sigma * _bulk(of.model.patches, of.model.size), (len(theta), min(n, m)))
    values = np.concatenate([noise, spike[:, None]], axis=1)
    b = of.mean(values)
    overlap = np.sqrt(left * right) * np.sign(theta)
    # Σ_k y_k u_k v_k over the rest is what is missing to a*ᵀYw* = θ; the bulk is shrunk almost linearly.
    learnability = b[:, -1] * overlap + np.mean(b[:, :-1] / noise, axis=1) * (theta - spike * overlap)
    along, across = of.kernel(values)
    trace = along.sum(axis=1) + (m + 1 - values.shape[1]) * across
    ratio = along[:, -1] * right + (trace - along[:, -1]) / m * (1 - right)
    mse = (b**2).sum(axis=1) - 2 * learnability + 1
    found = learnability, ratio, (trace - ratio) / m, mse, of.divergence(values)
    return _Channel(*(float(weights @ entry / weights.sum()) for entry in found))


@cache
def _bulk(patches: int, size: int) -> Vector:
    """Singular values of Z across the teacher, rising."""
    short, long = sorted((patches, size))
    return np.sqrt(roots_genlaguerre(short - 1, long - short)[0])
