"""Curves of a record's figure: series of one group joined, sorted by x, as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fieldbench.records.schema import CheckPart, FigurePart, SeriesPart

Vector = NDArray[np.float64]

TURNS = 3
"""A theory that turns more often from point to point is not one function of x."""


@dataclass(frozen=True)
class Strand:
    """Points that one line of the theory goes through.

    Attributes:
        x, measured, error, theory, margin: of each point, sorted by x; `error` is the standard error.
        rivals: name → values at the points, NaN where the record has none.
        curves: dense (x, y) of the theory; where there are none the theory at the points is all that is known.
        joined: whether the theory has one value at each x, so that a line through the points means something.
    """

    x: Vector
    measured: Vector
    error: Vector
    theory: Vector
    margin: Vector
    rivals: dict[str, Vector]
    curves: tuple[tuple[Vector, Vector], ...]
    joined: bool

    @property
    def unit(self) -> Vector:
        """What residuals are measured in: the margin, or the standard error where that is larger."""
        return np.fmax(self.margin, self.error)

    @property
    def residual(self) -> Vector:
        """(measured − theory)/unit; NaN where both are exact."""
        return _over(self.measured - self.theory, self.unit)

    @property
    def residual_error(self) -> Vector:
        """The standard error in the same unit."""
        return _over(self.error, self.unit)

    def apart(self, rival: str) -> Vector:
        """(rival − theory)/unit."""
        return _over(self.rivals[rival] - self.theory, self.unit)

    @property
    def agrees(self) -> NDArray[np.bool_]:
        """Whether a point is within the margin and two standard errors of the theory."""
        return np.asarray(np.abs(self.measured - self.theory) <= self.margin + 2.0 * self.error)


@dataclass(frozen=True)
class Group:
    """The strands of one group: one colour and one marker."""

    name: str
    strands: tuple[Strand, ...]


def groups(figure: FigurePart, checks: Sequence[CheckPart] = ()) -> list[Group]:
    """The groups of a figure in the order of the record.

    Where the remainders of the theory are below the noise, the margin at a point is that of the check that judges the
    same number.

    An experiment with several points is a strand of its own; those with a single one are joined in one strand a group.
    Experiments that nobody grouped (each is its own group) are one group without a name.
    """
    found: dict[str, list[SeriesPart]] = {}
    for series in figure.series:
        found.setdefault(series.group, []).append(series)
    if len(found) > 1 and all(_ungrouped(series) for series in figure.series):
        found = {"": list(figure.series)}
    judged = _judged(checks)
    return [Group("" if len(found) == 1 and _ungrouped(members[0]) else name, tuple(_strands(members, judged)))
            for name, members in found.items()]  # fmt: skip


def exact(found: Sequence[Group]) -> bool:
    """Whether the theory is somewhere more exact than the measurement, so that residuals are in standard errors."""
    return any(bool(np.any(strand.error > strand.margin)) for group in found for strand in group.strands)


def rival_names(figure: FigurePart) -> list[str]:
    """The rivals of a figure, each once."""
    return list(dict.fromkeys(name for series in figure.series for name in series.rivals))


def shared_rival(found: Sequence[Group], name: str) -> tuple[Vector, Vector] | None:
    """A rival as one function of x for all groups: (x, y), or None where groups have values of their own.

    It counts as one function where its values over all points, sorted by x, are monotonic and unique at each x.
    """
    strands = [strand for group in found for strand in group.strands if name in strand.rivals]
    if len(strands) < 2:
        return None
    x, y = _sorted(np.concatenate([s.x for s in strands]), np.concatenate([s.rivals[name] for s in strands]))
    keep = np.isfinite(y)
    x, y = x[keep], y[keep]
    step = np.diff(y)
    same = np.isclose(np.diff(x), 0.0, atol=1e-9 * np.ptp(x)) if len(x) > 1 else np.zeros(0, bool)
    scale = 1e-6 * np.max(np.abs(y), initial=0.0)
    unique = np.all(np.abs(step[same]) <= scale)
    return (x, y) if unique and (np.all(step >= -scale) or np.all(step <= scale)) else None


def _ungrouped(series: SeriesPart) -> bool:
    """Whether a series is named by its whole experiment, `Kind(field=…, …)`."""
    kind, bracket, rest = series.group.partition("(")
    return kind.isidentifier() and bool(bracket) and rest.endswith(")") and ("=" in rest or rest == ")")


def _judged(checks: Sequence[CheckPart]) -> dict[str, float]:
    """A measured number, to eleven digits → the margin within which a check asked for it."""
    return {_digits(value): margin for check in reversed(checks) if check.scale == "linear" and check.side == "both"
            for value, margin in zip(check.measured, check.margin, strict=True)}  # fmt: skip


def _digits(value: float) -> str:
    return f"{value:.10e}"


def _strands(members: Iterable[SeriesPart], judged: Mapping[str, float]) -> list[Strand]:
    alone, strands = [], []
    for series in members:
        (strands if len(series.x) > 1 else alone).append(_strand(series, judged))
    return strands + ([_pooled(alone)] if alone else [])


def _strand(series: SeriesPart, judged: Mapping[str, float]) -> Strand:
    x = np.asarray(series.x, np.float64)
    order = np.argsort(x, kind="stable")

    def sorted_(values: Iterable[float]) -> Vector:
        return np.asarray(list(values), np.float64)[order]

    margins = [margin if margin > error else max(margin, judged.get(_digits(value), 0.0)) for value, error, margin in
               zip(series.measured, series.standard_error, series.margin, strict=True)]  # fmt: skip
    theory, margin = sorted_(series.theory), sorted_(margins)
    return Strand(
        x=x[order],
        measured=sorted_(series.measured),
        error=sorted_(series.standard_error),
        theory=theory,
        margin=margin,
        rivals={name: sorted_(values) for name, values in series.rivals.items()},
        curves=() if series.curve is None else (_sorted(*map(np.asarray, series.curve)),),
        joined=_one_valued(x[order], theory, margin),
    )


def _pooled(strands: Sequence[Strand]) -> Strand:
    order = np.argsort(np.concatenate([s.x for s in strands]), kind="stable")

    def joined(values: Iterable[Vector]) -> Vector:
        return np.asarray(np.concatenate(list(values))[order])

    x, theory, margin = (joined(values) for values in zip(*((s.x, s.theory, s.margin) for s in strands), strict=True))
    names = dict.fromkeys(name for s in strands for name in s.rivals)
    return replace(
        strands[0],
        x=x,
        measured=joined(s.measured for s in strands),
        error=joined(s.error for s in strands),
        theory=theory,
        margin=margin,
        rivals={name: joined(s.rivals.get(name, np.full(len(s.x), np.nan)) for s in strands) for name in names},
        curves=_longest([curve for s in strands for curve in s.curves]),
        joined=_one_valued(x, theory, margin),
    )


def _longest(curves: list[tuple[Vector, Vector]]) -> tuple[tuple[Vector, Vector], ...]:
    """Curves whose range is not within that of one kept before; the widest first."""
    kept: list[tuple[Vector, Vector]] = []
    for x, y in sorted(curves, key=lambda curve: float(curve[0][0] - curve[0][-1])):
        if not any(other[0] <= x[0] and x[-1] <= other[-1] for other, _ in kept):
            kept.append((x, y))
    return tuple(kept)


def _one_valued(x: Vector, theory: Vector, margin: Vector) -> bool:
    """Whether the theory is a function of x: one value at each, within the margins, and no zigzag between them."""
    step = np.diff(theory)
    apart = np.abs(step) > margin[1:] + margin[:-1] + 1e-9 * np.abs(theory[1:])
    same = np.isclose(x[1:], x[:-1], rtol=1e-9, atol=0.0)
    turns = np.diff(np.sign(step[apart])) != 0
    return not np.any(same & apart) and int(turns.sum()) <= TURNS


def _sorted(x: Vector, y: Vector) -> tuple[Vector, Vector]:
    order = np.argsort(x, kind="stable")
    return np.asarray(x, np.float64)[order], np.asarray(y, np.float64)[order]


def _over(values: Vector, unit: Vector) -> Vector:
    return np.divide(values, unit, out=np.full(len(values), np.nan), where=unit > 0)
