"""Paired comparisons on the same data sets: all modes, against those beyond Λ replaced by ridge and noise.

Known fluctuations of the data sets are taken out by control variates, whose means are exact for the features' law: no
theory of learning enters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import jax
import numpy as np
from jax.tree_util import register_dataclass
from numpy.typing import NDArray

from fieldbench.regression.modes import replacement
from fieldbench.regression.modes.replacement import Regressions, Sets
from fieldbench.statistics import adjust

from .features import Features, Problem, parts

Vector = NDArray[np.float64]
Found = TypeVar("Found")


@register_dataclass
@dataclass(frozen=True)
class Change:
    """Replaced minus full regression: a value for each data set and Λ, (n, Λ).

    Attributes:
        error: population error.
        learned: mean learnability of the plain modes.
        distance: Σ_{k≤Λ} ⟨(f_k − f_k^full)²⟩, of the two predictors.
    """

    error: Vector
    learned: Vector
    distance: Vector


@register_dataclass
@dataclass(frozen=True)
class Flow:
    """The same for independent Gaussian features, with the ridge that replaces best: (n, Λ).

    Attributes:
        flow: (T* − T)/Σ_{k>Λ} λ_k with T* the matching ridge.
        shift: of ln(P/Tr A).
        error: population error.
        noise_error: the same with noise in the labels in place of the target's modes beyond Λ as well.
        distance: as in `Change`.
        learned: learnabilities of the kept modes, averaged over each part, (n, Λ, parts).
        two_steps: ln of T* found through all larger Λ over T* found at once.
    """

    flow: Vector
    shift: Vector
    error: Vector
    noise_error: Vector
    distance: Vector
    learned: Vector
    two_steps: Vector


def stacked(values: Sequence[Found], axis: int = 1) -> Found:
    """Results side by side along a new axis."""
    found: Found = jax.tree.map(lambda *arrays: np.stack(arrays, axis=axis), *values)
    return found


def averaged(at: Features, keys: jax.Array, draw: Callable[..., Any], compare: Callable[..., Found]) -> Found:
    """What a comparison finds, averaged over the data sets of each replicate, (replicates, copies, Λ, …).

    Args:
        at: the experiment.
        keys: one a replicate.
        draw: (key, number of points, problem) → what is known of each point, features first.
        compare: (the same in data sets, problem) → values a data set.
    """
    split = jax.vmap(lambda key: jax.random.split(key, len(at.copies)))(keys)
    sizes: list[Found] = []
    for index, copies in enumerate(at.copies):
        of, draws = at.problem(copies), at.draws // copies**2  # a smaller P has more of them
        points = zip(*[draw(key, draws * of.samples, of) for key in split[:, index]], strict=True)
        sets = [np.concatenate(p).reshape(len(keys) * draws, of.samples, *p[0].shape[1:]) for p in points]
        found = compare(*sets, of)
        sizes.append(jax.tree.map(lambda v, n=draws: v.reshape(len(keys), n, *v.shape[1:]).mean(axis=1), found))
    return stacked(sizes)


def independent_modes(features: Sets, of: Problem) -> Flow:
    """Independent Gaussian features φ_k(x_μ), (n, P, M), for which the replacement is exact to first order."""
    full = replacement.regress(features, of.eigenvalues, of.ridge)
    labels = replacement.gram(features, of.target)
    error, above, columns = full.error(of.target, labels), full.trace, []
    for keep, tail in reversed(list(zip(of.cuts, of.tails, strict=True))):
        low, eigenvalues, target = features[:, :, :keep], of.eigenvalues[:keep], of.target[:keep]
        cut = replacement.regress(low, eigenvalues, of.ridge, tail)
        matched = replacement.matching_ridge(full.trace, cut.kernel, of.ridge + tail)
        seen, changed = replacement.gram(low, target), cut.error(of.target, labels) - error
        noise = seen + of.target[keep:].sum() * np.eye(of.samples)
        change = cut.learnabilities(keep) - full.learnabilities(keep)
        known = np.column_stack(
            [
                moments(cut.kernel, seen, eigenvalues, target),
                moments(full.kernel - cut.kernel, labels - seen, of.eigenvalues[keep:], of.target[keep:]),
                first_order(replacement.fluctuation(full, cut, tail), cut, target, seen, parts(keep)),
                own_modes(full, cut, keep, parts(keep)),
            ]
        )
        columns.append(
            Flow(
                flow=_adjusted((matched - of.ridge) / tail, known),
                shift=_adjusted(np.log(full.trace / cut.trace), known),
                error=_adjusted(changed, known),
                noise_error=_adjusted(
                    changed + replacement.contract(cut.inverse @ cut.squares @ cut.inverse, noise - labels), known
                ),
                distance=_adjusted(replacement.squared_distance(full, cut, labels), known),
                learned=_adjusted(np.stack([change[:, part].mean(axis=1) for part in parts(keep)], axis=1), known),
                two_steps=np.log(replacement.matching_ridge(above, cut.kernel, matched) / matched),
            )
        )
        above = replacement.inverse_trace(cut.kernel, matched)
    return stacked(columns[::-1])


def modulated_modes(features: Sets, squares: Vector, of: Problem, strength: float) -> tuple[Change, Change]:
    """Features whose high modes share an amplitude: the constant ridge, and Σ_{k>Λ} λ_kφ_k(x)² at each point.

    Args:
        features: φ_k(x_μ), (n, P, M).
        squares: g² at each point, (n, P).
        of: its cuts at or beyond the plain modes.
        strength: s > 0, standard deviation of the normal ln g².
    """
    full = replacement.regress(features, of.eigenvalues, of.ridge)
    labels = replacement.gram(features, of.target)
    error, learned = full.error(of.target, labels), full.learnabilities(of.plain).mean(axis=1)
    low, eigenvalues, target = features[:, :, : of.plain], of.eigenvalues[: of.plain], of.target[: of.plain]
    normal = (np.log(squares) + 0.5 * strength**2) / strength
    amplitude = [values.mean(axis=1) for values in (squares - 1.0, normal, normal**2 - 1.0)]
    kernel, seen = replacement.gram(low, eigenvalues), replacement.gram(low, target)
    fluctuations = np.column_stack([*amplitude, moments(kernel, seen, eigenvalues, target)])

    def replaced(keep: int, tail: Sets) -> Change:
        cut = replacement.regress(features[:, :, :keep], of.eigenvalues[:keep], of.ridge, tail)
        known = np.column_stack([fluctuations, own_modes(full, cut, of.plain, [slice(0, of.plain)])])
        return Change(
            error=_adjusted(cut.error(of.target, labels) - error, known),
            learned=_adjusted(cut.learnabilities(of.plain).mean(axis=1) - learned, known),
            distance=_adjusted(replacement.squared_distance(full, cut, labels), known),
        )

    uniform = [replaced(keep, np.full_like(squares, tail)) for keep, tail in zip(of.cuts, of.tails, strict=True)]
    local = [replaced(keep, features[:, :, keep:] ** 2 @ of.eigenvalues[keep:]) for keep in of.cuts]
    return stacked(uniform), stacked(local)


def _adjusted(values: Sets, known: Sets) -> Sets:
    columns = values.reshape(len(values), -1)
    return np.stack([adjust(column, known) for column in columns.T], axis=1).reshape(values.shape)


def moments(kernel: Sets, labels: Sets, eigenvalues: Vector, target: Vector) -> Sets:
    """Tr K, Tr K² and Tr KS over their means, less one, (n, 3), S the labels' covariance.

    ⟨Σ_ij a_ib_j(φ_i·φ_j)²⟩ = P Σa Σb + (P² + P) Σ ab for Gaussian φ.
    """
    points = kernel.shape[1]

    def mean(second: Vector) -> float:
        return float(points * eigenvalues.sum() * second.sum() + (points**2 + points) * (eigenvalues @ second))

    return np.stack(
        [
            np.trace(kernel, axis1=1, axis2=2) / (points * eigenvalues.sum()) - 1.0,
            replacement.contract(kernel, kernel) / mean(eigenvalues) - 1.0,
            replacement.contract(kernel, labels) / mean(target) - 1.0,
        ],
        axis=1,
    )


def first_order(linear: Sets, cut: Regressions, target: Vector, seen: Sets, among: Sequence[slice]) -> Sets:
    """What the tail's fluctuation D does at first order to trace, error and learnabilities: mean zero as ⟨D⟩ = 0."""
    squares = cut.squares @ cut.inverse @ seen
    overlap = replacement.gram(cut.features, cut.eigenvalues * target)
    forms = cut.forms(linear, cut.eigenvalues.size)
    return np.column_stack(
        [
            np.trace(linear, axis1=1, axis2=2) / cut.trace,
            replacement.contract(linear, overlap - squares),
            *(forms[:, part].mean(axis=1) for part in among),
        ]
    )


def own_modes(full: Regressions, cut: Regressions, modes: int, among: Sequence[slice]) -> Sets:
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
    return np.column_stack([column[:, part].mean(axis=1) for column in columns for part in among])
