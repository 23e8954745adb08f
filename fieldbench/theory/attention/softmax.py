"""How a softmax bends: a head's power and its overlap with the target at logits of any size, and its weights there.

With logits k·x_b, k = Aᵀx_0, all that is needed of softmax over L normal keys is h(|k|²) = E[1 − Σ_b s_b²]:

    E[Σ_b s_b w·x̃_b | k] = (w·k) h   (Stein),    E[f² | k] = |v|² (1 − 1/L − h)   for k ⊥ v.

For A = a u wᵀ + B, B of variance b²/d² an entry, and v at cosine t to the target's directions, the energy over inputs

    F(a, b) = (P/2κ)[1 − 2tY + Q] + a²d²/2σ_A² + ½d(d − 1)[b²/σ_A² − 1 − log(b²/σ_A²)],
    Y = |v| E[(u·x_0)(w·k) h]/√(L − 1),    Q = |v|² E[1 − 1/L − h]

is stationary in a and b. Its order d² is exact: |k|² sums over d weights of B. At small logits h = (L − 1)/L − …, and
F is ½d(d − 1) log(1 + s) + (P/2κ)[1 − t²s/(1 + s)], s = Pσ_A²m|v|²/κd².
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import roots_genlaguerre

from fieldbench.theory.attention.task import HeadTask

FloatArray = NDArray[np.float64]

_LARGEST = 6.0  # standard deviation of a logit
_STEPS = 120


class Bent(NamedTuple):
    """What bending changes against small logits, (lengths, cosines): of F, of tY, and the logits' variance E|k|²."""

    energy: FloatArray
    alignment: FloatArray
    logits: FloatArray


def concentration(context: int, variance: FloatArray) -> FloatArray:
    """h = E[1 − Σ_b s_b²] of the softmax over L normal logits of a variance.

    From 1/Z² = ∫λe^{−λZ}dλ: E s_b² = ∫dτ φ_2(τ) φ_0(τ)^{L−1}, φ_j(τ) = E e^{jz − exp z}, z = τ + √variance ξ.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    tau = np.arange(-45.0, 12.0, 0.1)
    spread = np.sqrt(np.atleast_1d(variance))[:, None, None]
    z = tau[:, None] + spread * nodes
    with np.errstate(over="ignore", under="ignore"):
        falling = np.exp(-np.exp(np.minimum(z, 50.0)))
        first = falling @ weights
        second = (np.exp(np.minimum(2 * z, 100.0)) * falling) @ weights
    h: FloatArray = 1.0 - context * 0.1 * np.sum(second * first ** (context - 1), axis=1)
    return h


@cache
def _table(context: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(1 − 1/L − h)/|k|² and −dh/d|k|² on a grid even in |k|: of what bends, its share is interpolated."""
    root = np.linspace(0.0, _LARGEST, 1201)
    lost = np.empty_like(root)
    h = np.concatenate([concentration(context, part**2) for part in np.array_split(root[1:], 40)])
    lost[0], lost[1:] = (context - 1) / context**2, (1 - 1 / context - h) / root[1:] ** 2
    return root, lost, lost + root / 2 * np.gradient(lost, root)


def bend(task: HeadTask, square: FloatArray, cosines: FloatArray) -> Bent:
    """F and tY at their stationary a and b, less their values at small logits; `square` is |v|²."""
    d = task.dimension
    scale, ratio = task.attention_variance, task.samples / task.ridge
    t, size = cosines[None, :], np.sqrt(square)[:, None]
    strength = ratio * scale * task.spread * size**2 / d**2
    known = strength / (1 + strength)
    a = t * known / (np.sqrt(task.spread) * size)
    b = np.sqrt(scale / (1 + strength)) * np.ones_like(t)
    for _ in range(_STEPS):
        y, q = _moments(task, a, b, size)
        pull = scale * ratio / d**2
        new_a = pull * t * y.by_a / (1 + pull * q.by_a / (2 * np.maximum(a, 1e-12)))
        new_b = 1 / np.sqrt(
            1 / scale + ratio * np.maximum(q.by_b - 2 * t * y.by_b, -d * (d - 1) / (2 * ratio * scale)) / (d * (d - 1))
        )
        moved = max(np.max(np.abs(new_a - a)), np.max(np.abs(new_b - b)))
        a, b = (a + new_a) / 2, (b + new_b) / 2
        if moved < 1e-7:
            break
    y, q = _moments(task, a, b, size)
    ratio_b = b**2 / scale
    energy = ratio / 2 * (1 - 2 * t * y.value + q.value) + a**2 * d**2 / (2 * scale)
    energy = energy + d * (d - 1) / 2 * (ratio_b - 1 - np.log(ratio_b))
    small = d * (d - 1) / 2 * np.log1p(strength) + ratio / 2 * (1 - t**2 * known)
    return Bent(energy - small, t * y.value - t**2 * known, a**2 + b**2)


class _Moment(NamedTuple):
    """A moment and its derivatives by a and b²."""

    value: FloatArray
    by_a: FloatArray
    by_b: FloatArray


def _moments(task: HeadTask, a: FloatArray, b: FloatArray, size: FloatArray) -> tuple[_Moment, _Moment]:
    """Y and Q."""
    query, own, rest, weights = _nodes(task.dimension)
    a, b = a[..., None], b[..., None]
    along = a * query + b * own  # w·k
    total = along**2 + b**2 * rest
    root, lost, slope = _table(task.context)
    length = np.sqrt(total)
    power, change = total * np.interp(length, root, lost), -np.interp(length, root, slope)
    value = 1 - 1 / task.context - power
    by_a = 2 * along * query
    by_b = (along * own + b * rest) / b  # by b²: half the derivative by b, over b

    def mean(array: FloatArray) -> FloatArray:
        found: FloatArray = array @ weights
        return found

    strength = size / np.sqrt(task.context - 1)
    y = _Moment(
        strength * mean(query * along * value),
        strength * mean(query * (query * value + along * change * by_a)),
        strength * mean(query * (own / (2 * b) * value + along * change * by_b)),
    )
    q = _Moment(size**2 * mean(power), -(size**2) * mean(change * by_a), -(size**2) * mean(change * by_b))
    return y, q


@cache
def _nodes(dimension: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """u·x_0, the part of w·Bx_0 and of |Bx_0|² beside it in units of b and b², and weights, flat.

    Both (u·x_0)² in |x_0|² and the bulk's |Bx_0|² stray by √(2/d): three nodes each.
    """
    x, wx = np.polynomial.hermite_e.hermegauss(14)
    x, wx = x[7:], 2 * wx[7:] / wx.sum()  # even
    g, wg = np.polynomial.hermite_e.hermegauss(4)
    s, ws = _chi(dimension - 1)
    r, wr = _chi(dimension - 2)
    query, own, others, rest = (each.ravel() for each in np.meshgrid(x, g, s, r, indexing="ij"))
    weights = np.multiply.outer(np.multiply.outer(np.multiply.outer(wx, wg / wg.sum()), ws), wr).ravel()
    length = (query**2 + (dimension - 1) * others) / dimension  # |x_0|²/d
    return query, own * np.sqrt(length / dimension), rest * length * (dimension - 2) / dimension, weights


def _chi(freedom: int) -> tuple[FloatArray, FloatArray]:
    """Three nodes of χ²/freedom."""
    x, w = roots_genlaguerre(3, freedom / 2 - 1)
    return 2 * x / freedom, w / w.sum()
