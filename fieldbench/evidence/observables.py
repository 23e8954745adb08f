"""Observables: reductions of the evidence table to points, the same for measured and predicted tables.

An observable is any callable `Table -> Points`. These are the common ones; a case may write its own as a plain
function.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fieldbench.claims.observables import crossings, logarithm
from fieldbench.errors import BadInput, TooFewPoints
from fieldbench.evidence.table import FloatArray, Points, Row, Table

Observable = Callable[[Table], Points]


def each(name: str, *, at: Mapping[str, Any] | None = None) -> Observable:
    """Every entry of the array `name` at every setup, or only those at the given coordinates.

    Args:
        name: an array of the table.
        at: axis name → coordinate value(s) to keep, matched exactly.
    """

    def observe(table: Table) -> Points:
        columns, labels = [], []
        for row, prefix in zip(table, table.labels(), strict=True):
            values, suffixes = _select(row, name, at or {})
            columns.append(values)
            labels += [", ".join(part for part in (prefix, suffix) if part) or name for suffix in suffixes]
        return Points(np.concatenate(columns, axis=1), tuple(labels))

    return observe


def crossing(name: str, level: float, *, axis: str = "samples") -> Observable:
    """Where the curve `name` first rises through `level` along `axis`, interpolated linearly in the logarithm of the
    axis.

    One point a setup. A replicate whose curve does not cross gives NaN, and the verdict is then inconclusive.
    """

    def observe(table: Table) -> Points:
        columns = [_checked_crossings(row, name, axis, level) for row in table]
        return Points(np.stack(columns, axis=1), tuple(table.labels()))

    return observe


def log_slope(observable: Observable, *, over: str | Callable[[Any], float]) -> Observable:
    """Exponent of a power law: the least-squares slope of log(observable) against log(`over`), one fit a replicate.

    Args:
        observable: one positive point a setup.
        over: the setup's field, or a function of the setup.
    """

    def observe(table: Table) -> Points:
        logs = logarithm(_one_point_a_row(observable, table))
        centred = _centred_logarithms(table, over)
        return Points((logs @ centred / (centred @ centred))[:, None], ("exponent",))

    return observe


def log_slope_margin(margins: Observable, *, over: str | Callable[[Any], float]) -> Observable:
    """Largest change of `log_slope` when the logarithm of each point moves within its margin: Σ|c_i|m_i/Σc_i².

    Args:
        margins: m_i, one a setup, relative.
        over: as `log_slope`; c_i is its centred logarithm.
    """

    def observe(table: Table) -> Points:
        within = _one_point_a_row(margins, table)
        centred = _centred_logarithms(table, over)
        return Points((within @ np.abs(centred) / (centred @ centred))[:, None], ("exponent",))

    return observe


def local_log_slopes(observable: Observable, *, over: str | Callable[[Any], float]) -> Observable:
    """Local exponents: slopes of log(observable) between neighbouring setups."""

    def observe(table: Table) -> Points:
        slopes = np.diff(logarithm(_one_point_a_row(observable, table)), axis=1) / np.diff(
            np.log(_abscissa(table, over))
        )
        labels = table.labels()
        return Points(slopes, tuple(f"{a} → {b}" for a, b in itertools.pairwise(labels)))

    return observe


def derived(function: Callable[..., FloatArray], *observables: Observable, label: str = "") -> Observable:
    """Apply `function` to the values, shape (replicates, points), of one or more observables.

    Labels are those of the first observable if the number of points is kept, else `label`.
    """

    def observe(table: Table) -> Points:
        points = [observable(table) for observable in observables]
        values = np.asarray(function(*(p.values for p in points)), dtype=np.float64)
        if values.ndim == 1:
            values = values[:, None]
        kept = values.shape[1] == len(points[0].labels)
        labels = points[0].labels if kept else tuple(label or f"point {i}" for i in range(values.shape[1]))
        return Points(values, labels)

    return observe


def ratio(numerator: Observable, denominator: Observable) -> Observable:
    """Quotient, point by point and replicate by replicate."""
    return derived(np.divide, numerator, denominator)


def difference(first: Observable, second: Observable) -> Observable:
    """Difference, point by point and replicate by replicate: a paired comparison."""
    return derived(np.subtract, first, second)


def mean_over(observable: Observable) -> Observable:
    """Mean over the points of each replicate."""
    return derived(lambda values: values.mean(axis=1, keepdims=True), observable, label="mean")


def spread(observable: Observable) -> Observable:
    """Largest over smallest point of each replicate, minus one. Noise makes it larger, never smaller."""
    return derived(lambda values: (values.max(axis=1) / values.min(axis=1) - 1.0)[:, None], observable, label="spread")


def theory(function: Callable[[], Any]) -> Observable:
    """A number that needs no samples, computed from theory alone: limits and identities (use with `exact=True`)."""

    def observe(table: Table) -> Points:
        values = np.atleast_1d(np.asarray(function(), dtype=np.float64)).ravel()[None, :]
        return Points(values, tuple(f"point {i}" for i in range(values.shape[1])))

    observe.needs_samples = False  # type: ignore[attr-defined]
    return observe


def _select(row: Row, name: str, at: Mapping[str, Any]) -> tuple[FloatArray, list[str]]:
    values = row[name]
    axes = row.axes.get(name, tuple(f"axis{i}" for i in range(values.ndim - 1)))
    if len(axes) != values.ndim - 1:
        raise BadInput(f"array {name!r} has {values.ndim - 1} axes after the replicates but {len(axes)} names: {axes}")
    labels = [""]
    for position, axis in enumerate(axes, start=1):
        coordinate = np.asarray(row.coordinates.get(axis, np.arange(values.shape[position])))
        keep = np.arange(len(coordinate))
        if axis in at:
            wanted: Sequence[Any] = np.atleast_1d(np.asarray(at[axis])).tolist()
            keep = np.array([_position(coordinate, value, axis) for value in wanted])
        values = np.take(values, keep, axis=position)
        labels = [", ".join(part for part in (old, f"{axis}={coordinate[k]}") if part) for old in labels for k in keep]
    unknown = set(at) - set(axes)
    if unknown:
        raise BadInput(f"array {name!r} has no axis {sorted(unknown)}; its axes are {axes}")
    return values.reshape(values.shape[0], -1), labels


def _position(coordinate: np.ndarray[Any, Any], value: Any, axis: str) -> int:
    found = np.flatnonzero(coordinate == value)
    if len(found) != 1:
        raise BadInput(f"{value!r} is not one of the values on axis {axis!r}: {coordinate.tolist()}")
    return int(found[0])


def _checked_crossings(row: Row, name: str, axis: str, level: float) -> FloatArray:
    curves, places = row[name], np.asarray(row.coordinates[axis], dtype=np.float64)
    if curves.ndim != 2 or curves.shape[1] != len(places):
        raise BadInput(f"a crossing needs curves of shape (replicates, {len(places)}), not {curves.shape}")
    return crossings(curves, places, level)


def _one_point_a_row(observable: Observable, table: Table) -> FloatArray:
    values = observable(table).values
    if values.shape[1] != len(table):
        raise BadInput(f"a slope over setups needs one point a setup: {values.shape[1]} points for {len(table)} setups")
    return values


def _centred_logarithms(table: Table, over: str | Callable[[Any], float]) -> FloatArray:
    """ln of `over` at each setup, less their mean."""
    abscissa = np.log(_abscissa(table, over))
    centred: FloatArray = abscissa - abscissa.mean()
    if not np.any(centred):
        raise TooFewPoints(f"a slope needs at least two different values of {over!r}")
    return centred


def _abscissa(table: Table, over: str | Callable[[Any], float]) -> FloatArray:
    read = (lambda setup: getattr(setup, over)) if isinstance(over, str) else over
    return np.array([float(read(setup)) for setup in table.setups])
