"""What an attention head learns at finite d, L, P and κ: the integral over its value weights v, in closed form but for
three of their coordinates.

Given v and where logits are small, f is linear in A: features (x_0)_i (1/L) Σ_b (x̃_b)_j (v·x̃_b), whose covariance over
inputs is m|v|² across v and (L + 1)m|v|² along it, m = (L − 1)/L². A is Gaussian and integrated out. Of the target,
with c_1, c_2 the cosines of v with v* and w (between which there is a symmetry), the features across v carry
t² = c_1² + c_2² − 4c_1²c_2², that along v l² = 4c_1²c_2²/(L + 1), and the rest is noise. What is left,

    F(v) = d|v|²/2σ_v² + ½G + ½[(t²/γ) s/(1 + s) + (l²/γ) s/(1 + (L + 1)s) + (1 − t² − l²)(P/κ) E 1/(1 + qδ)],
    G = d(d − 1) log(1 + s) + d log(1 + (L + 1)s) + P E log(1 + qδ) − sδκ/γ,   γ = σ_A²m|v|²/d²,

is averaged over data sets: s and δ make G stationary,

    s = (γ/κ) P E[q/(1 + qδ)],   δ = (γ/κ)[d(d − 1)/(1 + s) + d(L + 1)/(1 + (L + 1)s)],

as for ridge regression on features √q z, z normal (El Karoui 2013, arXiv:1303.2221; the determinant by the same
stationarity), where q = χ²_{L−1}χ²_{d−1}χ²_d/[(L − 1)(d − 1)d] is the square of a sample's features: few keys make it
heavy-tailed. δ → 0 leaves the average of the energy over inputs. Then A = E[f y] is the mean of
t²s/(1 + s) + l²(L + 1)s/(1 + (L + 1)s) under exp(−F) d^dv.

To this `bend` adds what logits that are not small change of F and of A, at every |v| and t.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.special import roots_genlaguerre

from fieldbench.theory.attention.softmax import bend
from fieldbench.theory.attention.task import HeadTask

FloatArray = NDArray[np.float64]

_LENGTHS, _RADII, _TURNED, _COARSE = 240, 64, 24, 40
_TURNS = np.linspace(0.0, 1.0, 9)


class Learned(NamedTuple):
    """Means under exp(−F).

    Attributes:
        alignment: E[f y], the share of the target that is learned.
        length: |v|²/σ_v², 1 in the prior.
        cosine: c_1² + c_2².
    """

    alignment: float
    length: float
    cosine: float


def learned(task: HeadTask, *, scatter: bool = True, softmax: bool = True) -> Learned:
    """Integral over |v| and both cosines. Without `scatter` δ = 0, without `softmax` logits are small."""
    lengths, (first, second, angles) = _lengths(task), _angles()
    square = lengths**2
    strength, trace = _regression(task, square, scatter)
    measure = np.log(angles) + (task.dimension - 4) / 2 * np.log(1.0 - first - second)
    both = 4.0 * first * second
    transverse, along = np.clip(first + second - both, 0.0, None), both / (task.context + 1)

    gamma = _gamma(task, square)
    s, s_along = strength / (1 + strength), strength / (1 + (task.context + 1) * strength)
    power = transverse * (s / gamma)[:, None, None] + along * (s_along / gamma)[:, None, None]
    power = power + (1 - transverse - along) * trace.unlearned[:, None, None]
    energy = (task.dimension * square / (2 * task.value_variance) + trace.volume / 2)[:, None, None] + power / 2
    alignment = transverse * s[:, None, None] + along * ((task.context + 1) * s_along)[:, None, None]
    if softmax:
        coarse = np.linspace(lengths[0], lengths[-1], _COARSE)
        bent = bend(task, coarse**2, _TURNS)
        turned = np.sqrt(transverse)
        energy = energy + _spread(coarse, bent.energy, lengths, turned)
        alignment = alignment + _spread(coarse, bent.alignment, lengths, turned)
    weight = (task.dimension - 1) * np.log(lengths)[:, None, None] + measure - energy
    weight = np.exp(weight - weight.max())
    weight = weight / weight.sum()

    def mean(values: FloatArray) -> float:
        return float(np.sum(weight * values))

    return Learned(mean(alignment), mean(square[:, None, None] / task.value_variance), mean(first + second))


def _spread(coarse: FloatArray, values: FloatArray, lengths: FloatArray, turned: FloatArray) -> FloatArray:
    """Cubic interpolation of (coarse, turns) to every length and t."""
    along = CubicSpline(coarse, values, axis=0)(lengths)
    around = CubicSpline(_TURNS, np.eye(len(_TURNS)))(turned.ravel())
    spread: FloatArray = (along @ around.T).reshape(len(lengths), *turned.shape)
    return spread


class _Trace(NamedTuple):
    """G and (P/κ) E 1/(1 + qδ), (lengths,)."""

    volume: FloatArray
    unlearned: FloatArray


def _regression(task: HeadTask, square: FloatArray, scatter: bool) -> tuple[FloatArray, _Trace]:
    """s and what is averaged over data sets, at each |v|²."""
    d, context, gamma = task.dimension, task.context, _gamma(task, square)
    pull = gamma * task.samples / task.ridge
    if not scatter:
        volume = d * (d - 1) * np.log1p(pull) + d * np.log1p((context + 1) * pull)
        return pull, _Trace(volume, np.full_like(pull, task.samples / task.ridge))
    q, weights = _squares(d, context)
    strength = pull
    for _ in range(200):
        delta = gamma / task.ridge * (d * (d - 1) / (1 + strength) + d * (context + 1) / (1 + (context + 1) * strength))
        before, strength = strength, pull * ((q / (1 + np.multiply.outer(delta, q))) @ weights)
        strength = (before + strength) / 2
        if np.allclose(before, strength, rtol=1e-12, atol=0.0):
            break
    scaled = 1 + np.multiply.outer(delta, q)
    volume = d * (d - 1) * np.log1p(strength) + d * np.log1p((context + 1) * strength)
    volume = volume + task.samples * (np.log(scaled) @ weights) - strength * delta * task.ridge / gamma
    return strength, _Trace(volume, task.samples / task.ridge * ((1 / scaled) @ weights))


def _gamma(task: HeadTask, square: FloatArray) -> FloatArray:
    return task.attention_variance * task.spread * square / task.dimension**2


@cache
def _squares(dimension: int, context: int) -> tuple[FloatArray, FloatArray]:
    """Gauss–Laguerre nodes and weights of q, flat."""
    nodes, weights = np.ones(1), np.ones(1)
    for freedom, points in ((context - 1, 16), (dimension - 1, 6), (dimension, 6)):
        x, w = roots_genlaguerre(points, freedom / 2 - 1)
        nodes = np.multiply.outer(nodes, 2 * x / freedom).ravel()
        weights = np.multiply.outer(weights, w / w.sum()).ravel()
    return nodes, weights


def _lengths(task: HeadTask) -> FloatArray:
    """|v| up to three times that of the prior and of what learns the target at the least cost."""
    prior = np.sqrt(task.value_variance)
    whole = np.sqrt(np.sqrt(task.dimension * task.value_variance / task.attention_variance / task.spread))
    found: FloatArray = (np.arange(_LENGTHS) + 0.5) / _LENGTHS * 3.0 * max(prior, whole)
    return found


def _angles() -> tuple[FloatArray, FloatArray, FloatArray]:
    """c_1², c_2² ≤ c_1² and their measure but for d, at 1 − c_1² − c_2² = y² and c_2/c_1 = tan(πz²/4), y and z even."""
    y, z = ((np.arange(n) + 0.5) / n for n in (_RADII, _TURNED))
    inside, angle = (1 - y**2)[:, None], (np.pi / 4 * z**2)[None, :]
    return inside * np.cos(angle) ** 2, inside * np.sin(angle) ** 2, np.multiply.outer(y, z)
