"""A panel with its residuals: points with errors, the theory with the band of its margin, rivals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fieldbench.report.figure.axes import margins
from fieldbench.report.figure.curves import Group, Strand, Vector, shared_rival
from fieldbench.report.figure.style import BAND, DASHES, INK, MARKERS, RIVAL, RIVAL_MARKERS

NEAR = 5.0
"""Margins within which a rival is shown among the residuals."""


THIN = 1.2
"""A band that reaches fewer points beyond its line is hidden by it."""


@dataclass(frozen=True)
class Look:
    """How a group, or a rival, is drawn."""

    colour: Any
    marker: str
    dashes: Any = "-"


def looks(found: Sequence[Group], colours: Sequence[Any]) -> dict[str, Look]:
    """A look for each group."""
    return {group.name: Look(colours[i], MARKERS[i % len(MARKERS)]) for i, group in enumerate(found)}


def rival_looks(names: Sequence[str]) -> dict[str, Look]:
    """A look for each rival."""
    return {name: Look(RIVAL, RIVAL_MARKERS[i % len(RIVAL_MARKERS)], DASHES[i % len(DASHES)])
            for i, name in enumerate(names)}  # fmt: skip


def mark(look: Look, line: str = "-") -> Any:
    """A group's entry in a legend."""
    from matplotlib.lines import Line2D

    return Line2D([], [], color=look.colour, marker=look.marker, linestyle=line, markersize=7, markeredgecolor=INK,
                  markeredgewidth=0.6, linewidth=1.8)  # fmt: skip


def curves(
    axes: Any,
    found: Sequence[Group],
    look: Mapping[str, Look],
    rivals: Mapping[str, Look],
    log: str,
    size: float = 7.0,
) -> None:
    """Theory, rivals and measured points of groups; the ends of the axes are set before, `size` is of the marks."""
    for name, how in rivals.items():
        _rival(axes, found, look, name, how)
    floor = axes.get_ylim()[0] if "y" in log else -np.inf
    for group in found:
        for strand in group.strands:
            _theory(axes, strand, look[group.name].colour, log)
            _points(axes, strand.x, strand.measured, strand.error, look[group.name], floor, size)


def residuals(
    axes: Any, found: Sequence[Group], look: Mapping[str, Look], rivals: Mapping[str, Look], size: float = 7.0
) -> None:
    """Residuals over the same x, with the band of ±1; of a single group also those of rivals that are near."""
    axes.axhspan(-1.0, 1.0, color=BAND, alpha=0.55, linewidth=0, zorder=0)
    axes.axhline(0.0, color=INK, linewidth=1.0, zorder=1)
    strands = [strand for group in found for strand in group.strands]
    reach = [float(np.nanmax(np.abs(s.residual) + s.residual_error, initial=1.0)) for s in strands]
    near = {name: strands[0].apart(name) for name in rivals} if len(strands) == 1 else {}
    near = {name: apart for name, apart in near.items() if np.nanmin(np.abs(apart), initial=np.inf) < NEAR}
    margins(axes, "y", max([*reach, *(min(float(np.nanmax(np.abs(apart))), NEAR) for apart in near.values())]))
    for name, apart in near.items():
        _line(axes, strands[0].x, apart, rivals[name].colour, rivals[name], strands[0].joined)
    for group in found:
        for strand in group.strands:
            _points(axes, strand.x, strand.residual, strand.residual_error, look[group.name], -np.inf, size)


def _points(axes: Any, x: Vector, y: Vector, error: Vector, look: Look, floor: float, size: float) -> None:
    """Points with errors where these are seen; what lies below the floor is an open mark on it."""
    on = np.isfinite(y) & (y > floor)
    below = np.isfinite(y) & ~on
    axes.plot(x[on], y[on], linestyle="", marker=look.marker, color=look.colour, markersize=size,
              markeredgecolor=INK, markeredgewidth=0.6, zorder=4)  # fmt: skip
    barred = on & np.isfinite(error) & (_length(axes, x, y, error) > 0.5 * size)
    if barred.any():
        axes.errorbar(x[barred], y[barred], error[barred], fmt="none", ecolor=look.colour, elinewidth=1.4,
                      capsize=0.35 * size, zorder=3.9)  # fmt: skip
    if below.any():
        axes.plot(x[below], np.full(below.sum(), floor), linestyle="", marker="v", markersize=size, clip_on=False,
                  markerfacecolor="white", markeredgecolor=look.colour, zorder=5)  # fmt: skip


def _length(axes: Any, x: Vector, y: Vector, error: Vector) -> Vector:
    """Lengths of error bars in points of the figure."""
    ends = [axes.transData.transform(np.column_stack([x, at]))[:, 1] for at in (y, y + np.nan_to_num(error))]
    return np.asarray(np.abs(ends[1] - ends[0]) * 72.0 / axes.figure.dpi)


def _theory(axes: Any, strand: Strand, colour: Any, log: str) -> None:
    """A line with its band where the theory is a function of x, a box at each point where it is not, or is alone."""
    if len(strand.x) > 1 and strand.joined:
        for x, y in strand.curves or ((strand.x, strand.theory),):
            axes.plot(x, y, color=colour, linewidth=1.8, zorder=3)
            within = (x >= strand.x[0]) & (x <= strand.x[-1])
            margin = _between(strand, x[within], y[within], "x" in log)
            if np.nanmax(_length(axes, x[within], y[within], margin)) < THIN:
                continue
            axes.fill_between(x[within], y[within] - margin, y[within] + margin, color=colour, alpha=0.25,
                              linewidth=0, zorder=2)  # fmt: skip
        return
    for x, y in strand.curves:
        axes.plot(x, y, color=colour, linewidth=1.8, zorder=3)
    axes.plot(strand.x, strand.theory, linestyle="", marker="_", markersize=24, markeredgewidth=1.8, color=colour,
              zorder=3)  # fmt: skip
    axes.errorbar(strand.x, strand.theory, strand.margin, fmt="none", ecolor=colour, elinewidth=16, alpha=0.25,
                  zorder=2)  # fmt: skip


def _between(strand: Strand, x: Vector, y: Vector, log: bool) -> Vector:
    """The margin between the points: relative to the theory where that is positive, else as it is."""
    relative = bool(np.all(strand.theory > 0))
    known = strand.margin / strand.theory if relative else strand.margin
    place = np.log if log else np.asarray
    return np.asarray(np.interp(place(x), place(strand.x), known) * (np.abs(y) if relative else 1.0))


def _rival(axes: Any, found: Sequence[Group], look: Mapping[str, Look], name: str, how: Look) -> None:
    """A rival: known at the points, marked there, and joined where it is a function of x."""
    one = shared_rival(found, name)
    if one is not None:
        _line(axes, *one, how.colour, how, True)
        return
    for group in found:
        colour = how.colour if len(found) == 1 else look[group.name].colour
        for strand in group.strands:
            if name in strand.rivals:
                _line(axes, strand.x, strand.rivals[name], colour, how, strand.joined)


def _line(axes: Any, x: Vector, y: Vector, colour: Any, how: Look, joined: bool) -> None:
    axes.plot(x, y, linestyle=how.dashes if joined else "", linewidth=1.4, color=colour, marker=how.marker,
              markersize=9, markeredgewidth=1.2, zorder=2.5)  # fmt: skip
