"""Modes exchanged for ridge, measured: regression with the full and with the truncated kernel on the same draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.regression import batched_inverses

from .population import Population

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Regression:
    """Regression on P points in each of n draws.

    Attributes:
        weights: α = (K + T)⁻¹y, (n, P).
        variance: v_i = 1/[(K + T)⁻¹]_ii, of the label at a training point as predicted from the others, (n, P).
    """

    weights: Matrix
    variance: Matrix


@dataclass(frozen=True)
class Change:
    """Truncated minus full regression, draw by draw, each (n,); t_i = Σ_{k>Λ} λ_kφ_k(x_i)² with mean ⟨t⟩ over the M.

    Attributes:
        level: ⟨δv⟩/⟨t⟩, the change of the left-out variance in units of the tail.
        slope: ⟨(t − ⟨t⟩)δv⟩/Var t, what of a point's own tail has become too much, or too little, ridge.
        error: ln of the ratio of the test errors.
        low_modes: Σ_{k≤Λ} δf_k y_k/Σ_{k≤Λ} y_k².
    """

    level: Vector
    slope: Vector
    error: Vector
    low_modes: Vector


def regression(grams: NDArray[np.float64], ridge: float, tail: Matrix, targets: Matrix) -> Regression:
    """Exact regression with an own ridge κ + t_i at each point, for a batch of draws.

    Args:
        grams: (n, P, P).
        ridge: κ.
        tail: t_i, (n, P).
        targets: (n, P).
    """
    points = np.arange(targets.shape[1])
    noisy = grams.copy()
    noisy[:, points, points] += tail
    inverses = batched_inverses(noisy, ridge)
    return Regression((inverses @ targets[:, :, None])[:, :, 0], 1.0 / inverses[:, points, points])


def full_regression(of: Population, rows: Indices, ridge: float) -> Regression:
    """The full kernel and its ridge; rows: the training points of each draw, (n, P)."""
    return regression(of.gram[rows[:, :, None], rows[:, None, :]], ridge, np.zeros(rows.shape), of.targets[rows])


def exchanged(
    of: Population, orders: Indices, samples: int, keep: Sequence[int], ridge: float, factor: float = 1.0
) -> list[tuple[Change, Change]]:
    """At each Λ, what changes with the tail as a ridge at each point, and with its mean as the ridge at all of them.

    Args:
        of: the population.
        orders: a random order of its points for each draw, (n, M): the first P are drawn.
        samples: P.
        keep: the Λ.
        ridge: κ.
        factor: 1; anything else is a deliberately wrong amount of ridge, for controls.
    """
    rows, rest = np.split(orders, [samples], axis=1)
    before = full_regression(of, rows, ridge)
    full = np.stack([weights @ of.gram[drawn] for weights, drawn in zip(before.weights, rows, strict=True)])
    found = []
    for cut in keep:
        tail = of.modes.local_tail(np.arange(len(of.targets)), cut)
        low = of.modes.functions[rows, :cut]
        gram = (low * of.modes.eigenvalues[:cut]) @ low.transpose(0, 2, 1)
        local, uniform = (
            _change(of, rows, rest, low, regression(gram, ridge, ridges[rows], of.targets[rows]), ridges - tail,
                    tail, before, full)
            for ridges in (factor * tail, np.full_like(tail, factor * tail.mean()))
        )  # fmt: skip
        found.append((local, uniform))
    return found


def _change(
    of: Population,
    rows: Indices,
    rest: Indices,
    low: NDArray[np.float64],
    after: Regression,
    own: Vector,
    tail: Vector,
    before: Regression,
    full: Matrix,
) -> Change:
    keep = low.shape[2]
    functions, teacher, target = of.modes.functions[:, :keep], of.coefficients[:keep], of.targets[rest]
    coefficients = of.modes.eigenvalues[:keep] * (after.weights[:, None, :] @ low)[:, 0]
    errors = [
        ((np.take_along_axis(means, rest, axis=1) - target) ** 2).mean(axis=1)
        for means in (coefficients @ functions.T, full)
    ]
    # What a point gains of its own ridge is known at all M points: its sampling error over the drawn ones is taken out.
    deviation = tail - tail.mean()
    moved = after.variance - before.variance - own[rows]
    learned = coefficients @ teacher - full @ (functions @ teacher) / len(of.targets)
    return Change(
        level=(moved.mean(axis=1) + own.mean()) / tail.mean(),
        slope=((deviation[rows] * moved).mean(axis=1) + deviation @ own / len(own)) / tail.var(),
        error=np.log(errors[0] / errors[1]),
        low_modes=learned / (teacher @ teacher),
    )
