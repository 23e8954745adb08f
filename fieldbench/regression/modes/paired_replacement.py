"""Paired comparisons on the same data sets: all modes, against those beyond Λ replaced by ridge and noise.

Each function takes features (n, P, M) of n data sets and returns one value for each data set and each Λ of `cuts`.
Known fluctuations of the data sets are taken out by control variates (sampling/control_variates.py), whose means are
exact for the features' law: no theory of learning enters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.regression.modes.replacement import (
    Regressions,
    Sets,
    contract,
    fluctuation,
    gram,
    inverse_trace,
    matching_ridge,
    regress,
    squared_distance,
)
from fieldbench.statistics import adjust

Vector = NDArray[np.float64]


def independent_modes(
    features: Sets,
    eigenvalues: Vector,
    target: Vector,
    ridge: float,
    cuts: Sequence[int],
    parts: Callable[[int], Sequence[slice]],
) -> dict[str, Sets]:
    """Independent Gaussian features, for which the replacement is exact to first order.

    Args:
        features: φ_k(x_μ), (n, P, M).
        eigenvalues: λ_k, (M,).
        target: y_k², (M,); signs are averaged over.
        ridge: T > 0.
        cuts: the Λ, rising.
        parts: slices of the kept modes for each Λ, equally many.

    Returns:
        flow: (T* − T)/Σ_{k>Λ} λ_k with T* the matching ridge. shift: change of ln(P/Tr A). learned: change of the
        learnabilities of the kept modes, averaged over each part, (n, Λ, parts). error: change of the population error;
        noise_error: the same with noise in the labels in place of the target's modes beyond Λ as well. distance:
        Σ_{k≤Λ} ⟨(f_k − f_k^full)²⟩. two_steps: ln of T* found through all larger Λ over T* found at once.
    """
    full = regress(features, eigenvalues, ridge)
    labels = gram(features, target)
    error, above, columns = full.error(target, labels), full.trace, []
    for keep in reversed(cuts):
        tail, low = float(eigenvalues[keep:].sum()), features[:, :, :keep]
        cut = regress(low, eigenvalues[:keep], ridge, tail)
        matched = matching_ridge(full.trace, cut.kernel, ridge + tail)
        seen, changed = gram(low, target[:keep]), cut.error(target, labels) - error
        noise = seen + target[keep:].sum() * np.eye(low.shape[1])
        change = cut.learnabilities(keep) - full.learnabilities(keep)
        values: dict[str, Any] = {
            "flow": (matched - ridge) / tail,
            "shift": np.log(full.trace / cut.trace),
            "error": changed,
            "noise_error": changed + contract(cut.inverse @ cut.squares @ cut.inverse, noise - labels),
            "distance": squared_distance(full, cut, labels),
            "learned": np.stack([change[:, part].mean(axis=1) for part in parts(keep)], axis=1),
        }
        known = np.column_stack(
            [
                _moments(cut.kernel, seen, eigenvalues[:keep], target[:keep]),
                _moments(full.kernel - cut.kernel, labels - seen, eigenvalues[keep:], target[keep:]),
                _first_order(fluctuation(full, cut, tail), cut, target[:keep], seen, parts(keep)),
                _own_modes(full, cut, keep, parts(keep)),
            ]
        )
        column = {name: _adjusted(value, known) for name, value in values.items()}
        columns.append(column | {"two_steps": np.log(matching_ridge(above, cut.kernel, matched) / matched)})
        above = inverse_trace(cut.kernel, matched)
    return {name: np.stack([column[name] for column in reversed(columns)], axis=1) for name in columns[0]}


def modulated_modes(
    features: Sets,
    squares: Vector,
    eigenvalues: Vector,
    target: Vector,
    ridge: float,
    cuts: Sequence[int],
    plain: int,
    strength: float,
) -> dict[str, Sets]:
    """Features whose high modes share an amplitude: the constant ridge against Σ_{k>Λ} λ_kφ_k(x)² at each point.

    Args:
        features, eigenvalues, target, ridge: as `independent_modes`.
        squares: g² at each point, (n, P).
        cuts: the Λ ≥ plain.
        plain: number of modes without amplitude.
        strength: s > 0, standard deviation of the normal ln g².

    Returns:
        For `uniform` and `local` ridge: _error, change of the population error; _learned, mean change of the
        learnabilities of the plain modes; _distance, Σ_{k≤Λ} ⟨(f_k − f_k^full)²⟩.
    """
    full = regress(features, eigenvalues, ridge)
    labels = gram(features, target)
    error, learned = full.error(target, labels), full.learnabilities(plain).mean(axis=1)
    low = features[:, :, :plain], eigenvalues[:plain], target[:plain]
    moments = _moments(gram(low[0], low[1]), gram(low[0], low[2]), *low[1:])
    normal = (np.log(squares) + 0.5 * strength**2) / strength
    amplitude = [squares - 1.0, normal, normal**2 - 1.0]
    moments = np.column_stack([*(values.mean(axis=1) for values in amplitude), moments])
    found: dict[str, list[Vector]] = {}
    for keep in cuts:
        here = features[:, :, keep:] ** 2 @ eigenvalues[keep:]
        for name, tail in (("uniform", np.full_like(here, eigenvalues[keep:].sum())), ("local", here)):
            cut = regress(features[:, :, :keep], eigenvalues[:keep], ridge, tail)
            known = np.column_stack([moments, _own_modes(full, cut, plain, [slice(0, plain)])])
            values = {
                "error": cut.error(target, labels) - error,
                "learned": cut.learnabilities(plain).mean(axis=1) - learned,
                "distance": squared_distance(full, cut, labels),
            }
            for what, value in values.items():
                found.setdefault(f"{name}_{what}", []).append(_adjusted(value, known))
    return {name: np.stack(columns, axis=1) for name, columns in found.items()}


def _adjusted(values: Sets, known: Sets) -> Sets:
    columns = values.reshape(len(values), -1)
    return np.stack([adjust(column, known) for column in columns.T], axis=1).reshape(values.shape)


def _moments(kernel: Sets, labels: Sets, eigenvalues: Vector, target: Vector) -> Sets:
    """Tr K, Tr K² and Tr KS over their means, less one, (n, 3), S the labels' covariance.

    ⟨Σ_ij a_ib_j(φ_i·φ_j)²⟩ = P Σa Σb + (P² + P) Σ ab for Gaussian φ.
    """
    points = kernel.shape[1]

    def mean(second: Vector) -> float:
        return float(points * eigenvalues.sum() * second.sum() + (points**2 + points) * (eigenvalues @ second))

    return np.stack(
        [
            np.trace(kernel, axis1=1, axis2=2) / (points * eigenvalues.sum()) - 1.0,
            contract(kernel, kernel) / mean(eigenvalues) - 1.0,
            contract(kernel, labels) / mean(target) - 1.0,
        ],
        axis=1,
    )


def _first_order(linear: Sets, cut: Regressions, target: Vector, seen: Sets, parts: Sequence[slice]) -> Sets:
    """What the tail's fluctuation D does at first order to trace, error and learnabilities: mean zero as ⟨D⟩ = 0."""
    squares = cut.squares @ cut.inverse @ seen
    overlap = gram(cut.features, cut.eigenvalues * target)
    forms = cut.forms(linear, cut.eigenvalues.size)
    return np.column_stack(
        [
            np.trace(linear, axis1=1, axis2=2) / cut.trace,
            contract(linear, overlap - squares),
            *(forms[:, part].mean(axis=1) for part in parts),
        ]
    )


def _own_modes(full: Regressions, cut: Regressions, modes: int, parts: Sequence[slice]) -> Sets:
    """φ_kᵀA_{−k}φ_k/Tr A_{−k} − 1, with A_{−k} the inverse without mode k, of which φ_k is independent: mean zero.

    By the Sherman–Morrison formula φᵀA_{−k}φ = φᵀAφ/(1 − L) and Tr A_{−k} = Tr A + λ|Aφ|²/(1 − L), L = λφᵀAφ.
    """
    columns = []
    for one in (full, cut):
        seen, scales = one.inverse @ one.features[:, :, :modes], one.eigenvalues[:modes]
        learned = one.learnabilities(modes)
        trace = one.trace[:, None]
        without = trace + scales * np.sum(seen * seen, axis=1) / (1.0 - learned)
        columns.append(learned / (scales * (1.0 - learned)) / without - 1.0)
    return np.column_stack([column[:, part].mean(axis=1) for column in columns for part in parts])
